"""From what a source writes about a time to an instant, and what was odd about it.

Sources of schedules state wall clocks: a date, a time of day, at best an instant with an
offset as well, and people type them. These are the rules for all of them, so that two
connectors cannot read the same words differently. Zones and daylight saving are left to
``claw.core.time``.
"""

import re
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from claw.core.errors import ClawError
from claw.core.model.flags import Flag
from claw.core.time import (
    day_window,
    local_date,
    local_wall,
    parse_date,
    parse_instant,
    resolve_local,
)

_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.\d+)?)?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_ONE_DAY = timedelta(days=1)


class StatedTime(Struct, frozen=True, kw_only=True):
    """One end of a span as the source states it; any part may be missing or nonsense.

    ``instant`` is the text with an offset, where the source has one.
    """

    wall: str | None = None
    instant: str | None = None


class Reading(Struct, frozen=True, kw_only=True):
    """A span as it was read. ``precision`` is ``day`` when no time of day is known.

    ``wall_start`` is the start as the wall clock had it, ``YYYY-MM-DDTHH:MM:SS``, present
    only with ``time_conflict``: the instant won and this is what it won over.
    """

    starts_at: datetime
    ends_at: datetime
    exact: bool
    flags: tuple[Flag, ...]
    wall_start: str | None = None


class _Moment(Struct, frozen=True, kw_only=True):
    instant: datetime
    wall: datetime | None
    flags: frozenset[Flag]


def parse_wall_time(text: str | None) -> time | timedelta | None:
    """A time of day as people write it: ``8:00``, ``08:00 AM``, ``8 pm``, ``24:00``.

    Returns:
        The time; one whole day for ``24:00``, the end of the date; None for anything else.
    """
    match = _TIME.fullmatch((text or "").strip())
    if match is None or (match["minute"] is None and match["half"] is None):
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if match["half"]:
        if hour > 12 and match["half"][0].lower() == "a":
            return None
        if hour <= 12:
            hour = hour % 12 + (12 if match["half"][0].lower() == "p" else 0)
    if hour == 24 and minute == second == 0:
        return _ONE_DAY
    if hour > 23 or minute > 59 or second > 59:
        return None
    return time(hour, minute, second)


def parse_stated_instant(text: str | None) -> datetime | None:
    """An instant written with an offset, None when it is none."""
    try:
        return parse_instant(text) if text else None
    except ClawError:
        return None


def parse_stated_date(text: str | None) -> date | None:
    """A local date written ``YYYY-MM-DD``, None when it is none."""
    try:
        return parse_date(text.strip()) if text else None
    except ClawError:
        return None


def read_span(
    zone: str,
    day: date | None,
    start: StatedTime,
    end: StatedTime,
    *,
    stated_duration: timedelta | None = None,
) -> Reading | None:
    """Read a span of time on the wall clock of ``zone``.

    An instant with an offset wins over the wall clock; where they name different instants,
    that is ``time_conflict``. An end's instant that lies before the start comes of a date
    put together wrongly over midnight; there the wall clock wins. A wall time that does
    not exist is moved forward (``time_shifted_gap``); one that exists twice is the first
    (``time_ambiguous``) unless the instant says which. An end before the start on the
    wall clock is on the next day (``crosses_midnight``); equal ends are ``zero_length``,
    but with a stated duration of 24 hours the next day. Without a usable start the span
    is the local day (``time_unreadable``); without a usable end it ends where the stated
    duration says, else where it starts.

    Returns:
        None when neither a date nor an instant can be read: there is no time at all.
    """
    began = _moment(zone, day, start)
    if began is None:
        return _whole_day(zone, day)
    flags = set(began.flags)
    ended, crosses = _end(zone, day, began, end, stated_duration)
    if ended is not None and ended.instant < began.instant and end.instant is not None:
        ended, crosses = _end(zone, day, began, StatedTime(wall=end.wall), stated_duration)
    if ended is None:
        flags.add("time_unreadable")
        ends_at = began.instant + (stated_duration or timedelta())
    else:
        flags |= ended.flags
        ends_at = ended.instant
    if crosses:
        flags.add("crosses_midnight")
    if ends_at < began.instant:
        # Both stated with an offset and still reversed: nothing to read an end from.
        flags.add("time_unreadable")
        ends_at = began.instant
    if ends_at == began.instant:
        flags.add("zero_length")
    conflict = "time_conflict" in began.flags and began.wall is not None
    return Reading(
        starts_at=began.instant,
        ends_at=ends_at,
        exact=True,
        flags=tuple(sorted(flags)),
        wall_start=began.wall.isoformat() if conflict and began.wall is not None else None,
    )


def _end(
    zone: str, day: date | None, began: _Moment, end: StatedTime, duration: timedelta | None
) -> tuple[_Moment | None, bool]:
    """The end, and whether it was read as being on the day after the start's."""
    wall = _wall(day, end.wall)
    if wall is not None and day is not None and parse_wall_time(end.wall) != _ONE_DAY:
        whole_day = duration == _ONE_DAY and wall == began.wall
        if began.wall is not None and (wall < began.wall or whole_day):
            stated = parse_stated_instant(end.instant)
            if stated is not None and stated > began.instant and local_wall(stated, zone) == wall:
                return _moment(zone, day, end), False  # the clock went back in between
            return _moment(zone, day + _ONE_DAY, end), True
    ended = _moment(zone, day, end)
    if ended is None or ended.wall is not None or day is None:
        return ended, False
    # Only the instant was readable: it says itself which day it is on.
    last = local_date(ended.instant - timedelta(seconds=1), zone)
    return ended, ended.instant > began.instant and last > local_date(began.instant, zone)


def _moment(zone: str, day: date | None, stated: StatedTime) -> _Moment | None:
    wall = _wall(day, stated.wall)
    instant = parse_stated_instant(stated.instant)
    if wall is None:
        if instant is None:
            return None
        return _Moment(instant=instant, wall=None, flags=frozenset())
    resolved = resolve_local(zone, wall)
    if instant is None:
        odd: dict[str, frozenset[Flag]] = {
            "gap": frozenset({"time_shifted_gap"}),
            "overlap": frozenset({"time_ambiguous"}),
        }
        return _Moment(
            instant=resolved.instant, wall=wall, flags=odd.get(resolved.kind, frozenset())
        )
    if resolved.kind == "overlap" and local_wall(instant, zone) == wall:
        return _Moment(instant=instant, wall=wall, flags=frozenset())
    flags: set[Flag] = set()
    if resolved.kind == "gap":
        flags.add("time_shifted_gap")
    if instant != resolved.instant:
        flags.add("time_conflict")
    return _Moment(instant=instant, wall=wall, flags=frozenset(flags))


def _wall(day: date | None, text: str | None) -> datetime | None:
    at = parse_wall_time(text)
    if day is None or at is None:
        return None
    if isinstance(at, timedelta):
        return datetime.combine(day, time()) + at
    return datetime.combine(day, at)


def _whole_day(zone: str, day: date | None) -> Reading | None:
    window = day_window(zone, day) if day is not None else None
    if window is None:
        return None
    return Reading(
        starts_at=window.start, ends_at=window.end, exact=False, flags=("time_unreadable",)
    )
