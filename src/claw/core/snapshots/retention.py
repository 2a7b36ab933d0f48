"""Which snapshots are kept: many of late, fewer the longer ago.

All of the last two days, the last of each local date for 90 days, the last of each ISO week
for two years. Which was taken last is a matter of their order. What something rests on is
kept besides, and so is the newest of all; neither is decided here.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from claw.core.time import local_date

ALL_FOR = timedelta(days=2)
DAILY_FOR = timedelta(days=90)
WEEKLY_FOR = timedelta(days=2 * 365)


class Kept(Struct, frozen=True, kw_only=True):
    """A snapshot by its name, and when it was taken."""

    name: str
    taken_at: datetime


def to_keep(snapshots: Sequence[Kept], zone: str, now: datetime) -> frozenset[str]:
    """The names of those that the rule keeps; ``snapshots`` in the order they were taken.

    ``zone`` is the tenant's: its local dates and their weeks are meant. Thinning in several
    steps keeps what thinning once would have kept. What lies ahead of ``now``, taken before
    a clock was put back, is as good as new.
    """
    days = [(each, local_date(each.taken_at, zone)) for each in snapshots]
    recent = {each.name for each in snapshots if now - each.taken_at <= ALL_FOR}
    daily = _last_of_each(
        (day.isoformat(), each.name) for each, day in days if now - each.taken_at <= DAILY_FOR
    )
    weekly = _last_of_each(
        (_week(day), each.name) for each, day in days if now - each.taken_at <= WEEKLY_FOR
    )
    return frozenset(recent | daily | weekly)


def _last_of_each(named: Iterable[tuple[str, str]]) -> set[str]:
    return set(dict(named).values())


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week}"
