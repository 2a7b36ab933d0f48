"""Instants and dates as text."""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from claw.core.errors import InvalidInput

_RFC_3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(?:[.,]\d+)?(?:([Zz])|([+-])(\d{2}):?(\d{2}))"
)

# Since 3.11 ``fromisoformat`` also reads week dates, of the same length.
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

FIRST_YEAR, LAST_YEAR = 1900, 2199


def parse_instant(text: str, *, field: str = "instant") -> datetime:
    """Read an RFC 3339 instant; fractions of a second are cut.

    Raises:
        InvalidInput: when it is none, or carries no offset.
    """
    match = _RFC_3339.fullmatch(text.strip())
    if match is None:
        raise _not_an_instant(text, field)
    day, clock, _, sign, hours, minutes = match.groups()
    try:
        wall = datetime.fromisoformat(f"{day}T{clock}")
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        zone = timezone(-offset if sign == "-" else offset)
        return wall.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _not_an_instant(text, field) from None


def format_instant(instant: datetime) -> str:
    """``YYYY-MM-DDTHH:MM:SSZ``, the only way an instant is written."""
    return whole_seconds(instant).replace(tzinfo=None).isoformat() + "Z"


def whole_seconds(instant: datetime) -> datetime:
    """The instant in UTC, its fraction of a second cut.

    Raises:
        ValueError: when it carries no zone.
    """
    if instant.tzinfo is UTC and not instant.microsecond:
        return instant
    if instant.tzinfo is None:
        raise ValueError("an instant must carry a zone")
    return instant.astimezone(UTC).replace(microsecond=0)


def parse_date(text: str, *, field: str = "date") -> date:
    """Read a local date between 1900 and 2199.

    Outside, a date is a source's placeholder (``9999-12-31``) or a slip, and time-zone
    rules say nothing.

    Raises:
        InvalidInput: when it is none.
    """
    try:
        if not _ISO_DATE.fullmatch(text.strip()):
            raise ValueError
        day = date.fromisoformat(text.strip())
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError
        return day
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a date",
            code="date_invalid",
            field=field,
            hint="write it as YYYY-MM-DD, for example 2026-11-24",
        ) from None


def _not_an_instant(text: str, field: str) -> InvalidInput:
    return InvalidInput(
        f"{text!r} is not an instant",
        code="instant_invalid",
        field=field,
        hint="write RFC 3339 with an offset, for example 2026-11-24T06:00:00+11:00",
    )
