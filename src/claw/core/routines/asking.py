"""From the words people write to a recurrence, and back: ``--at 06:00 --days mon-fri``."""

import re
from datetime import time

from claw.core.errors import InvalidInput
from claw.core.time import (
    Daily,
    EveryMinutes,
    MonthlyDay,
    MonthlyLast,
    Recurrence,
    Weekly,
    check_recurrence,
    from_cron,
)

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_WEEKDAYS = (1, 2, 3, 4, 5)


def recurrence_from(
    *, at: str | None, days: str | None, every: int | None, cron: str | None
) -> Recurrence:
    """Read exactly one of ``at`` (with ``days``), ``every`` and ``cron``.

    ``days`` are ``daily``, ``weekdays``, names as in ``mon-fri`` or ``tue,thu``, a day of
    the month, or ``last``.

    Raises:
        InvalidInput: naming the option that is wrong and how to write it.
    """
    ways = {"at": at, "every": every, "cron": cron}
    given = [name for name, value in ways.items() if value is not None]
    if len(given) != 1:
        raise InvalidInput(
            "say when in one way" if given else "say when it recurs",
            code="recurrence_missing",
            field=given[1] if given else "at",
            hint="give --at 06:00, or --every 15, or --cron '0 6 * * 1-5'",
        )
    if cron is not None:
        return check_recurrence(from_cron(cron))
    if every is not None:
        return check_recurrence(EveryMinutes(minutes=every))
    clock = _CLOCK.fullmatch((at or "").strip())
    if clock is None:
        raise InvalidInput(
            f"{at!r} is no time of day",
            code="time_invalid",
            field="at",
            hint="write HH:MM on 24 hours, for example 06:00",
        )
    return check_recurrence(_dated(time(int(clock[1]), int(clock[2])), (days or "daily").strip()))


def say_recurrence(recurrence: Recurrence) -> str:
    """``06:00 daily``, ``06:00 mon-fri``, ``06:00 on day 15``, ``every 15 min``."""
    match recurrence:
        case EveryMinutes(minutes=minutes):
            return f"every {minutes} min"
        case Daily(at=at):
            return f"{at:%H:%M} daily"
        case MonthlyDay(at=at, day=day):
            return f"{at:%H:%M} on day {day} of the month"
        case MonthlyLast(at=at):
            return f"{at:%H:%M} on the last day of the month"
        case Weekly(at=at, days=days):
            names = "mon-fri" if days == _WEEKDAYS else ",".join(_DAYS[day - 1] for day in days)
            return f"{at:%H:%M} {names}"


def _dated(at: time, days: str) -> Recurrence:
    words = days.lower()
    if words == "daily":
        return Daily(at=at)
    if words == "last":
        return MonthlyLast(at=at)
    if words.isascii() and words.isdigit():
        return MonthlyDay(at=at, day=int(words))
    if words == "weekdays":
        return Weekly(at=at, days=_WEEKDAYS)
    named = {day for part in words.split(",") for day in _span(part.strip(), days)}
    return Weekly(at=at, days=tuple(sorted(named)))


def _span(part: str, days: str) -> range:
    first, dash, last = part.partition("-")
    if first in _DAYS and (not dash or last in _DAYS):
        start = _DAYS.index(first) + 1
        end = _DAYS.index(last) + 1 if dash else start
        if start <= end:
            return range(start, end + 1)
    raise InvalidInput(
        f"{days!r} names no days",
        code="days_invalid",
        field="days",
        hint="write daily, weekdays, mon-fri, tue,thu, 15 or last",
    )
