"""The change feeds of schedules, jobs and quotes, followed as hints.

The rule is one that an integrator runs: a cursor of time and id, an overlap of two hours
for what is logged late, each entry once by its id. An entry that names no object (the
vendor logs deletions so) says nothing: a feed proves no deletion.
"""

from collections.abc import Mapping
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
from claw.core.time import local_date

OVERLAP = timedelta(hours=2)
VERSION = 1
"""Of the cursor's form; one of another version is not understood."""

MOST_REMEMBERED = 5_000
"""Entries of the overlap that are remembered by id; hinting at an older one again is harmless."""

_ONE_DAY = timedelta(days=1)


class Feed(Struct, frozen=True):
    """A feed, and which objects its entries name."""

    kind: str
    listing: Listing

    @property
    def column(self) -> str:
        """The column with the object's number, which is text, or null."""
        return self.listing.columns[1]


def _feed(path: str, kind: str, column: str) -> Feed:
    columns = ("ID", column, "DateLogged")
    return Feed(kind, Listing(path, columns, columns))


FEEDS = (
    _feed("logs/schedules", "schedule", "ScheduleID"),
    _feed("logs/jobs", "job", "JobID"),
    _feed("logs/quotes", "quote", "QuoteID"),
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
    for feed in FEEDS:
        mark = marks.get(feed.listing.path) or Mark(at=since)
        try:
            rows = await _entries(ctx, reader, feed, mark.at - OVERLAP)
        except Refused:
            return NoHints(code="too_much", message=f"too much was logged in {feed.listing.path}")
        except Forbidden:
            if feed.kind == "schedule":
                raise
            ctx.warnings.append(_costs(feed))
            continue
        known = frozenset(mark.seen)
        named = (_named(feed, row) for row in rows if row.id not in known)
        hinted.update(dict.fromkeys(name for name in named if name is not None))
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


def _named(feed: Feed, row: Row) -> str | None:
    """The object that an entry names."""
    number = msgspec.json.decode(row.body, type=dict[str, object]).get(feed.column)
    text = str(number).strip() if isinstance(number, int | str) else ""
    return source_id(feed.kind, int(text)) if text.isascii() and text.isdigit() else None


def _moved(mark: Mark, rows: list[Row]) -> Mark:
    """The mark after these entries; an entry without a time moves nothing, and is remembered."""
    times = {row.id: logged_at(row) for row in rows}
    dated = [(at.astimezone(UTC), number) for number, at in times.items() if at is not None]
    at, number = max([(mark.at, mark.id), *dated])
    recent = [n for n, logged in times.items() if logged is None or logged >= at - OVERLAP]
    return Mark(at=at, id=number, seen=tuple(sorted(recent)[-MOST_REMEMBERED:]))


def _costs(feed: Feed) -> StandingWarning:
    return StandingWarning(
        code="forbidden",
        message=f"the key may not read {feed.listing.path}: what changes a {feed.kind} alone "
        "shows at the next whole read",
    )
