"""Dates, times and durations as people here write them; our own, so no locale data moves them."""

import re
from datetime import date, datetime

from claw.core.time import local_wall

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
# Currencies whose minor unit is not a hundredth (ISO 4217), and those called dollars.
_MINOR_DIGITS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_DOLLARS = frozenset({"AUD", "CAD", "FJD", "HKD", "NZD", "SGD", "USD"})
# Controls, and the marks that turn the direction of a line: a source could fake a banner
# or move a terminal's cursor with them. Listed here, since Python's own tables grow.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\u200e\u200f\ufeff]+")


def one_line(text: str) -> str:
    """Text from a source as it may stand in one of our lines."""
    return " ".join(_CONTROLS.sub(" ", text).split())


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


def counted(count: int, one: str, many: str) -> str:
    """``1 row``, ``3 rows``, ``4,960 rows``."""
    return f"{number(count)} {one if count == 1 else many}"


def number(count: int) -> str:
    """``4,960``."""
    return f"{count:,}"


def amount(minor: int, currency: str) -> str:
    """``$1,250.00 AUD``, ``-$5.00 AUD``, ``1,250 JPY``: an amount in its currency's minor unit."""
    digits = _MINOR_DIGITS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**digits)
    sign = "$" if currency in _DOLLARS else ""
    fraction = f".{part:0{digits}d}" if digits else ""
    return f"{'-' if minor < 0 else ''}{sign}{whole:,}{fraction} {currency}"


def place_of(zone: str) -> str:
    """What people call a zone's clock: ``Perth`` for ``Australia/Perth``."""
    return zone.rpartition("/")[2].replace("_", " ")


def listed(words: list[str], *, most: int = 6) -> str:
    """``Lee``, ``Lee and Sam``, ``Lee, Sam and Pat``; of too many the first and how many more."""
    if len(words) > most:
        return f"{', '.join(words[:most])} and {number(len(words) - most)} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def shortened(text: str, most: int) -> str:
    """Text of at most so many characters; what is cut off is said by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}\u2026"
