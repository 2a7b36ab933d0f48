"""What a fault does to the rows of a read, one module for each family of faults."""

from copy import deepcopy
from typing import cast

from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator import documented
from claw.connectors.simpro.simulator.documented import Endpoint
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.spoiling.entries import ENTRY_FAULTS, spoil_entries
from claw.connectors.simpro.simulator.spoiling.ids import stringified
from claw.connectors.simpro.simulator.spoiling.schedules import SCHEDULE_FAULTS, spoil_schedules
from claw.connectors.simpro.simulator.spoiling.texts import TEXT_FAULTS, spoil_texts
from claw.connectors.simpro.simulator.state import CompanyState

_SHAPE_FAULTS = {"extra_fields", "optional_absent", "ids_as_strings"}
_ROW_FAULTS = {*SCHEDULE_FAULTS, *TEXT_FAULTS, *ENTRY_FAULTS, *_SHAPE_FAULTS}


def spoil(
    faults: FaultScript, endpoint: Endpoint, rows: list[Row], state: CompanyState
) -> list[Row]:
    """Rows as a misbehaving build gives them; the very same rows when it behaves."""
    if not any(fault.name in _ROW_FAULTS for fault in faults.active):
        return rows
    resource = endpoint.resource
    spoilt = deepcopy(rows)
    if resource.lower().endswith("schedules") and not resource.startswith("logs/"):
        spoil_schedules(faults, resource, spoilt, state)
    spoil_texts(faults, resource, spoilt, state)
    spoil_entries(faults, resource, spoilt)
    if faults.get("optional_absent", resource):
        fields = documented.all_fields(endpoint.template)
        for row in spoilt:
            _drop_nulls(row, fields, "")
    if faults.get("extra_fields", resource):
        for row in spoilt:
            row["FutureField"] = {"ID": 1, "Beta": True}
    return (
        [cast("Row", stringified(row)) for row in spoilt]
        if (faults.get("ids_as_strings", resource))
        else spoilt
    )


def _drop_nulls(row: Row, fields: dict[str, str], prefix: str) -> None:
    for name, value in list(row.items()):
        if value is None and fields.get(f"{prefix}{name}", "").endswith("?"):
            del row[name]
        elif isinstance(value, dict):
            _drop_nulls(cast("Row", value), fields, f"{prefix}{name}.")
