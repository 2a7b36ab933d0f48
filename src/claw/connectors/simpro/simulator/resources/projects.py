"""Jobs with what hangs below them, quotes and leads."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

from claw.connectors.simpro.simulator.days import Project
from claw.connectors.simpro.simulator.draws import instant
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.resources.asking import (
    Collection,
    Hints,
    Ids,
    in_cost_center,
    projects_asked,
)
from claw.connectors.simpro.simulator.rows.projects import (
    CONTRACTOR_JOB_BASE,
    contractor_job_row,
    job_row,
    lead_row,
    quote_row,
)
from claw.connectors.simpro.simulator.state import COST_CENTER_BASE, SECTION_BASE, CompanyState


def _jobs(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [job_row(state, project) for project in projects_asked(state, "job", hints)]


def _quotes(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [quote_row(state, project) for project in projects_asked(state, "quote", hints)]


def _leads(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [lead_row(state, project) for project in projects_asked(state, "lead", hints)]


def _section(state: CompanyState, project: Project) -> Row:
    return {
        "ID": SECTION_BASE["job"] + project.id,
        "Name": "",
        "DisplayOrder": 1,
        "DateModified": job_row(state, project)["DateModified"],
    }


def _cost_center(state: CompanyState, project: Project) -> Row:
    site = state.register.sites[project.site_id]
    job = job_row(state, project)
    center = COST_CENTER_BASE["job"] + project.id
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
        "Section": {"ID": SECTION_BASE["job"] + project.id, "Name": ""},
        "Site": {"ID": site.id, "Name": site.name},
        "Stage": "InProgress" if job["Stage"] == "Progress" else job["Stage"],
        "Total": {
            **cast("Row", job["Total"]),
            "TaxCode": {"ID": 1, "Code": "GST", "Type": "Single", "Rate": Decimal(10)},
        },
        "DisplayOrder": 1,
        "DateModified": job["DateModified"],
        "_href": f"{base}/sections/{SECTION_BASE['job'] + project.id}/costCenters/{center}",
    }


def _sections(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    return None if project is None else [_section(state, project)]


def _cost_centers(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None or ids["sectionID"] != SECTION_BASE["job"] + project.id:
        return None
    return [_cost_center(state, project)]


def _all_cost_centers(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    if hints.ids is not None:
        base = COST_CENTER_BASE["job"]
        hints = replace(hints, ids=tuple(number - base for number in hints.ids))
    return [_cost_center(state, project) for project in projects_asked(state, "job", hints)]


def _timelines(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None:
        return None
    created = instant(project.issued, 600, state.company.timezone)
    entry: Row = {"Type": "Schedule", "Message": "Job scheduled", "Staff": None, "Date": created}
    return [*state.logs.timelines.get(project.id, []), entry]


def _is_subcontracted(state: CompanyState, project: Project) -> bool:
    return project.id % state.size.projects_a_day == 1


def _contractor_jobs(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    if hints.ids is not None:
        hints = replace(hints, ids=tuple(number - CONTRACTOR_JOB_BASE for number in hints.ids))
    return [
        contractor_job_row(state, project)
        for project in projects_asked(state, "job", hints)
        if _is_subcontracted(state, project)
    ]


def _jobs_own_contractor_jobs(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    project = state.project("job", ids["jobID"])
    if project is None or not in_cost_center("job", ids):
        return None
    return [contractor_job_row(state, project)] if _is_subcontracted(state, project) else []


PROJECTS: dict[str, Collection] = {
    "jobs": _jobs,
    "jobs/sections": _sections,
    "jobs/sections/costCenters": _cost_centers,
    "jobs/sections/costCenters/contractorJobs": _jobs_own_contractor_jobs,
    "jobs/timelines": _timelines,
    "jobCostCenters": _all_cost_centers,
    "contractorJobs": _contractor_jobs,
    "quotes": _quotes,
    "leads": _leads,
}
