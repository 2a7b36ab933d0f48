"""What a zone's wall clock shows, read straight from the zone files of RFC 8536.

An oracle for ``core/time``: it shares no code with it and none with the zone library. It
knows a zone as stretches of time with one offset each, and finds the instants of a wall
time by trying every stretch.
"""

import re
import struct
from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (a wall clock reading)
LAST_YEAR = 2040
ENDLESS = 1 << 40

_POSIX = re.compile(
    r"(?:<[^>]+>|[A-Za-z]+)(?P<std>[-+\d:]+)"
    r"(?:(?:<[^>]+>|[A-Za-z]+)(?P<dst>[-+\d:]+)?,(?P<start>[^,]+),(?P<end>[^,]+))?"
)
_RULE = re.compile(r"M(\d+)\.(\d+)\.(\d+)(?:/([-+\d:]+))?|(J?)(\d+)(?:/([-+\d:]+))?")


@dataclass(frozen=True)
class Stretch:
    """UTC seconds ``[start, end)`` during which the wall is ``offset`` seconds ahead."""

    start: int
    end: int
    offset: int


@dataclass(frozen=True)
class OracleZone:
    """One zone's stretches, in order and without a hole."""

    stretches: tuple[Stretch, ...]

    def resolve(self, wall: datetime) -> tuple[datetime, str]:
        """The instant of a naive wall time: the first of two; read with the offset before a gap."""
        shown = _seconds(wall)
        fits = [s for s in self._near(shown) if s.start <= shown - s.offset < s.end]
        if fits:
            instant = min(shown - s.offset for s in fits)
            return _instant(instant), "overlap" if len(fits) > 1 else "exact"
        before = next(
            first
            for first, second in zip(self.stretches, self.stretches[1:], strict=False)
            if first.end + first.offset <= shown < second.start + second.offset
        )
        return _instant(shown - before.offset), "gap"

    def day(self, day: date) -> tuple[datetime, datetime] | None:
        """The first instant that shows the date, and the first after the last that does."""
        shown = _seconds(datetime(day.year, day.month, day.day))  # noqa: DTZ001
        parts = [
            (max(s.start, shown - s.offset), min(s.end, shown + 86400 - s.offset))
            for s in self._near(shown)
        ]
        parts = [(begin, end) for begin, end in parts if begin < end]
        if not parts:
            return None
        return _instant(min(b for b, _ in parts)), _instant(max(e for _, e in parts))

    def offset(self, instant: datetime) -> int:
        """Seconds ahead of UTC."""
        at = int((instant - EPOCH).total_seconds())
        return next(s.offset for s in self.stretches if s.start <= at < s.end)

    def changes(self, first_year: int, last_year: int) -> list[datetime]:
        """When the offset changes, in these years of UTC."""
        starts = [_instant(s.start) for s in self.stretches[1:] if s.start > -ENDLESS // 64]
        return [at for at in starts if first_year <= at.year <= last_year]

    def behaviour(self, first_year: int, last_year: int) -> tuple[tuple[int, int], ...]:
        """What tells this zone from others over these years."""
        low = int((datetime(first_year, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
        high = int((datetime(last_year + 1, 1, 1, tzinfo=UTC) - EPOCH).total_seconds())
        return tuple(
            (max(s.start, low), s.offset) for s in self.stretches if s.start < high and s.end > low
        )

    def _near(self, shown: int) -> tuple[Stretch, ...]:
        at = bisect_right(self.stretches, shown, key=lambda s: s.start)
        return self.stretches[max(0, at - 5) : at + 4]


@cache
def oracle_zone(name: str) -> OracleZone:
    """Read a zone of the packaged data."""
    path = resources.files("tzdata.zoneinfo")
    for part in name.split("/"):
        path = path.joinpath(part)
    return OracleZone(tuple(_merged(_transitions(path.read_bytes()))))


def _transitions(data: bytes) -> list[tuple[int, int]]:
    """(UTC second, offset from then on), the first one since ever."""
    header = struct.Struct(">4s1s15x6l")
    _, _, isut, isstd, leap, times, types, chars = header.unpack_from(data)
    skip = header.size + times * 5 + types * 6 + chars + leap * 8 + isstd + isut
    _, _, isut, isstd, leap, times, types, chars = header.unpack_from(data, skip)
    at = skip + header.size
    moments = struct.unpack_from(f">{times}q", data, at)
    at += times * 8
    indices = data[at : at + times]
    at += times
    offsets = [struct.unpack_from(">lBB", data, at + n * 6)[0] for n in range(types)]
    at += types * 6 + chars + leap * 12 + isstd + isut
    footer = data[at:].strip(b"\n").decode("ascii")
    found = [(-ENDLESS, offsets[0])]
    found += [(moment, offsets[index]) for moment, index in zip(moments, indices, strict=True)]
    return found + _by_rule(footer, after=found[-1][0])


def _by_rule(footer: str, *, after: int) -> list[tuple[int, int]]:
    match = _POSIX.fullmatch(footer)
    assert match, footer
    standard = -_clock(match["std"])
    if not match["start"]:
        return [(max(after, -ENDLESS) + 1, standard)] if after == -ENDLESS else []
    summer = -_clock(match["dst"]) if match["dst"] else standard + 3600
    found: list[tuple[int, int]] = []
    first_year = 1970 if after == -ENDLESS else _instant(after).year
    for year in range(first_year, LAST_YEAR + 1):
        for rule, before, then in (
            (match["start"], standard, summer),
            (match["end"], summer, standard),
        ):
            moment = _rule_moment(rule, year) - before
            if moment > after:
                found.append((moment, then))
    return sorted(found)


def _rule_moment(rule: str, year: int) -> int:
    """Wall seconds at which a rule applies in a year."""
    match = _RULE.fullmatch(rule)
    assert match, rule
    month, week, weekday, time, julian, number, time_2 = match.groups()
    if month:
        first = date(year, int(month), 1)
        day = 1 + (int(weekday) - first.isoweekday() % 7) % 7 + (int(week) - 1) * 7
        while day > monthrange(year, int(month))[1]:
            day -= 7
        found = date(year, int(month), day)
    else:
        days = int(number) - (1 if julian else 0)
        found = date(year, 1, 1) + timedelta(days=days)
        if julian and monthrange(year, 2)[1] == 29 and int(number) >= 60:
            found += timedelta(days=1)
    seconds = _clock(time or time_2) if (time or time_2) else 7200
    return _seconds(datetime(found.year, found.month, found.day)) + seconds  # noqa: DTZ001


def _clock(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _merged(found: list[tuple[int, int]]) -> list[Stretch]:
    stretches: list[Stretch] = []
    for index, (start, offset) in enumerate(found):
        end = found[index + 1][0] if index + 1 < len(found) else ENDLESS
        if stretches and stretches[-1].offset == offset:
            stretches[-1] = Stretch(stretches[-1].start, end, offset)
        elif start < end:
            stretches.append(Stretch(start, end, offset))
    return stretches


def _seconds(wall: datetime) -> int:
    return int((wall - NAIVE_EPOCH).total_seconds())


def _instant(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
