"""Which local dates are read, in which slices."""

from contextlib import suppress
from datetime import date, timedelta

from msgspec import Struct

from claw.core.errors import InvalidInput
from claw.core.time import span
from claw.ports.connector import Slice

DAYS_BEFORE = 1
DAYS_AFTER = 14
MOST_DAYS = 400


class PlannedSlice(Struct, frozen=True, kw_only=True):
    """Some local dates of the tenant and the instants they span."""

    first: date
    last: date
    slice: Slice


def window_of(today: date, first: date | None, last: date | None) -> tuple[date, date]:
    """The dates to read: what is asked for, else yesterday to two weeks ahead.

    Raises:
        InvalidInput: when the range is reversed or wider than a year and a bit.
    """
    first = first if first is not None else today - timedelta(days=DAYS_BEFORE)
    last = last if last is not None else today + timedelta(days=DAYS_AFTER)
    if first > last:
        raise InvalidInput(
            f"the range ends ({last}) before it begins ({first})",
            code="range_reversed",
            field="to",
            hint="give --from a date that is not after --to",
        )
    if (last - first).days >= MOST_DAYS:
        raise InvalidInput(
            f"{first}..{last} is more than {MOST_DAYS} days",
            code="range_too_wide",
            field="to",
            hint="read it in parts",
        )
    return first, last


def plan_slices(
    zone: str, first: date, last: date, widest_days: int | None
) -> tuple[PlannedSlice, ...]:
    """Cut the dates into slices of at most ``widest_days`` local days, in order.

    Raises:
        InvalidInput: when none of the dates exists in the zone.
    """
    width = timedelta(days=widest_days or (last - first).days + 1)
    slices: list[PlannedSlice] = []
    while first <= last:
        end = min(last, first + width - timedelta(days=1))
        # A place that crossed the date line has a date that never was.
        with suppress(ValueError):
            days = span(zone, first, end)
            slices.append(
                PlannedSlice(first=first, last=end, slice=Slice(start=days.start, end=days.end))
            )
        first = end + timedelta(days=1)
    if not slices:
        raise InvalidInput(
            f"there is no such local date in {zone}",
            code="date_absent",
            field="from",
            hint="choose another date",
        )
    return tuple(slices)


def halves(zone: str, planned: PlannedSlice) -> tuple[PlannedSlice, ...]:
    """The two halves of a slice that is too wide, none when it is one day."""
    days = (planned.last - planned.first).days + 1
    if days == 1:
        return ()
    return plan_slices(zone, planned.first, planned.last, (days + 1) // 2)
