"""Puts Wirbel on the suite's stage."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.types import ASGIApp

from claw.connect import Bundle, MapEnv, Raw, source_id
from claw.connect.conformance.subject import Impossible, Trouble
from claw.connect.simulator import LoggedRequest
from claw.connect.token_server import TokenServer
from claw.core.time import resolve_local
from claw_testing.hostile_connector.connector import CONNECTOR
from claw_testing.hostile_connector.simulator import PAGE_ROWS, Wirbel

FIXTURES = Path(__file__).parent / "fixtures"
_LONG = "sehr " * 60
_IDS = ("Ω/{}?&", "%2F {}", "héllo#{}", "שלום-{}", "👩‍👩‍👧:{}", "..{}", _LONG + "{}", "{} null")
_NAMES = (
    "Zoë O'Ŕeilly",
    "محمد الفاتح",
    "山田 太郎",
    'Bobby "; DROP TABLE',
    "e\u0301mile Zo\u0308e",
)

_FAULTS = {
    Trouble.SERVER_ERROR: "error:{times},after={after}",
    Trouble.BROKEN_JSON: "cut:{times},after={after}",
    Trouble.HTML_PAGE: "page:{times},after={after}",
    Trouble.RESET: "reset:{times},after={after}",
    Trouble.THROTTLED: "throttled:{times},after={after},retry_after={option}",
    Trouble.ROW_INSERTED: "inserted:{times}",
    Trouble.ROW_DELETED: "deleted:{times}",
    Trouble.UNKNOWN_STATUS: "odd_status:{times}",
    Trouble.FIELD_MISSING: "no_start:{times}",
    Trouble.REVOKED: "revoked",
    Trouble.ECHOES_CREDENTIAL: "echo",
}


class WirbelStage:
    """One account."""

    def __init__(self, wirbel: Wirbel) -> None:
        self._wirbel = wirbel
        self._key = wirbel.open_account()
        self._rows = wirbel.rows[self._key]
        self._away: dict[str, dict[str, Any]] = {}
        self._count = 0

    @property
    def app(self) -> ASGIApp:
        return self._wirbel.app

    @property
    def today(self) -> date:
        return self._wirbel.today

    @property
    def zone(self) -> str:
        return self._wirbel.zone

    @property
    def log(self) -> Sequence[LoggedRequest]:
        return self._wirbel.log

    @property
    def violations(self) -> Sequence[str]:
        return self._wirbel.violations

    def settings(self, base_url: str) -> Mapping[str, str]:
        return {"adresse": base_url}

    def secrets(self) -> Mapping[str, str]:
        return {"geheimnis": self._key}

    def clear(self, first: date, last: date) -> None:
        for key, row in list(self._rows.items()):
            if first <= datetime.fromisoformat(row["beginn"]).date() <= last:
                del self._rows[key]

    def book(self, start: datetime, minutes: int, *, text: str = "") -> str:
        self._count += 1
        key = _IDS[self._count % len(_IDS)].format(self._count)
        person = {"name": _NAMES[self._count % len(_NAMES)], "☎": "0491 570 156", "schlüssel": ""}
        if self._count % 3:
            person = {**person, "schlüssel": f"№ {self._count % 5}", "@": "zoë@example.net"}
        self._rows[key] = {
            "id": key,
            "stand": str(self._count),
            **self._times(start, minutes),
            "zustand": "bestätigt",
            "was": "Haarschnitt ✂️\u202e",
            "notiz": text or "Bitte läuten 🔔 " * 4000,
            "wer": person,
        }
        return source_id("termin", key)

    def move(self, source_id: str, start: datetime) -> None:
        row = self._row(source_id)
        length = datetime.fromisoformat(row["ende"]) - datetime.fromisoformat(row["beginn"])
        row.update(self._times(start, length // timedelta(minutes=1)))

    def cancel(self, source_id: str) -> None:
        self._row(source_id)["zustand"] = "abgesagt"

    def delete(self, source_id: str) -> None:
        key = self._key_of(source_id)
        self._away[key] = self._rows.pop(key)

    def restore(self, source_id: str) -> None:
        key = self._key_of(source_id)
        self._rows[key] = self._away.pop(key)

    def trouble(self, kind: Trouble, *, times: int = 1, after: int = 0, option: str = "") -> None:
        fault = _FAULTS.get(kind)
        if fault is None:
            raise Impossible(f"Wirbel knows no {kind}")
        self._wirbel.faults.set(fault.format(times=times, after=after, option=option or "absent"))

    def calm(self) -> None:
        self._wirbel.faults.clear()

    def book_late(self, start: datetime, minutes: int, *, behind: timedelta) -> str:
        raise Impossible("Wirbel keeps no feed of changes")

    @property
    def tokens(self) -> TokenServer:
        raise Impossible("a key of Wirbel never runs out")

    def neighbour(self) -> "WirbelStage":
        return WirbelStage(self._wirbel)

    def need(self, template: str) -> None:
        raise Impossible("there is but one read")

    def _times(self, start: datetime, minutes: int) -> dict[str, str]:
        begins = resolve_local(self.zone, start).instant
        zone = ZoneInfo(self.zone)
        ends = begins + timedelta(minutes=minutes)
        return {
            "beginn": begins.astimezone(zone).isoformat(),
            "ende": ends.astimezone(zone).isoformat(),
        }

    def _key_of(self, identity: str) -> str:
        everything = (*self._rows, *self._away)
        return next(key for key in everything if source_id("termin", key) == identity)

    def _row(self, identity: str) -> dict[str, Any]:
        return self._rows[self._key_of(identity)]


class WirbelSubject:
    """The connector to Wirbel with its vendor and its fixtures."""

    connector = CONNECTOR
    object_path = "claw_testing.hostile_connector.connector:CONNECTOR"
    page_rows = PAGE_ROWS

    def stage(
        self,
        *,
        seed: int,
        today: date,
        zone: str | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> WirbelStage:
        wirbel = Wirbel(
            seed=seed,
            today=today,
            zone=zone or "Australia/Sydney",
            monotonic=monotonic or time.monotonic,
        )
        return WirbelStage(wirbel)

    def fixtures(self) -> Mapping[str, Bundle]:
        return {path.stem: _bundle(path) for path in sorted(FIXTURES.glob("*.json"))}

    def older_fixtures(self) -> Mapping[str, Bundle]:
        return {}

    def goldens(self) -> Mapping[str, bytes]:
        return {path.stem: path.read_bytes() for path in FIXTURES.glob("*.jsonl")}

    def map_env(self, name: str) -> MapEnv:
        return MapEnv(
            connection="wirbel",
            country="AU",
            tenant_zone="Australia/Sydney",
            connection_zone=None,
            schema="claw.schedule/1",
            base_url="https://wirbel.example",
            settings={},
        )


SUBJECT = WirbelSubject()


def _bundle(path: Path) -> Bundle:
    body = path.read_bytes()
    key = json.loads(body)["id"]
    return Bundle(primary=Raw(source_id=source_id("termin", key), body=body), parts={})
