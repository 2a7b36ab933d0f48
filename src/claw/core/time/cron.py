"""Reading the cron expressions that say what we can keep, and refusing the rest with a reason.

Five fields, as crontab(5) has them, and the nicknames. What is refused is not exotic: two
times of day in one line, or a day of the month *or* of the week (cron joins the two with
"or", which surprises nearly everybody). Such a line is better written as two routines.
"""

import re
from datetime import time

from claw.core.errors import InvalidInput
from claw.core.time.recurrence import (
    LAST_DAY,
    Daily,
    EveryMinutes,
    MonthlyDay,
    MonthlyLast,
    Recurrence,
    Weekly,
)

_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}
_FIELDS = 5
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_STEP = re.compile(r"(?:\*|0-(?P<last>\d+))/(?P<step>\d+)")
_PART = re.compile(r"(?P<first>[a-z0-9]+)(?:-(?P<last>[a-z0-9]+))?(?:/(?P<step>\d+))?")
_MINUTES_PER_HOUR = 60
_HOURS_PER_DAY = 24
_EVERY_DAY = frozenset(range(7))


def from_cron(expression: str) -> Recurrence:
    """The recurrence that a cron line means.

    Raises:
        InvalidInput: ``cron_refused`` when it is no cron line, or means what one
            recurrence cannot keep; the message says which field and the hint what to do.
    """
    text = expression.strip().lower()
    fields = _NICKNAMES.get(text, text).split()
    if len(fields) != _FIELDS:
        raise _refused(
            expression,
            "it does not have five fields",
            "write minute hour day-of-month month day-of-week, for example 0 6 * * 1-5",
        )
    minute, hour, day, month, weekday = fields
    if month != "*":
        raise _refused(expression, "it names months", "leave the month as *")
    days = _EVERY_DAY if weekday in ("*", "?") else _weekdays(expression, weekday)
    any_day = day in ("*", "?")
    if not any_day and days != _EVERY_DAY:
        raise _refused(
            expression,
            "it names a day of the month and a day of the week, which cron joins with 'or'",
            "make two routines",
        )
    if hour == "*" or "/" in hour or "/" in minute:
        if not any_day or days != _EVERY_DAY:
            raise _refused(
                expression,
                "it repeats within some days only",
                "use one time of day, or the same minutes every day",
            )
        return EveryMinutes(minutes=_spacing(expression, minute, hour))
    at = time(
        _one(expression, hour, "hour", _HOURS_PER_DAY),
        _one(expression, minute, "minute", _MINUTES_PER_HOUR),
    )
    if day == "l":
        return MonthlyLast(at=at)
    if not any_day:
        return MonthlyDay(at=at, day=_day_of_month(expression, day))
    if days == _EVERY_DAY:
        return Daily(at=at)
    return Weekly(at=at, days=tuple(sorted(number or 7 for number in days)))


def _spacing(expression: str, minute: str, hour: str) -> int:
    """Minutes between occurrences of ``*/n * * * *`` or ``0 */n * * *``."""
    if hour == "*":
        if minute == "0":
            return _MINUTES_PER_HOUR
        if minute == "*":
            return 1
        step = _step(minute, _MINUTES_PER_HOUR)
        if step is not None and _MINUTES_PER_HOUR % step == 0:
            return step
        raise _refused(
            expression,
            f"minutes {minute!r} are not evenly spaced from the full hour",
            "use */n with n dividing 60, such as */15",
        )
    step = _step(hour, _HOURS_PER_DAY)
    if minute == "0" and step is not None and _HOURS_PER_DAY % step == 0:
        return step * _MINUTES_PER_HOUR
    raise _refused(
        expression,
        f"minute {minute!r} with hours {hour!r} are not evenly spaced from midnight",
        "use 0 */n with n dividing 24, such as 0 */2",
    )


def _step(field: str, size: int) -> int | None:
    found = _STEP.fullmatch(field)
    if found is None or (found["last"] and int(found["last"]) != size - 1):
        return None
    step = int(found["step"])
    return step if 0 < step < size else None


def _one(expression: str, field: str, name: str, size: int) -> int:
    if not field.isascii() or not field.isdigit():
        raise _refused(
            expression,
            f"its {name} {field!r} is not one number",
            "one routine has one time of day: make one for each",
        )
    if int(field) >= size:
        raise _refused(expression, f"there is no {name} {field}", f"use 0 to {size - 1}")
    return int(field)


def _day_of_month(expression: str, field: str) -> int:
    if not field.isascii() or not field.isdigit() or not 1 <= int(field) <= LAST_DAY:
        raise _refused(
            expression,
            f"its day of the month {field!r} is not one day",
            "use 1 to 31, or L for the last; make one routine for each",
        )
    return int(field)


def _weekdays(expression: str, field: str) -> frozenset[int]:
    """Days of the week, Sunday as 0, however they are written."""
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        first = _weekday(match["first"]) if match else None
        if match is None or first is None:
            raise _refused_weekday(expression, field)
        last = _weekday(match["last"]) if match["last"] else first
        step = int(match["step"] or 1)
        if last is None or step < 1 or (match["step"] and not match["last"]):
            raise _refused_weekday(expression, field)
        if last < first:
            if match["last"] not in ("0", "7", "sun"):
                raise _refused_weekday(expression, field)
            last = 7  # Sunday ends a range as it begins the week
        found.update(number % 7 for number in range(first, last + 1, step))
    return frozenset(found)


def _weekday(text: str) -> int | None:
    if text in _DAY_NAMES:
        return _DAY_NAMES.index(text)
    return int(text) if text in "01234567" and len(text) == 1 else None


def _refused_weekday(expression: str, field: str) -> InvalidInput:
    return _refused(
        expression,
        f"its day of the week {field!r} cannot be read",
        "use 0-7 or names, for example 1-5 or tue,thu",
    )


def _refused(expression: str, why: str, hint: str) -> InvalidInput:
    return InvalidInput(
        f"the cron line {expression!r} cannot be kept: {why}",
        code="cron_refused",
        field="cron",
        hint=hint,
    )
