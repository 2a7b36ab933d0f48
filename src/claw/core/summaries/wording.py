"""Dates, times and durations as people here write them; our own, so no locale data moves them."""

from datetime import date, datetime

from claw.core.time import local_wall

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def long_date(day: date) -> str:
    """``Tuesday 24 November 2026``."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """``Tue 24 Nov``."""
    return f"{_DAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}"


def clock(instant: datetime, zone: str) -> str:
    """``7:00 am`` on the wall in ``zone``."""
    wall = local_wall(instant, zone)
    half = "am" if wall.hour < 12 else "pm"
    return f"{(wall.hour - 1) % 12 + 1}:{wall.minute:02d} {half}"


def date_and_clock(instant: datetime, zone: str) -> str:
    """``Tue 24 Nov 7:00 am`` on the wall in ``zone``."""
    return f"{short_date(local_wall(instant, zone).date())} {clock(instant, zone)}"


def duration(seconds: int) -> str:
    """``2 h 30 min``, ``45 min``, ``3 h``."""
    hours, minutes = divmod(seconds // 60, 60)
    parts = [f"{hours} h"] if hours else []
    if minutes or not hours:
        parts.append(f"{minutes} min")
    return " ".join(parts)
