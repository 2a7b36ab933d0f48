"""Schedules under every path that has them, work orders and timesheets."""

from datetime import date
from decimal import Decimal

from claw.connectors.simpro.simulator.days import Visit
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.resources.asking import (
    Collection,
    Hints,
    Ids,
    in_cost_center,
    visits_asked,
    window,
)
from claw.connectors.simpro.simulator.rows.scheduling import block_row, project_ids, schedule_row
from claw.connectors.simpro.simulator.state import CompanyState


def _schedules(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [schedule_row(state, visit) for visit in visits_asked(state, hints)]


def _activity_schedules(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [schedule_row(state, v) for v in visits_asked(state, hints) if v.kind == "activity"]


def _own_schedules(kind: str, parent: str) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
        project = state.project(kind, ids[parent])
        if project is None or not in_cost_center(kind, ids):
            return None
        first, last = window(state, Hints())
        days = state.visits_between(min(first, project.date), max(last, project.date))
        return [
            schedule_row(state, v) for v in days if (v.kind, v.project_id) == (kind, project.id)
        ]

    return collect


def _work_order(state: CompanyState, visit: Visit) -> Row:
    project = state.project("job", visit.project_id)
    ids = project_ids("job", visit.project_id) or {}
    schedule = schedule_row(state, visit)
    return {
        "ID": visit.id,
        "Staff": schedule["Staff"],
        "WorkOrderDate": visit.date.isoformat(),
        "Approved": visit.date < state.today,
        "Blocks": schedule["Blocks"],
        "DateModified": schedule["DateModified"],
        "Project": {
            "Name": project.name if project else "",
            "ID": visit.project_id,
            "SectionID": ids.get("SectionID"),
            "CostCenterID": ids.get("CostCenterID"),
            "CostCenterName": "Service",
        },
    }


def _work_orders(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [
        _work_order(state, v)
        for v in visits_asked(state, hints)
        if v.kind == "job" and v.date <= state.today and v.staff_id is not None
    ]


def _job_work_orders(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None or not in_cost_center("job", ids):
        return None
    return [_work_order(state, v) for v in state.visits_of(project) if v.date <= state.today]


def _timesheets(kind: str) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
        wanted = next(iter(value for name, value in ids.items() if name != "companyID"))
        member = next((m for m in state.company.of_type(kind) if m.type_id == wanted), None)
        if member is None:
            return None
        first = date.fromisoformat(hints.start_date) if hints.start_date else state.today
        last = date.fromisoformat(hints.end_date) if hints.end_date else first
        first, last = window(state, Hints(first, last))
        entries: list[Row] = []
        for visit in state.visits_between(first, last):
            if visit.staff_id != member.id:
                continue
            schedule = schedule_row(state, visit)
            for block in visit.blocks:
                shown = block_row(block, visit.date, state.company.timezone)
                entries.append(
                    {
                        "ScheduleType": visit.kind.capitalize(),
                        "Reference": schedule["Reference"],
                        "_href": schedule["_href"],
                        "Date": schedule["Date"],
                        "StartTime": shown["StartTime"],
                        "EndTime": shown["EndTime"],
                        "TotalHrs": shown["Hrs"],
                        "Cost": Decimal(0),
                    }
                )
        return entries

    return collect


SCHEDULING: dict[str, Collection] = {
    "schedules": _schedules,
    "activitySchedules": _activity_schedules,
    "leads/schedules": _own_schedules("lead", "leadID"),
    "jobs/sections/costCenters/schedules": _own_schedules("job", "jobID"),
    "quotes/sections/costCenters/schedules": _own_schedules("quote", "quoteID"),
    "jobs/sections/costCenters/workOrders": _job_work_orders,
    "jobWorkOrders": _work_orders,
    "employees/timesheets": _timesheets("employee"),
    "contractors/timesheets": _timesheets("contractor"),
}
