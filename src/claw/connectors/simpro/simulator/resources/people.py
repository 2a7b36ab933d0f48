"""Staff by every path, and plant."""

from collections.abc import Sequence

from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.resources.asking import Collection, Hints, Ids
from claw.connectors.simpro.simulator.roster import ARCHIVED, DUMMIES, StaffMember
from claw.connectors.simpro.simulator.rows.people import person_row, plant_row, staff_row
from claw.connectors.simpro.simulator.state import CompanyState


def _members(state: CompanyState, kind: str, hints: Hints) -> Sequence[StaffMember]:
    more: list[StaffMember] = []
    if kind == "employee" and "archived_staff" in hints.faults:
        more.append(ARCHIVED)
    if kind == "employee" and "dummy_staff" in hints.faults:
        more += DUMMIES
    found = [*state.company.of_type(kind), *more]
    return found if hints.ids is None else [m for m in found if m.type_id in hints.ids]


def _staff(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    members = [*state.company.staff, *(DUMMIES if "dummy_staff" in hints.faults else ())]
    return [staff_row(state, member) for member in members]


def _people(kind: str) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
        return [person_row(state, member) for member in _members(state, kind, hints)]

    return collect


def _plant_types(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    count = len(state.company.of_type("plant"))
    return [{"ID": 1, "Name": "Equipment", "Frequency": "Year", "Qty": count}]


def _plants(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    if ids["plantTypeID"] != 1:
        return None
    return [plant_row(state, member) for member in state.company.of_type("plant")]


def _teams(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    day = {"StartTime": "07:00", "EndTime": "16:00"}
    return [
        {
            "ID": 1,
            "Name": "Field",
            "Availability": [{"StartDay": "Monday", "EndDay": "Friday", **day}],
            "Members": [member.row for member in state.company.technicians],
        }
    ]


PEOPLE: dict[str, Collection] = {
    "staff": _staff,
    "employees": _people("employee"),
    "contractors": _people("contractor"),
    "plantTypes": _plant_types,
    "plantTypes/plants": _plants,
    "setup/teams": _teams,
}
