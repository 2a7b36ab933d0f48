"""Which rows each documented collection holds.

A collection's function gets the company, the ids in its path and hints taken from the
caller's filter: the dates and the ids that can match at all. It may return more than the
filter keeps, never less. None means a parent in the path does not exist: 404.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from claw.connectors.simpro.simulator import rows
from claw.connectors.simpro.simulator.days import Project, Visit
from claw.connectors.simpro.simulator.draws import instant
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import (
    ACTIVITIES,
    RESPONSE_TIMES,
    SCHEDULE_RATES,
    STATUS_CODES,
    ZONES,
)
from claw.connectors.simpro.simulator.state import CompanyState

HORIZON_BACK, HORIZON_AHEAD = 14, 28
"""Days around ``today`` that a read without a date or id can see."""

MAX_DAYS = 800


@dataclass(frozen=True, slots=True)
class Hints:
    """What the filter allows: dates from ``first`` to ``last``, and these ids if any."""

    first: date | None = None
    last: date | None = None
    ids: tuple[int, ...] | None = None
    start_date: str = ""
    end_date: str = ""


Ids = dict[str, int]
Collection = Callable[[CompanyState, Ids, Hints], list[Row] | None]


def window(state: CompanyState, hints: Hints) -> tuple[date, date]:
    """The dates to look at."""
    first = hints.first or state.today - timedelta(days=HORIZON_BACK)
    last = hints.last or state.today + timedelta(days=HORIZON_AHEAD)
    return first, min(last, first + timedelta(days=MAX_DAYS))


def _visits(state: CompanyState, hints: Hints) -> Iterable[Visit]:
    if hints.ids is not None:
        found = (state.visit(number) for number in hints.ids)
        return [visit for visit in found if visit is not None]
    first, last = window(state, hints)
    return state.visits_between(first, last)


def _schedules(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.schedule_row(state, visit) for visit in _visits(state, hints)]


def _activity_schedules(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.schedule_row(state, v) for v in _visits(state, hints) if v.kind == "activity"]


def _projects(state: CompanyState, kind: str, hints: Hints) -> Iterable[Project]:
    if hints.ids is not None:
        found = (state.project(kind, number) for number in hints.ids)
        return [project for project in found if project is not None]
    first, last = window(state, Hints())
    return state.projects_between(kind, first, last)


def _jobs(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.job_row(state, project) for project in _projects(state, "job", hints)]


def _quotes(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.quote_row(state, project) for project in _projects(state, "quote", hints)]


def _leads(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.lead_row(state, project) for project in _projects(state, "lead", hints)]


def _own_schedules(kind: str, parent: str) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
        project = state.project(kind, ids[parent])
        if project is None or not _in_cost_center(kind, ids):
            return None
        first, last = window(state, Hints())
        days = state.visits_between(min(first, project.date), max(last, project.date))
        return [
            rows.schedule_row(state, v)
            for v in days
            if (v.kind, v.project_id) == (kind, project.id)
        ]

    return collect


def _in_cost_center(kind: str, ids: Ids) -> bool:
    parent = ids.get(f"{kind}ID", 0)
    section, center = ids.get("sectionID"), ids.get("costCenterID")
    if section is not None and section != rows.SECTION_BASE[kind] + parent:
        return False
    return center is None or center == rows.COST_CENTER_BASE[kind] + parent


def _section(project: Project) -> Row:
    return {"ID": rows.SECTION_BASE["job"] + project.id, "Name": "", "DisplayOrder": 1}


def _cost_center(state: CompanyState, project: Project) -> Row:
    site = state.register.sites[project.site_id]
    job = rows.job_row(state, project)
    center = rows.COST_CENTER_BASE["job"] + project.id
    base = f"/api/v1.0/companies/{state.company.id}/jobs/{project.id}"
    return {
        "ID": center,
        "CostCenter": {"ID": 7, "Name": "Service"},
        "JobID": project.id,
        "Name": "Service",
        "Job": {
            "ID": project.id,
            "Type": job["Type"],
            "Name": project.name,
            "Stage": job["Stage"],
            "Status": cast("Row", job["Status"])["Name"],
        },
        "Section": {"ID": rows.SECTION_BASE["job"] + project.id, "Name": ""},
        "Site": {"ID": site.id, "Name": site.name},
        "Stage": "InProgress" if job["Stage"] == "Progress" else job["Stage"],
        "DisplayOrder": 1,
        "DateModified": job["DateModified"],
        "_href": f"{base}/sections/{rows.SECTION_BASE['job'] + project.id}/costCenters/{center}",
    }


def _sections(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    return None if project is None else [_section(project)]


def _cost_centers(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None or ids["sectionID"] != rows.SECTION_BASE["job"] + project.id:
        return None
    return [_cost_center(state, project)]


def _all_cost_centers(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    if hints.ids is not None:
        base = rows.COST_CENTER_BASE["job"]
        hints = Hints(ids=tuple(number - base for number in hints.ids))
    return [_cost_center(state, project) for project in _projects(state, "job", hints)]


def _work_order(state: CompanyState, visit: Visit) -> Row:
    project = state.project("job", visit.project_id)
    ids = rows.project_ids("job", visit.project_id) or {}
    schedule = rows.schedule_row(state, visit)
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
        for v in _visits(state, hints)
        if v.kind == "job" and v.date <= state.today and v.staff_id is not None
    ]


def _job_work_orders(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None or not _in_cost_center("job", ids):
        return None
    return [
        _work_order(state, v)
        for v in state.visits_on(project.date)
        if v.kind == "job" and v.project_id == project.id and v.date <= state.today
    ]


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
            schedule = rows.schedule_row(state, visit)
            for block in visit.blocks:
                shown = rows.block_row(block, visit.date, state.company.timezone)
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


def _timelines(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None:
        return None
    created = instant(project.issued, 600, state.company.timezone)
    entry: Row = {"Type": "Schedule", "Message": "Job scheduled", "Staff": None, "Date": created}
    return [*state.logs.timelines.get(project.id, []), entry]


def _staff(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.staff_row(state, member) for member in state.company.staff]


def _people(kind: str) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
        return [rows.person_row(state, member) for member in state.company.of_type(kind)]

    return collect


def _customers(only: bool | None) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
        return [
            rows.customer_row(state, customer)
            for customer in state.register.customers.values()
            if only is None or customer.is_company == only
        ]

    return collect


def _contacts(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    found = state.register.contacts.values()
    if hints.ids is not None:
        found = [contact for contact in found if contact.id in hints.ids]
    return [rows.contact_row(state, contact) for contact in found]


def _contacts_of(parent: str) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
        number = ids[parent]
        known = state.register.customers if parent == "customerID" else state.register.sites
        if number not in known:
            return None
        return [
            rows.contact_row(state, contact)
            for contact in state.register.contacts.values()
            if number == (contact.customer_id if parent == "customerID" else contact.site_id)
        ]

    return collect


def _sites(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [rows.site_row(state, site) for site in state.register.sites.values()]


def _plant_types(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    count = len(state.company.of_type("plant"))
    return [{"ID": 1, "Name": "Equipment", "Frequency": "Year", "Qty": count}]


def _plants(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    if ids["plantTypeID"] != 1:
        return None
    return [{"ID": m.type_id, "Name": m.name} for m in state.company.of_type("plant")]


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


def _table(made: Callable[[], list[Row]]) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
        return made()

    return collect


def _empty(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return []


def _activities() -> list[Row]:
    rate = rows.named(SCHEDULE_RATES, 1)
    return [
        {"ID": n, "Name": name, "Billable": False, "ScheduleRate": rate}
        for n, name in ACTIVITIES.items()
    ]


def _status_codes() -> list[Row]:
    codes = enumerate(STATUS_CODES.items())
    return [{"ID": n, "Name": name, "Color": c, "Priority": p} for p, (n, (name, c)) in codes]


def _response_times() -> list[Row]:
    return [
        {"ID": n, "Name": name, "Days": days, "Hours": hours}
        for n, (name, days, hours) in RESPONSE_TIMES.items()
    ]


COLLECTIONS: dict[str, Collection] = {
    "schedules": _schedules,
    "activitySchedules": _activity_schedules,
    "leads/schedules": _own_schedules("lead", "leadID"),
    "jobs/sections/costCenters/schedules": _own_schedules("job", "jobID"),
    "quotes/sections/costCenters/schedules": _own_schedules("quote", "quoteID"),
    "jobs": _jobs,
    "jobs/sections": _sections,
    "jobs/sections/costCenters": _cost_centers,
    "jobs/sections/costCenters/workOrders": _job_work_orders,
    "jobs/sections/costCenters/contractorJobs": _empty,
    "jobs/timelines": _timelines,
    "jobCostCenters": _all_cost_centers,
    "jobWorkOrders": _work_orders,
    "contractorJobs": _empty,
    "quotes": _quotes,
    "leads": _leads,
    "staff": _staff,
    "employees": _people("employee"),
    "employees/timesheets": _timesheets("employee"),
    "contractors": _people("contractor"),
    "contractors/timesheets": _timesheets("contractor"),
    "customers": _customers(None),
    "customers/companies": _customers(True),
    "customers/individuals": _customers(False),
    "customers/contacts": _contacts_of("customerID"),
    "contacts": _contacts,
    "sites": _sites,
    "sites/contacts": _contacts_of("siteID"),
    "plantTypes": _plant_types,
    "plantTypes/plants": _plants,
    "setup/teams": _teams,
    "setup/activities": _table(_activities),
    "setup/statusCodes/projects": _table(_status_codes),
    "setup/responseTimes": _table(_response_times),
    "setup/zones": _table(lambda: [{"ID": n, "Name": name} for n, name in ZONES.items()]),
    "setup/labor/scheduleRates": _table(
        lambda: [
            {"ID": n, "Name": name, "Multiplier": Decimal(n + 1) / 2, "DisplayOrder": n}
            for n, name in SCHEDULE_RATES.items()
        ]
    ),
    "setup/webhooks": _empty,
    "logs/schedules": lambda state, ids, hints: list(state.logs.schedules),
    "logs/jobs": lambda state, ids, hints: list(state.logs.jobs),
    "logs/quotes": lambda state, ids, hints: list(state.logs.quotes),
    "logs/mobileStatus": lambda state, ids, hints: list(state.logs.mobile_status),
}
