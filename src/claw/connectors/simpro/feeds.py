"""The change feeds of schedules, jobs, quotes and mobile statuses, followed as hints.

The rule is one that an integrator runs: a cursor of time and id, an overlap of two hours
for what is logged late, each entry once by its id. An entry that names no object (the
vendor logs deletions so) says nothing: a feed proves no deletion.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct

from claw.connect import (
    Context,
    Forbidden,
    Hints,
    NoHints,
    Refused,
    StandingWarning,
    source_id,
)
from claw.connectors.simpro.client import Row, logged_at
from claw.connectors.simpro.listing import Listing, Reader
from claw.connectors.simpro.progress import MOBILE_STATUS, TIMELINE
from claw.connectors.simpro.reported import mobile_part, work_of
from claw.core.time import local_date

OVERLAP = timedelta(hours=2)
VERSION = 1
"""Of the cursor's form; one of another version is not understood."""

MOST_REMEMBERED = 5_000
"""Entries of the overlap that are remembered by id; hinting at an older one again is harmless."""

_ONE_DAY = timedelta(days=1)


class Feed(Struct, frozen=True):
    """A feed and what it costs not to have it. ``kind`` is of the objects that it names."""

    kind: str
    listing: Listing
    cost: str

    @property
    def column(self) -> str:
        """The column with the object's number, which is text, or null."""
        return self.listing.columns[1]


def _feed(path: str, kind: str, column: str) -> Feed:
    columns = ("ID", column, "DateLogged")
    cost = f"what changes a {kind} alone shows at the next whole read"
    return Feed(kind, Listing(path, columns, columns), cost)


SCHEDULES = _feed("logs/schedules", "schedule", "ScheduleID")
WORK = (_feed("logs/jobs", "job", "JobID"), _feed("logs/quotes", "quote", "QuoteID"))
_TAPS = ("ID", "WorkOrder", "DateLogged")
TAPS = Feed(
    MOBILE_STATUS,
    Listing("logs/mobileStatus", _TAPS, _TAPS),
    "what is reported from the field shows at the next whole read",
)


class Mark(Struct, frozen=True, kw_only=True):
    """How far a feed was followed: its latest entry, and the ids within the overlap."""

    at: datetime
    id: int = 0
    seen: tuple[int, ...] = ()


class Cursor(Struct, frozen=True, kw_only=True):
    """The marks of all feeds by path."""

    v: int = VERSION
    marks: Mapping[str, Mark] = {}


async def pull(ctx: Context, reader: Reader, text: str | None, since: datetime) -> Hints | NoHints:
    """What the feeds hint at; see :class:`claw.connect.PullsHints`.

    A feed that the key may not read keeps its mark, and the tenant is told what that costs;
    without the schedules' own there is nothing to follow.
    """
    cursor = read_cursor(text)
    if cursor is None:
        return NoHints(
            code="cursor_unknown", message="another version of Claw followed the changes last"
        )
    marks = dict(cursor.marks)
    hinted: dict[str, None] = {}
    for feed in _feeds(ctx):
        mark = marks.get(feed.listing.path) or Mark(at=since)
        try:
            rows = await _entries(ctx, reader, feed, mark.at - OVERLAP)
        except Refused:
            return NoHints(code="too_much", message=f"too much was logged in {feed.listing.path}")
        except Forbidden:
            if feed is SCHEDULES:
                raise
            message = f"the key may not read {feed.listing.path}: {feed.cost}"
            ctx.warnings.append(StandingWarning(code="forbidden", message=message))
            continue
        known = frozenset(mark.seen)
        for row in rows:
            if row.id not in known:
                hinted.update(dict.fromkeys(_named(ctx, feed, row)))
        marks[feed.listing.path] = _moved(mark, rows)
    return Hints(
        ids=tuple(name for name in hinted if name.startswith("schedule:")),
        linked=tuple(name for name in hinted if not name.startswith("schedule:")),
        next_cursor=msgspec.json.encode(Cursor(marks=marks)).decode(),
    )


def read_cursor(text: str | None) -> Cursor | None:
    """A cursor of this version, an empty one for None, None for any other text."""
    if text is None:
        return Cursor()
    try:
        cursor = msgspec.json.decode(text, type=Cursor)
    except msgspec.DecodeError:
        return None
    aware = all(mark.at.tzinfo is not None for mark in cursor.marks.values())
    return cursor if cursor.v == VERSION and aware else None


async def _entries(ctx: Context, reader: Reader, feed: Feed, since: datetime) -> list[Row]:
    today = local_date(ctx.now, "UTC")
    bounds = (local_date(since, "UTC") - _ONE_DAY, today + 2 * _ONE_DAY)
    return await reader.entries(feed.listing, bounds, since)


def _feeds(ctx: Context) -> Sequence[Feed]:
    """The feeds to follow; that of mobile statuses only where progress is read at all."""
    wanted = ctx.settings.get("progress", "off") != "off"
    return (SCHEDULES, *WORK, *((TAPS,) if wanted else ()))


def _named(ctx: Context, feed: Feed, row: Row) -> Sequence[str]:
    """The objects that an entry names."""
    if feed is TAPS:
        return _reports_of(ctx, row)
    number = msgspec.json.decode(row.body, type=dict[str, object]).get(feed.column)
    text = str(number).strip() if isinstance(number, int | str) else ""
    return (source_id(feed.kind, int(text)),) if text.isascii() and text.isdigit() else ()


def _reports_of(ctx: Context, row: Row) -> Sequence[str]:
    """The parts that hold the reports of the work and day of a tap."""
    about, at = work_of(row.body), logged_at(row)
    if about is None or at is None:
        return ()
    zone = ctx.account.zone if ctx.account and ctx.account.zone else ctx.tenant_zone
    day_part = mobile_part(*about, local_date(at, zone))
    return (day_part, source_id(TIMELINE, about[1])) if about[0] == "job" else (day_part,)


def _moved(mark: Mark, rows: list[Row]) -> Mark:
    """The mark after these entries; an entry without a time moves nothing, and is remembered."""
    times = {row.id: logged_at(row) for row in rows}
    dated = [(at.astimezone(UTC), number) for number, at in times.items() if at is not None]
    at, number = max([(mark.at, mark.id), *dated])
    recent = [n for n, logged in times.items() if logged is None or logged >= at - OVERLAP]
    return Mark(at=at, id=number, seen=tuple(sorted(recent)[-MOST_REMEMBERED:]))
