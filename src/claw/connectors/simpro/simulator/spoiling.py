"""What a fault does to the rows of a read."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from claw.connect.simulator import Fault, FaultScript
from claw.connectors.simpro.simulator.days import block
from claw.connectors.simpro.simulator.draws import instant, minutes_of
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.rows.scheduling import block_row

LONE_SURROGATE = "\ue0d8"
"""Stands for the escape ``\\ud83d`` until the body is bytes: no JSON encoder writes half a pair."""

Change = Callable[[Row, str, str], object]


def _blocks(row: Row) -> list[Row]:
    return cast("list[Row]", row.get("Blocks") or [])


def _each_iso(row: Row, change: Callable[[str], str | None]) -> None:
    for shown in _blocks(row):
        for name in ("ISO8601StartTime", "ISO8601EndTime"):
            changed = change(str(shown[name]))
            if changed is None:
                del shown[name]
            else:
                shown[name] = changed


def _hour_off(text: str) -> str:
    sign, hours = (text[-6], int(text[-5:-3]))
    return f"{text[:-6]}{sign}{(hours + 1) % 14:02d}{text[-3:]}"


def _utc(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _ampm(row: Row) -> None:
    for shown in _blocks(row):
        for name in ("StartTime", "EndTime"):
            minutes = minutes_of(str(shown[name])) % 1440
            hour = minutes // 60
            half = "AM" if hour < 12 else "PM"
            shown[name] = f"{(hour - 1) % 12 + 1:02d}:{minutes % 60:02d} {half}"


def _one_block(row: Row, zone: str, start: int, end: int, hours: Decimal | None = None) -> None:
    day = date.fromisoformat(str(row["Date"]))
    shown = block_row(block(start, end, hours), day, zone)
    row["Blocks"], row["TotalHours"] = [shown], shown["Hrs"]


def _clock_change(row: Row, zone: str) -> int:
    day = date.fromisoformat(str(row["Date"]))
    before, after = instant(day, 0, zone)[-6:], instant(day, 360, zone)[-6:]
    return (after > before) - (after < before)


def _dst(row: Row, zone: str, direction: int, fold: int) -> None:
    if _clock_change(row, zone) != direction:
        return
    day = date.fromisoformat(str(row["Date"]))
    _one_block(row, zone, 150, 210)
    _blocks(row)[0]["ISO8601StartTime"] = instant(day, 150, zone, fold)


def _strings(node: object) -> object:
    if isinstance(node, list):
        return [_strings(one) for one in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    made: Row = {}
    for name, value in cast("Row", node).items():
        is_id = name.endswith(("ID", "Id")) and isinstance(value, int)
        made[name] = str(value) if is_id else _strings(value)
    return made


def _undated(row: Row) -> None:
    del row["Date"]
    _each_iso(row, lambda text: None)


_ON_EVERY_ROW: dict[str, Change] = {
    "project_absent": lambda row, zone, arg: row.pop("Project", None),
    "project_null": lambda row, zone, arg: row.update(Project=None),
    "project_string": lambda row, zone, arg: row.update(Project=str(row["Reference"])),
    "type_capitalised": lambda row, zone, arg: row.update(Type=str(row["Type"]).capitalize()),
    "iso_wrong": lambda row, zone, arg: _each_iso(row, _hour_off),
    "iso_missing": lambda row, zone, arg: _each_iso(row, lambda text: None),
    "iso_z": lambda row, zone, arg: _each_iso(row, _utc),
    "ampm_times": lambda row, zone, arg: _ampm(row),
    "blocks_absent": lambda row, zone, arg: row.pop("Blocks", None),
    "blocks_empty": lambda row, zone, arg: row.update(Blocks=[]),
}

_ON_ONE_ROW_A_DAY: dict[str, Change] = {
    "clock_24": lambda row, zone, arg: _one_block(row, zone, 1320, 1440),
    "night_shift": lambda row, zone, arg: _one_block(row, zone, 1320, 1560),
    "zero_block": lambda row, zone, arg: _one_block(row, zone, 480, 480, Decimal(0)),
    "dst_gap": lambda row, zone, arg: _dst(row, zone, 1, 0),
    "dst_overlap": lambda row, zone, arg: _dst(row, zone, -1, 0 if arg == "first" else 1),
    "staff_integer": lambda row, zone, arg: row.update(
        Staff=cast("Row", row["Staff"])["ID"] if row["Staff"] else 0
    ),
    "staff_empty": lambda row, zone, arg: row.update(Staff={}),
    "unknown_type": lambda row, zone, arg: row.update(Type="maintenance"),
    "date_absent": lambda row, zone, arg: _undated(row),
    "lone_surrogate": lambda row, zone, arg: row.update(Notes=f"Back gate {LONE_SURROGATE}"),
}


def spoil_rows(faults: FaultScript, rows: list[Row], zone: str) -> list[Row]:
    """Schedule rows as a misbehaving build gives them.

    "One row a day" is the one whose generated id is the first of its date, so that the
    same row is spoilt whatever page it is read on; ``id=<schedule>`` names another.
    """
    spoilt = deepcopy(rows)
    for row in spoilt:
        # Those of one row come first: the others reword the times that they set.
        for name, change in {**_ON_ONE_ROW_A_DAY, **_ON_EVERY_ROW}.items():
            fault = faults.get(name)
            if fault is not None and (name in _ON_EVERY_ROW or _is_the_one(row, fault)):
                change(row, zone, fault.args[0] if fault.args else "")
    return spoilt


def _is_the_one(row: Row, fault: Fault) -> bool:
    named = fault.options.get("id")
    if named is not None:
        return named == str(row["ID"])
    return isinstance(row["ID"], int) and row["ID"] % 100 == 0


def stringify_ids(rows: list[Row]) -> list[Row]:
    """Every integer id as text."""
    return [cast("Row", _strings(row)) for row in rows]


def spoil_mobile_status(faults: FaultScript, rows: list[Row]) -> list[Row]:
    """Mobile status log rows as a misbehaving build gives them."""
    if faults.get("status_number") is None:
        return rows
    spoilt = deepcopy(rows)
    for row in spoilt:
        status = cast("Row", row["Status"])
        status["Name"] = status["ID"]
    return spoilt
