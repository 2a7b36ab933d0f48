"""What a fault does to mobile statuses, timelines and workflow statuses."""

from datetime import datetime, timedelta
from typing import cast

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator.feeds import Row

ENTRY_FAULTS = {"long_timeline", "status_number", "status_renamed", "status_null"}

_OTHER_ENTRIES = (
    ("General Message", "Customer called about the time"),
    ("Schedule", "Schedule updated"),
    ("Note", "Photo of the meter attached<br />See attachments"),
    (
        "Mobile Status",
        "Mobile status set to Complete (15:40)<br />Mobile status set to Onsite (13:05)",
    ),
    ("Email", "Confirmation sent"),
)


def spoil_entries(faults: FaultScript, resource: str, rows: list[Row]) -> None:
    """Change rows of logs, timelines and statuses in place."""
    if resource == "logs/mobileStatus" and faults.get("status_number"):
        for row in rows:
            status = cast("Row", row["Status"])
            status["Name"] = status["ID"]
    long = faults.get("long_timeline")
    if resource == "jobs/timelines" and long and rows:
        rows += _older_entries(rows[-1], long.number(300))
    if faults.get("status_renamed"):
        for row in rows:
            _rename(row if resource == "setup/statusCodes/projects" else row.get("Status"))
    if faults.get("status_null", resource) and resource in ("jobs", "quotes", "leads"):
        for row in rows:
            row["Status"] = None


def _older_entries(last: Row, count: int) -> list[Row]:
    """More entries before the last, newest first, every third by nobody."""
    at = datetime.fromisoformat(str(last["Date"]))
    entries: list[Row] = []
    for n in range(count):
        kind, message = _OTHER_ENTRIES[n % len(_OTHER_ENTRIES)]
        staff = {"ID": 41, "Name": "Ava Tran", "Type": "employee", "TypeId": 41}
        date = (at - timedelta(minutes=7 * (n + 1))).isoformat(timespec="seconds")
        shown = None if n % 3 == 0 else staff
        entries.append({"Type": kind, "Message": message, "Staff": shown, "Date": date})
    return entries


def _rename(status: object) -> None:
    if isinstance(status, dict):
        shown = cast("Row", status)
        shown["Name"] = f"{shown['Name']} (new)"
