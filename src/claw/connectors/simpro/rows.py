"""The schedule rows of some dates, or of some ids: the primary objects."""

import re
from datetime import date, timedelta

import msgspec

from claw.connect import Context
from claw.connectors.simpro.client import Row, Unsearchable
from claw.connectors.simpro.listing import Listing, Reader
from claw.connectors.simpro.wire import Schedule, decode

SCHEDULES = Listing(
    "schedules",
    (
        *("ID", "Type", "Reference", "TotalHours", "Staff", "Date", "Blocks", "Project", "Notes"),
        "DateModified",
    ),
    # Documented for the list itself, without which a row means nothing.
    ("ID", "Type", "Reference", "Staff", "Date", "Blocks"),
)
_ORDER = "Date,ID"
_MARGIN = timedelta(days=1)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


async def rows_between(ctx: Context, reader: Reader, first: date, last: date) -> list[Row]:
    """The rows of the dates from ``first`` to ``last``, both included.

    The vendor's filter is not to be trusted either way. It may give too much, so every row
    is checked here; and whether ``between`` includes its bounds is only reported, so a day
    more is asked for at both ends.
    """
    bounds = f"{(first - _MARGIN).isoformat()},{(last + _MARGIN).isoformat()}"
    try:
        rows = await reader.rows(SCHEDULES, {"Date": f"between({bounds})"}, _ORDER)
    except Unsearchable:
        ctx.log.warning("schedules cannot be searched by date; reading all of them")
        rows = await reader.rows(SCHEDULES, {}, _ORDER)
    return [row for row in rows if _belongs(row, first, last)]


def _belongs(row: Row, first: date, last: date) -> bool:
    """Whether a row is on one of the dates.

    One with no readable date is kept, for the mapper to say what is wrong with it.
    """
    try:
        text = (decode(row.body, Schedule).date or "").strip()
    except msgspec.ValidationError:
        return True
    return not _DATE.fullmatch(text) or first.isoformat() <= text <= last.isoformat()
