"""The schedule rows of some dates, or of some ids: the primary objects."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from claw.connect import Context, Refused, SourceChanged, TornRead
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


async def rows_with(reader: Reader, ids: Sequence[int]) -> dict[int, bytes]:
    """The rows with these ids, fewer than a batch, as far as they exist.

    A list that leaves one out proves nothing; only its own "not found" is believed.

    Raises:
        ConnectorError: when one cannot be had; that says nothing about it.
    """
    found: dict[int, bytes] = {}
    if len(ids) > 1:
        try:
            listed = await reader.rows(SCHEDULES, {"ID": f"in({','.join(map(str, ids))})"}, "ID")
            found = {row.id: row.body for row in listed if row.id in ids}
        except (Unsearchable, SourceChanged, Refused, TornRead):
            pass  # then each is asked for
    for number in ids:
        if number not in found:
            body = await reader.item(SCHEDULES, number)
            if body is not None:
                found[number] = body
    return found


def _belongs(row: Row, first: date, last: date) -> bool:
    """Whether a row is on one of the dates.

    One with no readable date is kept, for the mapper to say what is wrong with it.
    """
    try:
        text = (decode(row.body, Schedule).date or "").strip()
    except msgspec.ValidationError:
        return True
    return not _DATE.fullmatch(text) or first.isoformat() <= text <= last.isoformat()
