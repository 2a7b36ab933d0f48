"""Faults of the mapper. Each connector stands here by a name, to be imported elsewhere."""

import os
import random
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from msgspec.structs import replace

from claw.connect import Bundle, MapEnv, Mapped, MapResult, Quarantined, Skipped
from claw.core.model.records import Appointment
from claw.core.time import utc_offset_seconds
from claw_testing.planted.plant import MAPPING, Plant, plant
from claw_testing.sample_connector.connector import SnipsConnector

_HOUR = timedelta(hours=1)


class _Maps(SnipsConnector):
    """Changes the appointment that the sample's mapper made."""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        result = super().map(bundle, env)
        if not isinstance(result, Mapped):
            return result
        first, *linked = result.records
        assert isinstance(first, Appointment)
        return Mapped(records=(self.changed(first, bundle), *linked))

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return made


class LooksAtTheTime(_Maps):
    """looks at the time while mapping"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return made if time.time() > 0 else replace(made, notes="")


class AsksForNow(_Maps):
    """asks the datetime class for now"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return made if datetime.now(UTC) else replace(made, notes="")


class DrawsLots(_Maps):
    """draws lots while mapping"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return made if random.random() < 2 else replace(made, notes="")


class LooksAtTheEnvironment(_Maps):
    """looks at the environment while mapping"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return made if os.environ.get("SNIPS") != "?" else replace(made, notes="")


class LooksAtFiles(_Maps):
    """opens a file while mapping"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return made if Path(__file__).read_bytes() else replace(made, notes="")


class UsesTheLocalZone(_Maps):
    """uses the machine's own zone"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        local = datetime.fromtimestamp(0)  # noqa: DTZ006
        return replace(made, extensions={"snips": {"epoch": local.isoformat()}})


class UsesHashes(_Maps):
    """makes a value of a hash that differs in every process"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return replace(made, extensions={"snips": {"tag": hash(made.title) % 1_000_003}})


class KeepsCount(_Maps):
    """keeps a count between calls"""

    count = 0

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        self.count += 1
        return replace(made, extensions={"snips": {"count": self.count}})


class TrustsTheOrderOfParts(_Maps):
    """takes its reading of a booking from the order of its parts"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        if len(bundle.parts) < 2 or next(iter(bundle.parts)) != "stylist":
            return made
        return replace(made, extensions={"snips": {"first": "stylist"}})


class RaisesForUnknownStatus(_Maps):
    """raises for a status it does not know"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        if made.status == "unknown":
            raise KeyError(made.source_status)
        return made


class GuessesUnknownStatus(_Maps):
    """takes a status it does not know for confirmed"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return replace(made, status="confirmed") if made.status == "unknown" else made


class LosesTheSourcesWord(_Maps):
    """does not keep the source's own word for a status"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        if made.status != "unknown":
            return made
        return replace(made, source_status=msgspec.UNSET)


class SkipsWhatItCannotRead(SnipsConnector):
    """skips in silence what it cannot read"""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        result = super().map(bundle, env)
        return Skipped(code="unreadable") if isinstance(result, Quarantined) else result


class RaisesForOddValues(_Maps):
    """raises for a value of another kind than it is used to"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        body = msgspec.json.decode(bundle.primary.body)
        return replace(made, title=body["service"].strip())


class Remaps(_Maps):
    """means something else by done than it did"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return replace(made, status="confirmed") if made.status == "completed" else made


class TakesTheSecondHour(_Maps):
    """takes the second of the two hours when clocks go back"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        if "time_ambiguous" not in made.flags:
            return made
        return replace(made, starts_at=made.starts_at + _HOUR, ends_at=made.ends_at + _HOUR)


class RoundsToWholeHours(_Maps):
    """takes Lord Howe's summer time for a whole hour ahead of its winter"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        summer = utc_offset_seconds(made.starts_at, made.zone) == 11 * 3600
        if made.zone != "Australia/Lord_Howe" or not summer:
            return made
        early = timedelta(minutes=-30)
        return replace(made, starts_at=made.starts_at + early, ends_at=made.ends_at + early)


class EndsLateAfterLongDays(_Maps):
    """ends what lasts longer than half a day an hour late"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        if made.ends_at - made.starts_at < 12 * _HOUR:
            return made
        return replace(made, ends_at=made.ends_at + _HOUR)


class LivesInAnotherZone(_Maps):
    """lets appointments in Brisbane live on the wall clock of Sydney"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        return replace(made, zone=made.zone.replace("Brisbane", "Sydney"))


class GivesNoRecord(SnipsConnector):
    """makes no record of a status that it does not know, and calls that mapped"""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        result = super().map(bundle, env)
        known = (
            not isinstance(result, Mapped) or getattr(result.records[0], "status", "") != "unknown"
        )
        return result if known else Mapped(records=())


class WritesFloats(_Maps):
    """writes a length as a float"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        hours = (made.ends_at - made.starts_at) / _HOUR
        return replace(made, extensions={"snips": {"hours": hours}})


class RefusesNotesItDislikes(_Maps):
    """holds back a booking for the words of its note"""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        if b"DROP TABLE" in bundle.primary.body:
            return Quarantined(code="injection", path="note", detail="not a nice note")
        return super().map(bundle, env)


class QuotesWhatItCannotRead(SnipsConnector):
    """quotes a client's note where it says why a booking is held back"""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        result = super().map(bundle, env)
        if not isinstance(result, Quarantined):
            return result
        note = msgspec.json.decode(bundle.primary.body, type=dict[str, object]).get("note")
        return Quarantined(code=result.code, path=result.path, detail=f"found {note!r}")


class KeepsControlCharacters(_Maps):
    """keeps a note's control characters"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        note = msgspec.json.decode(bundle.primary.body, type=dict[str, object]).get("note")
        return replace(made, notes=note) if isinstance(note, str) and "\x00" in note else made


class RaisesForLongNotes(_Maps):
    """raises for a note of a hundred kilobytes"""

    def changed(self, made: Appointment, bundle: Bundle) -> Appointment:
        if len(bundle.primary.body) > 100_000:
            raise OverflowError
        return made


class ForgetsTheOlderShape(SnipsConnector):
    """no longer reads what its first version stored"""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        parts = {role: part for role, part in bundle.parts.items() if role != "guest"}
        return super().map(Bundle(primary=bundle.primary, parts=parts), env)


_RED: tuple[tuple[type[SnipsConnector], str], ...] = (
    (LooksAtTheTime, "C03"),
    (AsksForNow, "C03"),
    (DrawsLots, "C03"),
    (LooksAtTheEnvironment, "C03"),
    (LooksAtFiles, "C03"),
    (UsesTheLocalZone, "C03 C05 C21"),
    (UsesHashes, "C03 C05 C21"),
    (KeepsCount, "C03 C04 C05 C21"),
    (TrustsTheOrderOfParts, "C03"),
    (RaisesForUnknownStatus, "C04 C18"),
    (GuessesUnknownStatus, "C04"),
    (LosesTheSourcesWord, "C04"),
    (SkipsWhatItCannotRead, "C04 C05"),
    (RaisesForOddValues, "C04"),
    (Remaps, "C05"),
    (TakesTheSecondHour, "C16"),
    (RoundsToWholeHours, "C16"),
    (EndsLateAfterLongDays, "C16"),
    (LivesInAnotherZone, "C16"),
    (GivesNoRecord, "C04"),
    (WritesFloats, "C03 C04 C05 C19 C21"),
    (RefusesNotesItDislikes, "C19"),
    (QuotesWhatItCannotRead, "C18"),
    (KeepsControlCharacters, "C19"),
    (RaisesForLongNotes, "C19"),
    (ForgetsTheOlderShape, "C21"),
)
_BY_NAME = {f"{type_.__name__}.it": type_() for type_, _ in _RED}


def __getattr__(name: str) -> SnipsConnector:
    """The connector of a class, as another process imports it."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise AttributeError(name) from None


MAPS: tuple[Plant, ...] = tuple(
    plant(_BY_NAME[f"{type_.__name__}.it"], red, MAPPING, object_path=f"{__name__}:{name}")
    for type_, red in _RED
    for name in (f"{type_.__name__}.it",)
)
