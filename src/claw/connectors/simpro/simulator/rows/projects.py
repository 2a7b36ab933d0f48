"""Jobs, quotes and leads, and what hangs below a job."""

from datetime import timedelta
from decimal import Decimal

from claw.connectors.simpro.simulator.days import Project
from claw.connectors.simpro.simulator.draws import draw, instant
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import RESPONSE_TIMES
from claw.connectors.simpro.simulator.rows.clients import contact_name, customer_name
from claw.connectors.simpro.simulator.rows.values import money, status_code
from claw.connectors.simpro.simulator.state import (
    CANCELLED_STATUS,
    COST_CENTER_BASE,
    SECTION_BASE,
    CompanyState,
)

CONTRACTOR_JOB_BASE = 5_000_000


def _stage(state: CompanyState, project: Project) -> tuple[str, int]:
    if project.id in state.cancelled:
        return state.cancelled[project.id], CANCELLED_STATUS
    if project.date > state.today:
        return ("Pending", 20) if draw(10, project.id, "stage") < 3 else ("Progress", 22)
    if project.date == state.today:
        return "Progress", 24
    share = draw(10, project.id, "stage")
    if share == 0:
        return "Progress", 24
    return ("Invoiced", 28) if share < 6 else ("Complete", 26)


def _shared(state: CompanyState, project: Project) -> Row:
    customer = state.register.customers[project.customer_id]
    site = state.register.sites[project.site_id]
    contact = state.register.contacts.get(site.contact_id or 0)
    other = state.register.contacts.get(customer.contact_ids[0] if customer.contact_ids else 0)
    return {
        "ID": project.id,
        "Name": project.name,
        "Customer": customer_name(customer),
        "CustomerContact": contact_name(other) if customer.is_company else None,
        "Site": {"ID": site.id, "Name": site.name},
        "SiteContact": contact_name(contact),
        "Description": f"<div>{project.name}</div>",
        "DateIssued": project.issued.isoformat(),
        "DateModified": state.touched.get((project.kind, project.id))
        or instant(min(project.date, state.today) - timedelta(days=1), 962, state.company.timezone),
        "Total": money(project.id),
        "AutoAdjustStatus": True,
    }


def _technicians(state: CompanyState, project: Project) -> list[Row]:
    staff: list[Row] = []
    for visit in state.visits_of(project):
        member = state.member(visit.staff_id)
        if member is not None and member.row not in staff:
            staff.append(member.row)
    return staff


def job_row(state: CompanyState, project: Project) -> Row:
    """A job. Its stage depends on whether its day is past, today or to come."""
    stage, code = _stage(state, project)
    done = stage in ("Complete", "Invoiced")
    urgent = draw(5, project.id, "response")
    name, days, hours = RESPONSE_TIMES[1 + urgent % 3]
    response = {"ID": 1 + urgent % 3, "Name": name, "Days": days, "Hours": hours, "Minutes": 0}
    return _shared(state, project) | {
        "Type": "Project" if draw(8, project.id, "type") == 0 else "Service",
        "Stage": stage,
        "Status": status_code(code),
        "OrderNo": f"PO-{project.id % 9973}" if draw(4, project.id, "order") == 0 else "",
        "DueDate": project.date.isoformat() if urgent == 0 else None,
        "DueTime": "16:00" if urgent == 0 else None,
        "Technicians": _technicians(state, project),
        "ResponseTime": response if urgent == 0 else None,
        "CompletedDate": project.date.isoformat() if done else None,
    }


def quote_row(state: CompanyState, project: Project) -> Row:
    """A quote."""
    past = project.date < state.today
    return _shared(state, project) | {
        "Type": "Service",
        "Stage": "Complete" if past else "InProgress",
        "CustomerStage": "Pending" if past else "New",
        "Status": status_code(40),
        "Technicians": _technicians(state, project),
        "ConvertedFromLead": {
            "ID": project.id,
            "LeadName": project.name,
            "DateCreated": project.issued.isoformat(),
        },
        "DateApproved": project.date.isoformat(),
        "ValidityDays": 30,
        "Forecast": {"Year": None, "Month": None, "Percent": None},
    }


def lead_row(state: CompanyState, project: Project) -> Row:
    """A lead. ``Status`` may be null, and is for leads that are closed."""
    past = project.date < state.today
    return _shared(state, project) | {
        "LeadName": project.name,
        "Stage": "Closed" if past else "Open",
        "Status": None if past else status_code(44),
        "DateCreated": project.issued.isoformat(),
        "FollowUpDate": project.date.isoformat(),
    }


def contractor_job_row(state: CompanyState, project: Project) -> Row:
    """Work of a job that a contractor was given. It has no schedule row of its own."""
    contractor = state.company.of_type("contractor")[0]
    office = state.company.staff[0]
    net = Decimal(40000 + 25 * (project.id % 401)) / 100
    number = CONTRACTOR_JOB_BASE + project.id
    section, center = SECTION_BASE["job"] + project.id, COST_CENTER_BASE["job"] + project.id
    base = f"/api/v1.0/companies/{state.company.id}/jobs/{project.id}"
    return {
        "ID": number,
        "ProjectType": "Job",
        "Contractor": {
            "ID": contractor.type_id,
            "Name": contractor.name,
            "ContactName": contractor.name,
        },
        "CreatedBy": office.row,
        "Total": {"ExTax": net, "IncTax": net + net / 10, "ReverseChargeTax": Decimal(0)},
        "Status": "Complete" if project.date < state.today else "Pending",
        "Description": f"<p>{project.name}: excavation</p>",
        "DateIssued": project.issued.isoformat(),
        "DueDate": project.date.isoformat(),
        "Currency": "AUD",
        "ExchangeRate": Decimal(1),
        "Labor": net,
        "TaxCode": {"ID": 1, "Code": "GST", "Type": "Single", "Rate": Decimal(10)},
        "DateModified": instant(project.issued, 610, state.company.timezone),
        "_href": f"{base}/sections/{section}/costCenters/{center}/contractorJobs/{number}",
    }
