"""Local days as spans of instants.

A local day is the half-open interval between its first instant and that of the next day
that exists: 23, 23.5, 24, 24.5 or 25 hours, or nothing at all where a place skipped it.
"""

# The zone library's own annotation of a zone name is partly unknown to the type checker.
# pyright: reportUnknownMemberType=false

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct
from whenever import Instant, PlainDateTime

_ONE_DAY = timedelta(days=1)
_NOON = 12
# A place that crosses the date line skips one date; no zone ever skipped two in a row.
_LONGEST_SKIP_DAYS = 3


class Interval(Struct, frozen=True):
    """A half-open span of instants, ``start`` included, ``end`` not."""

    start: datetime
    end: datetime

    @property
    def duration_seconds(self) -> int:
        """Elapsed seconds."""
        return int((self.end - self.start).total_seconds())

    def contains(self, instant: datetime) -> bool:
        """Whether the instant lies inside."""
        return self.start <= instant < self.end

    def overlaps(self, other: "Interval") -> bool:
        """Whether both have an instant in common; touching is not overlapping."""
        return self.start < other.end and other.start < self.end


def day_window(zone: str, day: date) -> Interval | None:
    """The instants of a local date, or None where that date does not exist."""
    start = _first_instant(zone, day)
    if start is None:
        return None
    for skip in range(1, _LONGEST_SKIP_DAYS + 1):
        end = _first_instant(zone, day + skip * _ONE_DAY)
        if end is not None:
            return Interval(start, end)
    raise AssertionError(f"no local day follows {day} in {zone}")


def span(zone: str, first: date, last: date) -> Interval:
    """The instants from the start of ``first`` to the end of ``last``, both included.

    Raises:
        ValueError: when no date of the range exists in the zone, or it is reversed.
    """
    windows = [window for day in (first, last) if (window := day_window(zone, day))]
    if first > last or not windows:
        if first < last:
            inner = [window for day in dates(first, last) if (window := day_window(zone, day))]
            if inner:
                return Interval(inner[0].start, inner[-1].end)
        raise ValueError(f"{first}..{last} names no local day in {zone}")
    return Interval(_edge(zone, first, last).start, _edge(zone, last, first).end)


def dates(first: date, last: date) -> Iterator[date]:
    """Every calendar date from ``first`` to ``last``, both included."""
    for offset in range((last - first).days + 1):
        yield first + offset * _ONE_DAY


def local_date(instant: datetime, zone: str) -> date:
    """The date on the wall in ``zone`` at ``instant``."""
    return local_wall(instant, zone).date()


def local_wall(instant: datetime, zone: str) -> datetime:
    """The wall clock in ``zone`` at ``instant``, naive: for display only."""
    return Instant(instant).to_tz(zone).to_plain().to_stdlib()


def _edge(zone: str, day: date, towards: date) -> Interval:
    """The window of ``day``, or of the nearest existing date towards the other end."""
    step = _ONE_DAY if towards >= day else -_ONE_DAY
    while (window := day_window(zone, day)) is None:
        day += step
    return window


def _first_instant(zone: str, day: date) -> datetime | None:
    noon = PlainDateTime(day.year, day.month, day.day, _NOON).assume_tz(
        zone, disambiguation="compatible"
    )
    start = noon.start_of("day")
    if noon.date().to_stdlib() != day or start.date().to_stdlib() != day:
        return None
    return start.to_instant().to_stdlib().astimezone(UTC)
