"""When a schedule row is: its blocks read as spans of time. Pure.

A row has one date and any number of blocks, each with wall clock texts and, usually, the
same as instants with an offset. Hours are stated apart and need not equal end minus start.
"""

from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from msgspec import UNSET, Raw, Struct, UnsetType

from claw.connect import Flag, Ref
from claw.connect.wall_time import (
    Reading,
    StatedTime,
    parse_stated_date,
    parse_stated_instant,
    parse_wall_time,
    read_span,
)
from claw.connectors.simpro.wire import Block, Schedule, rate_name
from claw.core.model.records import Segment
from claw.core.time import day_window
from claw.core.time.instants import FIRST_YEAR, LAST_YEAR

_LONGEST = timedelta(hours=24)
_SECONDS_PER_HOUR = 3600
_MOST_HOURS = 10_000


class Times(Struct, frozen=True, kw_only=True):
    """When a row is, with one reading for each block; none when no time of day is known."""

    starts_at: datetime
    ends_at: datetime
    readings: tuple[Reading, ...]
    flags: frozenset[Flag]


def times_of(row: Schedule, zone: str) -> Times | None:
    """When the row is; the local day when no block states a usable time.

    None when neither a date nor an instant can be read.
    """
    day = parse_stated_date(row.date)
    readings: list[Reading] = []
    flags: set[Flag] = set()
    for block in row.blocks or ():
        reading = read_span(
            zone,
            day,
            StatedTime(wall=block.start_time, instant=block.iso_start),
            StatedTime(wall=block.end_time, instant=block.iso_end),
            stated_duration=_duration(block),
        )
        if reading is None:
            flags.add("time_unreadable")
            continue
        flags |= set(reading.flags)
        if reading.exact:
            readings.append(reading)
    if readings:
        starts_at = min(reading.starts_at for reading in readings)
        ends_at = max(reading.ends_at for reading in readings)
        if ends_at - starts_at > _LONGEST:
            flags.add("overlong")
        return Times(
            starts_at=starts_at,
            ends_at=ends_at,
            readings=tuple(readings),
            flags=frozenset(flags),
        )
    window = day_window(zone, day) if day is not None else None
    if window is None:
        return None
    return Times(starts_at=window.start, ends_at=window.end, readings=(), flags=frozenset(flags))


def segments_of(times: Times, resource: Ref | UnsetType) -> tuple[Segment, ...]:
    """A segment for each block, in order; of a row without a time, one for its resource."""
    if times.readings:
        segments = (
            Segment(starts_at=r.starts_at, ends_at=r.ends_at, resource=resource)
            for r in times.readings
        )
        return tuple(sorted(segments, key=lambda s: (s.starts_at, s.ends_at)))
    if resource is UNSET:
        return ()
    return (Segment(starts_at=times.starts_at, ends_at=times.ends_at, resource=resource),)


def instant_of_ours(text: str | None) -> datetime | None:
    """An instant with an offset; one of another century is a placeholder or a slip."""
    instant = parse_stated_instant(text)
    return instant if instant is not None and FIRST_YEAR < instant.year < LAST_YEAR else None


def block_extension(block: Block) -> dict[str, object]:
    """What a segment does not say: the source's hours and pay category, by wall clock start."""
    found: dict[str, object] = {}
    start, rate = parse_wall_time(block.start_time), rate_name(block)
    hours = hours_text(block.hrs)
    if isinstance(start, time):
        found["start"] = f"{start:%H:%M}"
    if hours is not None:
        found["hours"] = hours
    if rate is not None:
        found["rate"] = rate
    return found


def hours_text(value: Raw) -> str | None:
    """Hours as the source states them, as text: ``7.6``; None when they are no number."""
    hours = _hours(value)
    return None if hours is None else format(hours, "f")


def _duration(block: Block) -> timedelta | None:
    hours = _hours(block.hrs)
    if hours is None or hours < 0:
        return None
    return timedelta(seconds=int(hours * _SECONDS_PER_HOUR))


def _hours(value: Raw) -> Decimal | None:
    """A number as it was written, so that 7.6 is not 7.5999; text or bare, or no number."""
    try:
        hours = Decimal(bytes(value).decode("utf-8", "replace").strip('" '))
    except InvalidOperation:
        return None
    # More is nonsense, and a number like 1e9999 would not fit in a duration.
    if not hours.is_finite() or abs(hours) > _MOST_HOURS:
        return None
    return hours.normalize() if hours else Decimal(0)
