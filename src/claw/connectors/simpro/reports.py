"""The reports in the vendor's own entries: a tap each, when it happened and whose it is. Pure."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import TypeVar

import msgspec
from msgspec import Struct

from claw.connect.text import one_line, plain_text
from claw.connect.wall_time import parse_stated_date, parse_wall_time
from claw.connectors.simpro.times import instant_of_ours
from claw.connectors.simpro.wire import MobileStatus, TimelineEntry, decode, staff_index
from claw.core.time import local_wall, resolve_local

T = TypeVar("T")

TIMELINE_TYPE = "mobile status"
"""The type of the timeline entries that are taps; observed live, compared without case."""

CLOCK_AHEAD = timedelta(minutes=10)
"""A tap that is later than its own entry by no more than this was stamped by a telephone
whose clock is ahead; by more, it is from the evening before."""

_SAID = "mobile status set to "
_LONGEST_NAME = 80


class Report(Struct, frozen=True, kw_only=True):
    """One tap: what it said, when it happened and, by the staff index, whose it is.

    ``number`` is the status's own number, which timelines do not state.
    """

    name: str
    number: int | None
    at: datetime
    staff: int | None
    evidence: str


class _Entry(Struct, rename="pascal"):
    """An entry of either source, as far as they are alike."""

    staff: object = None


def mobile_reports(body: bytes) -> Iterator[Report]:
    """The reports in entries of ``logs/mobileStatus/``; those without a time say nothing."""
    for entry in entries_of(body, MobileStatus):
        at = instant_of_ours(entry.date_logged)
        if at is not None and entry.status is not None:
            yield Report(
                name=one_line(str(entry.status.name or ""))[:_LONGEST_NAME],
                number=entry.status.id,
                at=at,
                staff=staff_index(entry.staff),
                evidence=f"mobile_status:{entry.id}",
            )


def timeline_reports(body: bytes, zone: str) -> Iterator[Report]:
    """The reports in a job's timeline, one for each line of an entry.

    Observed live: taps that a telephone sent together make one entry, newest first, each
    line with its own ``(HH:MM)``, which is when it happened; the entry's date is when the
    newest arrived. A lone line without a time happened when the entry says.
    """
    for entry in entries_of(body, TimelineEntry):
        if (entry.type or "").strip().casefold() != TIMELINE_TYPE:
            continue
        logged = _wall(entry.date, zone)
        if logged is None:
            continue
        identity, staff = _identity(entry), staff_index(entry.staff)
        day = logged.date()
        for number, line in enumerate(_lines(entry.message or ""), start=1):
            name, clock = _name_and_clock(line)
            if clock is None and number > 1:
                continue  # nothing says when it happened
            at = datetime.combine(day, clock) if clock else logged
            if at > logged + CLOCK_AHEAD:
                at -= timedelta(days=1)
            day = min(day, at.date())
            yield Report(
                name=name[:_LONGEST_NAME],
                number=None,
                at=resolve_local(zone, at).instant,
                staff=staff,
                evidence=f"timeline:{identity}#{number}",
            )


def is_unowned(body: bytes) -> bool:
    """Whether an entry names nobody, so that whose it is depends on who else was there."""
    return any(staff_index(entry.staff) is None for entry in entries_of(body, _Entry))


def entries_of(body: bytes, type_: type[T]) -> Iterator[T]:
    """The entries of an array that have the shape expected; a strange one is passed over."""
    try:
        raws = msgspec.json.decode(body, type=list[msgspec.Raw])
    except msgspec.DecodeError:
        return
    for raw in raws:
        try:
            yield decode(bytes(raw), type_)
        except msgspec.ValidationError:
            continue


def _lines(message: str) -> list[str]:
    return [line for text in plain_text(message).split("\n") if (line := one_line(text))]


def _name_and_clock(line: str) -> tuple[str, time | None]:
    """``Mobile status set to Onsite (07:58)``: the status and its time of day.

    Text in another language is kept whole, without the time, for the tenant to explain.
    """
    name, clock = line, None
    if line.endswith(")"):
        before, _, inside = line[:-1].rpartition("(")
        read = parse_wall_time(inside)
        if isinstance(read, time):
            name, clock = before.strip(), read
    if name.casefold().startswith(_SAID):
        name = name[len(_SAID) :].strip()
    return name, clock


def _wall(text: str | None, zone: str) -> datetime | None:
    """What the wall clock showed; a text without an offset is the wall clock itself."""
    instant = instant_of_ours(text)
    if instant is not None:
        return local_wall(instant, zone)
    day, _, clock = (text or "").strip().replace("T", " ").partition(" ")
    on, at = parse_stated_date(day), parse_wall_time(clock)
    return datetime.combine(on, at) if on is not None and isinstance(at, time) else None


def _identity(entry: TimelineEntry) -> str:
    """A name for an entry, which has none: made of all that it says, so that it is stable."""
    said = (entry.type, entry.message, staff_index(entry.staff), entry.date)
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:32]
