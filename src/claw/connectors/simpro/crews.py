"""Who else is on a job that day: the other rows of the same work and date.

Asked only where a report names nobody: whose it is then depends on the others.
"""

from collections.abc import MutableMapping, Sequence
from datetime import date
from typing import cast

import msgspec

from claw.connect import ConnectorError, Context, Missing, Part, Raw, source_id
from claw.connectors.simpro.client import Row
from claw.connectors.simpro.listing import Reader
from claw.connectors.simpro.rows import rows_between
from claw.connectors.simpro.wire import Schedule, decode, kind_of, project_link

_ROWS = "simpro.rows_of_a_day"


class Crews:
    """The rows of whole days: of the window that is being read, and what was asked for since."""

    def __init__(self, ctx: Context, reader: Reader) -> None:
        self._ctx = ctx
        self._reader = reader
        self._days = cast(
            "MutableMapping[date, Sequence[Row] | None]", ctx.scratch.setdefault(_ROWS, {})
        )

    def forget(self) -> None:
        """Drop the rows of earlier windows: nothing asks for them, and a run may be long."""
        self._days.clear()

    def remember(self, days: Sequence[date], rows: Sequence[Row]) -> None:
        """Keep the rows of whole days that were just read; looked through only when asked."""
        self._days.update(dict.fromkeys(days, rows))

    async def others(self, primary: Raw, day: date) -> list[Part]:
        """The other rows of the same work on a date; one that is missing when unreadable."""
        if day not in self._days:
            try:
                self._days[day] = await rows_between(self._ctx, self._reader, day, day)
            except ConnectorError as error:
                self._ctx.log.info("the day's other rows are unreadable", error=error.code)
                self._days[day] = None
        rows = self._days[day]
        if rows is None:
            identity = source_id("crew", day.isoformat())
            return [Missing(source_id=identity, code="unreadable")]
        work = _work_on(day, primary.body)
        found = [
            Raw(source_id=source_id("schedule", row.id), body=row.body)
            for row in rows
            if work is not None and _work_on(day, row.body) == work
        ]
        return [raw for raw in found if raw.source_id != primary.source_id]


def _work_on(day: date, body: bytes) -> tuple[str, int] | None:
    """The kind and number of a row's work, None when it is on another date or says neither."""
    row = _schedule(body)
    link = project_link(row) if row else None
    if row is None or link is None or (row.date or "").strip() != day.isoformat():
        return None
    return kind_of(row), link.project_id


def _schedule(body: bytes) -> Schedule | None:
    try:
        return decode(body, Schedule)
    except msgspec.ValidationError:
        return None
