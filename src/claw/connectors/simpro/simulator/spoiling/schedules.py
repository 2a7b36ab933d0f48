"""What a fault does to schedule rows, under every path that has them."""

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from claw.connect.simulator import Fault, FaultScript
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import (
    ACTIVITIES,
    ARCHIVED,
    BILLABLE_ACTIVITY,
    DUMMIES,
    TOOLBOX_TALK,
    TRAINING,
    Company,
)
from claw.connectors.simpro.simulator.rows.values import named
from claw.connectors.simpro.simulator.spoiling import blocks
from claw.connectors.simpro.simulator.spoiling.ids import plain_id
from claw.connectors.simpro.simulator.state import CompanyState

RECURRENCE = 700
"""The recurring schedule that every toolbox talk belongs to."""

Change = Callable[[Row, Company, str], object]


def _type(row: Row) -> str:
    return str(row["Type"]).lower()


def _billable(row: Row) -> None:
    if _type(row) == "activity" and row["Reference"] == str(TRAINING):
        activity = named(ACTIVITIES, BILLABLE_ACTIVITY)
        row.update(Reference=str(BILLABLE_ACTIVITY), Activity=activity)


def _recurring(row: Row) -> None:
    if _type(row) == "activity" and row["Reference"] == str(TOOLBOX_TALK):
        row["RecurringScheduleID"] = RECURRENCE


def _locked(row: Row) -> None:
    row["IsLocked"] = plain_id(cast("int", row["ID"])) % 2 == 0


def _odd_reference(row: Row, kind: str) -> None:
    plain = str(row["Reference"]).partition("-")[0]
    row["Reference"] = {"empty": "", "short": plain[:2]}.get(kind, plain)


def _dummy(row: Row, kind: str) -> None:
    named_so = (one for one in DUMMIES if one.name.lower().startswith(kind.lower()))
    row["Staff"] = next(named_so, DUMMIES[0]).row


_ON_EVERY_ROW: dict[str, Change] = {
    "project_absent": lambda row, company, arg: row.pop("Project", None),
    "project_null": lambda row, company, arg: row.update(Project=None),
    "project_string": lambda row, company, arg: row.update(Project=str(row["Reference"])),
    "type_capitalised": lambda row, company, arg: row.update(Type=str(row["Type"]).capitalize()),
    "iso_wrong": lambda row, company, arg: blocks.each_iso(row, blocks.hour_off),
    "iso_stale": lambda row, company, arg: blocks.each_iso(
        row, lambda text: text[:-6] + company.standard_offset
    ),
    "iso_missing": lambda row, company, arg: blocks.each_iso(row, lambda text: None),
    "iso_z": lambda row, company, arg: blocks.each_iso(row, blocks.utc),
    "hours_differ": lambda row, company, arg: blocks.hours_apart(row),
    "ampm_times": lambda row, company, arg: blocks.each_wall(row, blocks.ampm),
    "short_times": lambda row, company, arg: blocks.each_wall(
        row, lambda minutes: f"{minutes // 60}:{minutes % 60:02d}"
    ),
    "empty_times": lambda row, company, arg: blocks.each_wall(row, lambda minutes: ""),
    "null_times": lambda row, company, arg: blocks.each_wall(row, lambda minutes: None),
    "blocks_absent": lambda row, company, arg: row.pop("Blocks", None),
    "blocks_empty": lambda row, company, arg: row.update(Blocks=[]),
    "billable_activity": lambda row, company, arg: _billable(row),
    "recurring": lambda row, company, arg: _recurring(row),
    "locked": lambda row, company, arg: _locked(row),
}

_ON_ONE_ROW_A_DAY: dict[str, Change] = {
    "clock_24": lambda row, company, arg: blocks.one_block(row, company.timezone, 1320, 1440),
    "night_shift": lambda row, company, arg: blocks.one_block(row, company.timezone, 1320, 1560),
    "zero_block": lambda row, company, arg: blocks.one_block(
        row, company.timezone, 480, 480, Decimal(0)
    ),
    "dst_gap": lambda row, company, arg: blocks.at_clock_change(row, company.timezone, 1, 0),
    "dst_overlap": lambda row, company, arg: blocks.at_clock_change(
        row, company.timezone, -1, 0 if arg == "first" else 1
    ),
    "staff_integer": lambda row, company, arg: row.update(
        Staff=cast("Row", row["Staff"])["ID"] if row["Staff"] else 0
    ),
    "staff_empty": lambda row, company, arg: row.update(Staff={}),
    "archived_staff": lambda row, company, arg: row.update(Staff=ARCHIVED.row),
    "dummy_staff": lambda row, company, arg: _dummy(row, arg),
    "reference_odd": lambda row, company, arg: _odd_reference(row, arg),
    "unknown_type": lambda row, company, arg: row.update(Type="maintenance"),
    "date_absent": lambda row, company, arg: blocks.undated(row),
}

SCHEDULE_FAULTS = {*_ON_EVERY_ROW, *_ON_ONE_ROW_A_DAY}


def is_the_one(row: Row, fault: Fault, state: CompanyState) -> bool:
    """Whether a fault of "one row a day" means this row.

    It is the one whose generated id is the first of its date, so that the same row is
    spoilt whatever page it is read on; ``id=<schedule>`` names another.
    """
    named_one, number = fault.options.get("id"), row["ID"]
    if named_one is not None:
        return named_one == str(number)
    return isinstance(number, int) and plain_id(number) % state.size.visits_a_day == 0


def spoil_schedules(
    faults: FaultScript, resource: str, rows: list[Row], state: CompanyState
) -> None:
    """Change schedule rows in place."""
    # Those of one row come first: the others reword the times that they set.
    changes = {**_ON_ONE_ROW_A_DAY, **_ON_EVERY_ROW}
    active = [(faults.get(name, resource), name, change) for name, change in changes.items()]
    for row in rows:
        for fault, name, change in active:
            if fault and (name in _ON_EVERY_ROW or is_the_one(row, fault, state)):
                change(row, state.company, fault.args[0] if fault.args else "")
