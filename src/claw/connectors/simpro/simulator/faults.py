"""How this build can misbehave, and what a fault does to the rows of a schedule read."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date
from decimal import Decimal
from typing import cast

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator.days import block
from claw.connectors.simpro.simulator.draws import instant, minutes_of
from claw.connectors.simpro.simulator.rows import block_row
from claw.connectors.simpro.simulator.state import Row

COUNTED = {
    "page_shift_delete": "an earlier row is deleted just before page two is read, n times",
    "page_shift_insert": "a row is inserted on page one just before page two is read, n times",
    "total_drift": "Result-Total grows on page two, n times",
    "duplicate_row": "the last page repeats a row, n times",
    "skipped_row": "the last page leaves out a row that Result-Total counts, n times",
    "rate429": "n answers 429; retry_after=seconds|date|zero|garbage|absent",
    "html_503": "n answers 503 with an HTML page",
    "html_200": "n answers 200 with an HTML login page",
    "truncated": "n answers cut in the middle of their JSON",
    "no_content": "n answers 204 without a body",
    "reset": "n connections reset without an answer",
}

STANDING = {
    "narrow_list": "lists give their default columns only, whatever is asked",
    "project_absent": "schedule rows without Project, as documented",
    "project_null": "Project is null on every schedule row",
    "project_string": "Project is a string",
    "type_capitalised": "Type is Job, Quote, …",
    "blocks_absent": "schedule rows without Blocks",
    "blocks_empty": "Blocks is an empty list",
    "link_header": "lists carry a Link header",
    "no_result_headers": "lists carry no Result-* headers",
    "garbage_result_pages": "Result-Pages is not a number",
    "filter_ignored": "field filters have no effect (of one field, when named)",
    "between_exclusive": "between() leaves out its upper bound",
    "orderby_ignored": "orderby has no effect and the order is arbitrary",
    "page_cap": "pages hold at most N rows, whatever is asked",
    "noise429": "another integration uses N (8) of the ten requests a second",
    "unauthorized_mid": "the Nth request answers 401, once",
    "revoked": "every request answers 401",
    "forbidden": "403 on one resource",
    "missing": "missing:<kind>:<id>: 404 on that item, and absent from lists",
    "empty_200": "[] where rows could not be read (one resource, when named)",
    "object_for_array": "lists are wrapped in an object",
    "slow_drip": "bodies arrive a few bytes at a time, N (5) ms apart",
    "bom": "bodies begin with a byte order mark",
    "gzip": "bodies are compressed",
    "echo_authorization": "error bodies repeat the request's headers",
    "iso_wrong": "ISO times an hour off the wall times",
    "iso_missing": "no ISO times",
    "iso_z": "ISO times in UTC with Z",
    "clock_24": "one row a day ends at 24:00",
    "ampm_times": "wall times as 08:00 AM",
    "night_shift": "one row a day runs from 22:00 to 02:00",
    "zero_block": "one row a day has a block of no length",
    "dst_gap": "on the day clocks go forward, one row starts at 02:30",
    "dst_overlap": "on the day clocks go back, one row starts at the second 02:30 (or :first)",
    "staff_integer": "one row a day has a bare number as Staff",
    "staff_empty": "one row a day has {} as Staff",
    "ids_as_strings": "ids are strings",
    "unknown_type": "one row a day has a Type nobody documents",
    "unsearchable": "422 when this field is filtered on",
    "invalid_column": "422 when this column is asked for (status=400 for the other form)",
    "http_date_skew": "the Date header is off by so many hours",
    "fail_after": "the Nth and later requests answer 503",
    "redirect_other_host": "302 to another host",
}

FAULTS = {**COUNTED, **STANDING}
"""Every fault and what it does."""

REPEATABLE = ("missing", "forbidden", "unsearchable", "invalid_column")


def fault_script() -> FaultScript:
    """An empty script that knows this build's faults."""
    return FaultScript(standing=tuple(STANDING), counted=tuple(COUNTED), repeatable=REPEATABLE)


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
    from datetime import datetime

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
}


def spoil_rows(faults: FaultScript, rows: list[Row], zone: str) -> list[Row]:
    """Schedule rows as a misbehaving build gives them.

    "One row a day" is the one whose generated id is the first of its date, so that the
    same row is spoilt whatever page it is read on.
    """
    spoilt = deepcopy(rows)
    for row in spoilt:
        changes = dict(_ON_EVERY_ROW)
        if isinstance(row["ID"], int) and row["ID"] % 100 == 0:
            # Before the others: they reword the times that these set.
            changes = {**_ON_ONE_ROW_A_DAY, **changes}
        for name, change in changes.items():
            fault = faults.get(name)
            if fault is not None:
                change(row, zone, fault.args[0] if fault.args else "")
    return spoilt


def stringify_ids(rows: list[Row]) -> list[Row]:
    """Every integer id as text."""
    return [cast("Row", _strings(row)) for row in rows]
