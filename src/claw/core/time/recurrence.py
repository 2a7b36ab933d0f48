"""What recurs on a wall clock, and when that is.

Recurrence never steps from one occurrence to the next: it lists local dates and resolves
each, so that one odd night cannot shift the days after it. A dated recurrence has one time
of day and at most one occurrence on a local date, named by that date; ``EveryMinutes``
promises spacing instead, and its occurrences are named by their instants.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from math import ceil
from typing import Literal, TypeAlias

from msgspec import Struct

from claw.core.errors import InvalidInput
from claw.core.time.days import dates, day_window, local_date, local_wall
from claw.core.time.instants import format_instant
from claw.core.time.resolution import resolve_local
from claw.core.time.transitions import offset_change_between, utc_offset_seconds

MINUTES_PER_DAY = 1440
DAYS_OF_WEEK = range(1, 8)
LAST_DAY = 31
HORIZON_DAYS = 400
"""How far ahead an occurrence is looked for; the rarest date (the 31st) is far nearer."""

_SECONDS_PER_MINUTE = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A gap can carry an occurrence into the next date, and a zone is at most 14 h from UTC.
_MARGIN_DAYS = 2


class Daily(Struct, frozen=True, kw_only=True, tag="daily"):
    """Every local date at ``at``."""

    at: time


class Weekly(Struct, frozen=True, kw_only=True, tag="weekly"):
    """The local dates that fall on ``days`` (ISO: Monday is 1, Sunday 7) at ``at``."""

    at: time
    days: tuple[int, ...]


class MonthlyDay(Struct, frozen=True, kw_only=True, tag="monthly_day"):
    """Day ``day`` of every month that has it, at ``at``; never another day instead."""

    at: time
    day: int


class MonthlyLast(Struct, frozen=True, kw_only=True, tag="monthly_last"):
    """The last local date of every month at ``at``."""

    at: time


class EveryMinutes(Struct, frozen=True, kw_only=True, tag="every_minutes"):
    """Whenever the minutes since midnight on the wall are a multiple of ``minutes``.

    Where the clock goes back, the repeated hour has its occurrences twice.
    """

    minutes: int


Dated: TypeAlias = Daily | Weekly | MonthlyDay | MonthlyLast
Recurrence: TypeAlias = Dated | EveryMinutes


class Due(Struct, frozen=True, kw_only=True):
    """One occurrence.

    ``key`` names it for good: the local date, or the instant for ``EveryMinutes``.
    ``nominal`` is the naive wall time that was asked for; ``odd`` says that the wall has
    no such time that day (moved forward by the gap) or has it twice (the first is taken).
    """

    key: str
    date: date
    nominal: datetime
    instant: datetime
    odd: Literal["gap", "overlap"] | None = None


class NoOccurrence(Struct, frozen=True, kw_only=True):
    """A date that the recurrence names and that has no occurrence, and why."""

    key: str
    reason: Literal["absent_date", "short_month"]


def check_recurrence(recurrence: Recurrence, *, field: str = "at") -> Recurrence:
    """Return the recurrence if it can be kept.

    Raises:
        InvalidInput: with what is wrong and the way to say it.
    """
    match recurrence:
        case EveryMinutes(minutes=minutes):
            if minutes < 1 or MINUTES_PER_DAY % minutes:
                raise InvalidInput(
                    f"every {minutes} minutes does not fit into a day",
                    code="recurrence_invalid",
                    field="every",
                    hint="choose minutes that divide 1440, such as 15, 60 or 120",
                )
            return recurrence
        case Weekly(days=days) if not days or any(day not in DAYS_OF_WEEK for day in days):
            raise InvalidInput(
                "a weekly recurrence needs its days",
                code="recurrence_invalid",
                field="days",
                hint="for example mon-fri, or tue,thu",
            )
        case MonthlyDay(day=day) if not 1 <= day <= LAST_DAY:
            raise InvalidInput(
                f"no month has a day {day}",
                code="recurrence_invalid",
                field="days",
                hint="choose 1 to 31, or last",
            )
        case _:
            pass
    at = recurrence.at
    if at.tzinfo is not None or at.second or at.microsecond:
        raise InvalidInput(
            f"{at.isoformat()} is no time of day we can keep",
            code="recurrence_invalid",
            field=field,
            hint="write HH:MM, for example 06:00; the zone is set apart",
        )
    return recurrence


def occurrences(recurrence: Recurrence, zone: str, start: datetime, end: datetime) -> Iterator[Due]:
    """The occurrences whose instants lie in ``[start, end)``, in order of time."""
    if isinstance(recurrence, EveryMinutes):
        yield from _on_the_grid(recurrence.minutes, zone, start, end)
        return
    margin = timedelta(days=_MARGIN_DAYS)
    first, last = local_date(start, zone) - margin, local_date(end, zone) + margin
    for day in dates(first, last):
        found = occurrence_on(recurrence, zone, day)
        if isinstance(found, Due) and start <= found.instant < end:
            yield found


def next_occurrences(recurrence: Recurrence, zone: str, after: datetime, count: int) -> list[Due]:
    """The first ``count`` occurrences later than ``after``, as far as the horizon reaches."""
    start = after + timedelta(seconds=1)
    end = start + timedelta(days=HORIZON_DAYS)
    return list(islice(occurrences(recurrence, zone, start, end), count))


def occurrence_on(recurrence: Dated, zone: str, day: date) -> Due | NoOccurrence | None:
    """What a dated recurrence has on a local date; None where it does not name the date.

    The weekday and the day of the month are those of the nominal date, also where a gap
    carries the instant into the next one.
    """
    key = day.isoformat()
    named = _names(recurrence, day)
    if named is None:
        return None
    if not named:
        return NoOccurrence(key=f"{day:%Y-%m}-{_day_of(recurrence):02d}", reason="short_month")
    if day_window(zone, day) is None:
        return NoOccurrence(key=key, reason="absent_date")
    nominal = datetime.combine(day, recurrence.at)
    resolved = resolve_local(zone, nominal)
    return Due(
        key=key,
        date=day,
        nominal=nominal,
        instant=resolved.instant,
        odd=None if resolved.kind == "exact" else resolved.kind,
    )


def _names(recurrence: Dated, day: date) -> bool | None:
    """Whether the recurrence names the date.

    False is told by the last date of a month that lacks the day asked for: that there is
    none is worth saying once.
    """
    length = monthrange(day.year, day.month)[1]
    match recurrence:
        case Daily():
            return True
        case Weekly(days=days):
            return True if day.isoweekday() in days else None
        case MonthlyLast():
            return True if day.day == length else None
        case MonthlyDay(day=wanted):
            if day.day == wanted:
                return True
            return False if wanted > length and day.day == length else None


def _day_of(recurrence: Dated) -> int:
    return recurrence.day if isinstance(recurrence, MonthlyDay) else 0


def _on_the_grid(minutes: int, zone: str, start: datetime, end: datetime) -> Iterator[Due]:
    """Every instant at which the wall shows a multiple, one stretch of one offset at a time."""
    step = minutes * _SECONDS_PER_MINUTE
    changes = offset_change_between(zone, start, end)
    edges = [start, *(change.at for change in changes), end]
    for begin, stop in pairwise(edges):
        if begin >= stop:
            continue
        offset = utc_offset_seconds(begin, zone)
        local = ceil((begin - _EPOCH).total_seconds()) + offset
        moment = _EPOCH + timedelta(seconds=local + (-local) % step - offset)
        while moment < stop:
            yield _at(moment, zone)
            moment += timedelta(seconds=step)


def _at(moment: datetime, zone: str) -> Due:
    wall = local_wall(moment, zone)
    return Due(key=format_instant(moment), date=wall.date(), nominal=wall, instant=moment)
