"""What a fault does to the blocks of a schedule row: wall times, ISO times, hours."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from claw.connectors.simpro.simulator.days import block
from claw.connectors.simpro.simulator.draws import instant, minutes_of
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.rows.scheduling import block_row

HALF_AN_HOUR = Decimal("0.5")


def blocks_of(row: Row) -> list[Row]:
    """The blocks of a row, none when it lost them."""
    return cast("list[Row]", row.get("Blocks") or [])


def each_wall(row: Row, change: Callable[[int], str | None]) -> None:
    """Rewrite wall times, given in minutes after midnight."""
    for shown in blocks_of(row):
        for name in ("StartTime", "EndTime"):
            shown[name] = change(minutes_of(str(shown[name])))


def each_iso(row: Row, change: Callable[[str], str | None]) -> None:
    """Rewrite ISO times; None takes one away."""
    for shown in blocks_of(row):
        for name in ("ISO8601StartTime", "ISO8601EndTime"):
            changed = change(str(shown[name])) if name in shown else None
            if changed is None:
                shown.pop(name, None)
            else:
                shown[name] = changed


def one_block(row: Row, zone: str, start: int, end: int, hours: Decimal | None = None) -> None:
    """Give a row a single block."""
    day = date.fromisoformat(str(row["Date"]))
    shown = block_row(block(start, end, hours), day, zone)
    row["Blocks"], row["TotalHours"] = [shown], shown["Hrs"]


def undated(row: Row) -> None:
    """Take the date away, in every form."""
    del row["Date"]
    each_iso(row, lambda text: None)


def at_clock_change(row: Row, zone: str, direction: int, fold: int) -> None:
    """Start at 02:30 on the day clocks go forward (1) or back (-1)."""
    day = date.fromisoformat(str(row["Date"]))
    before, after = instant(day, 0, zone)[-6:], instant(day, 360, zone)[-6:]
    if (after > before) - (after < before) != direction:
        return
    one_block(row, zone, 150, 210)
    blocks_of(row)[0]["ISO8601StartTime"] = instant(day, 150, zone, fold)


def hours_apart(row: Row) -> None:
    """Book half an hour less than the times span, in every block longer than that."""
    total = Decimal(0)
    for shown in blocks_of(row):
        hours = Decimal(str(shown["Hrs"]))
        shown["Hrs"] = hours - HALF_AN_HOUR if hours > HALF_AN_HOUR else hours
        total += Decimal(str(shown["Hrs"]))
    row["TotalHours"] = total


def hour_off(text: str) -> str:
    """An ISO time with an offset one hour too large."""
    sign, hours = (text[-6], int(text[-5:-3]))
    return f"{text[:-6]}{sign}{(hours + 1) % 14:02d}{text[-3:]}"


def utc(text: str) -> str:
    """An ISO time in UTC with Z."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def ampm(minutes: int) -> str:
    """``08:00 AM``."""
    hour = minutes % 1440 // 60
    return f"{(hour - 1) % 12 + 1:02d}:{minutes % 60:02d} {'AM' if hour < 12 else 'PM'}"
