"""How big a business is: the one everybody knows, or one with a given number of rows.

The rows asked for are those of the dates a sync reads, yesterday to two weeks ahead: their
number is met exactly there and about kept on every other date. The ids of a sized business
leave more room for each date than those of the default one.
"""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS_BEFORE, DAYS_AFTER = 1, 14
"""The dates around ``today`` in which the rows asked for lie."""

MOST_SCHEDULES = 50_000

_WORKING, _QUIET = 20, 1
"""A day off has a twentieth of a working day's rows: who is on call."""

_HOLIDAYS = {(1, 1), (1, 26), (4, 25), (12, 25), (12, 26)}


@dataclass(frozen=True, slots=True)
class Size:
    """``schedules`` is the number of rows wanted around ``today``; None is the default business.

    ``visits_a_day`` and ``projects_a_day`` are the room in ids for each date;
    ``first_added`` the first id of a row that an operation adds.
    """

    today: date
    schedules: int | None = None
    visits_a_day: int = 100
    projects_a_day: int = 60
    first_added: int = 9_000_001
    customers: int = 150
    technicians: int = 9

    @classmethod
    def of(cls, today: date, schedules: int | None) -> "Size":
        """The default size, or one of so many rows.

        Raises:
            ValueError: fewer than one row or more than ``MOST_SCHEDULES``.
        """
        if schedules is None:
            return cls(today)
        if not 1 <= schedules <= MOST_SCHEDULES:
            raise ValueError(f"a business has 1 to {MOST_SCHEDULES} schedule rows: {schedules}")
        busiest = schedules * _WORKING // max(1, sum(map(_weight, _window(today))))
        return cls(
            today,
            schedules,
            visits_a_day=10_000,
            projects_a_day=10_000,
            first_added=900_000_001,
            customers=max(150, schedules // 5),
            technicians=max(9, busiest // 3),
        )

    def rows_on(self, day: date) -> int:
        """How many rows a date has; of a sized business only."""
        wanted, dates = self.schedules or 0, _window(self.today)
        total = sum(map(_weight, dates))
        if day not in dates:
            return wanted * _weight(day) // total
        before = sum(_weight(one) for one in dates if one < day)
        # Cutting the running total keeps the sum over the dates exact.
        return wanted * (before + _weight(day)) // total - wanted * before // total


def is_working_day(day: date) -> bool:
    """Monday to Friday, and no fixed public holiday."""
    return day.weekday() < 5 and (day.month, day.day) not in _HOLIDAYS


def _weight(day: date) -> int:
    return _WORKING if is_working_day(day) else _QUIET


def _window(today: date) -> list[date]:
    return [today + timedelta(days=n) for n in range(-DAYS_BEFORE, DAYS_AFTER + 1)]
