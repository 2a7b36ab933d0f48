"""Rows in the vendor's shapes, with the fields a dispatcher's reader needs.

A row here says what is particular; every other documented field is added blank when the
answer is projected (``documented.blank``).
"""

from datetime import date, timedelta
from decimal import Decimal

from claw.connectors.simpro.simulator.clients import Contact, Customer, Site
from claw.connectors.simpro.simulator.days import Block, Project, Visit
from claw.connectors.simpro.simulator.draws import draw, instant, wall
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import (
    ACTIVITIES,
    RESPONSE_TIMES,
    SCHEDULE_RATES,
    STATUS_CODES,
    StaffMember,
)
from claw.connectors.simpro.simulator.state import (
    COST_CENTER_BASE,
    SECTION_BASE,
    CompanyState,
)


def number(value: Decimal) -> Decimal | int:
    """A JSON number without needless decimals."""
    return int(value) if value == value.to_integral_value() else round(value, 2).normalize()


def named(table: dict[int, str], key: int) -> Row:
    """``{ID, Name}`` from a set-up table."""
    return {"ID": key, "Name": table[key]}


def status_code(code: int) -> Row:
    """A build's workflow status."""
    name, color = STATUS_CODES[code]
    return {"ID": code, "Name": name, "Color": color}


def money(key: int) -> Row:
    """A total; exact decimals, ten per cent tax."""
    net = Decimal(12000 + 55 * (key % 997)) / 100
    tax = (net / 10).quantize(Decimal("0.01"))
    return {"ExTax": net, "Tax": tax, "IncTax": net + tax}


def block_row(block: Block, day: date, zone: str) -> Row:
    """A block: wall times as text and the same as ISO 8601 with the zone's offset."""
    end = block.end if block.end <= 1440 else block.end - 1440
    return {
        "Hrs": number(block.hours),
        "StartTime": wall(block.start),
        "ISO8601StartTime": instant(day, block.start, zone),
        "EndTime": wall(end),
        "ISO8601EndTime": instant(day, block.end, zone),
        "ScheduleRate": named(SCHEDULE_RATES, 1 if day.weekday() < 5 else 2),
    }


def reference(visit: Visit) -> str:
    """The text that ties a schedule row to what it is for."""
    if visit.kind in COST_CENTER_BASE:
        return f"{visit.project_id}-{COST_CENTER_BASE[visit.kind] + visit.project_id}"
    return str(visit.project_id)


def project_ids(kind: str, project_id: int) -> Row | None:
    """The ids of job or quote, section and cost centre row; null for the other kinds."""
    if kind not in SECTION_BASE:
        return None
    return {
        "ProjectID": project_id,
        "SectionID": SECTION_BASE[kind] + project_id,
        "CostCenterID": COST_CENTER_BASE[kind] + project_id,
    }


def schedule_row(state: CompanyState, visit: Visit) -> Row:
    """A schedule in its widest form; serves every schedule endpoint."""
    zone = state.company.timezone
    staff = state.company.member(visit.staff_id) if visit.staff_id is not None else None
    row: Row = {
        "ID": visit.id,
        "Type": visit.kind,
        "Reference": reference(visit),
        "TotalHours": number(visit.hours),
        "Staff": staff.row if staff else None,
        "Date": visit.date.isoformat(),
        "Blocks": [block_row(block, visit.date, zone) for block in visit.blocks],
        "Project": project_ids(visit.kind, visit.project_id),
        "Notes": visit.notes,
        "IsLocked": False,
        "RecurringScheduleID": 0,
        "_href": f"/api/v1.0/companies/{state.company.id}/schedules/{visit.id}",
        "DateModified": visit.modified or instant(visit.date - timedelta(days=3), 962, zone),
    }
    if visit.kind == "activity":
        row["Activity"] = named(ACTIVITIES, visit.project_id)
    return row


def customer_name(customer: Customer) -> Row:
    """A customer inside other rows: all three names always, the unused ones empty."""
    return {
        "ID": customer.id,
        "CompanyName": customer.company_name,
        "GivenName": customer.given,
        "FamilyName": customer.family,
    }


def contact_name(contact: Contact | None) -> Row | None:
    """A contact inside other rows."""
    if contact is None:
        return None
    return {"ID": contact.id, "GivenName": contact.given, "FamilyName": contact.family}


def address(site: Site) -> Row:
    """The address of a site."""
    return {
        "Address": site.street,
        "City": site.suburb,
        "State": site.state,
        "PostalCode": site.postcode,
        "Country": "Australia",
    }


def _stage(state: CompanyState, project: Project) -> tuple[str, int]:
    if project.id in state.cancelled:
        return state.cancelled[project.id], 30
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
    for visit in state.visits_on(project.date):
        member = state.company.member(visit.staff_id) if visit.staff_id is not None else None
        if member is None or (visit.kind, visit.project_id) != (project.kind, project.id):
            continue
        if member.row not in staff:
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


def contact_row(state: CompanyState, contact: Contact) -> Row:
    """A contact, in the forms of ``contacts``, a customer's and a site's."""
    customer = state.register.customers[contact.customer_id]
    site = state.register.sites.get(contact.site_id or 0)
    return {
        "ID": contact.id,
        "GivenName": contact.given,
        "FamilyName": contact.family,
        "Email": contact.email,
        "WorkPhone": contact.landline,
        "CellPhone": contact.mobile,
        "Position": contact.position,
        "DateModified": state.touched.get(("contact", contact.id))
        or instant(state.today - timedelta(days=60), 540, state.company.timezone),
        "CustomerIDs": [customer.id],
        "SiteIDs": [site.id] if site else [],
        "Customers": [customer_name(customer)],
        "Sites": [{"ID": site.id, "Name": site.name}] if site else [],
        "JobContact": True,
        "PrimaryJobContact": contact.id == customer.contact_ids[0],
        "PrimaryContact": site is not None and site.contact_id == contact.id,
    }


def customer_row(state: CompanyState, customer: Customer) -> Row:
    """A customer, company or individual; the caller's projection drops what is not its."""
    kind = "companies" if customer.is_company else "individuals"
    sites = [state.register.sites[number] for number in customer.site_ids]
    contacts = [state.register.contacts[number] for number in customer.contact_ids]
    return customer_name(customer) | {
        "_href": f"/api/v1.0/companies/{state.company.id}/customers/{kind}/{customer.id}",
        "Phone": customer.phone,
        "CellPhone": customer.mobile,
        "Email": customer.email,
        "DoNotCall": customer.do_not_call,
        "Address": address(sites[0]),
        "BillingAddress": address(sites[0]),
        "CustomerType": "Customer",
        "Sites": [{"ID": site.id, "Name": site.name} for site in sites],
        "Contacts": [contact_name(contact) for contact in contacts],
        "DateModified": instant(state.today - timedelta(days=90), 660, state.company.timezone),
        "DateCreated": instant(state.today - timedelta(days=900), 660, state.company.timezone),
    }


def site_row(state: CompanyState, site: Site) -> Row:
    """A site with its primary contact, if it has one."""
    contact = state.register.contacts.get(site.contact_id or 0)
    primary: Row = {
        "Contact": None,
        **dict.fromkeys(("Title", "GivenName", "FamilyName", "Email", "WorkPhone"), ""),
        **dict.fromkeys(("CellPhone", "Fax", "Position"), ""),
        "PreferredNotificationMethod": None,
    }
    if contact is not None:
        primary |= {
            "Contact": {**(contact_name(contact) or {}), "Email": contact.email},
            "GivenName": contact.given,
            "FamilyName": contact.family,
            "Email": contact.email,
            "CellPhone": contact.mobile,
            "WorkPhone": contact.landline,
            "Position": contact.position,
            "PreferredNotificationMethod": contact.prefers,
        }
    return {
        "ID": site.id,
        "Name": site.name,
        "Address": address(site),
        "PrimaryContact": primary,
        "Zone": {"ID": 1 + site.id % 3, "Name": ("North", "South", "City")[site.id % 3]},
        "Customers": [customer_name(state.register.customers[site.customer_id])],
        "DateModified": instant(state.today - timedelta(days=120), 600, state.company.timezone),
    }


def staff_row(state: CompanyState, member: StaffMember) -> Row:
    """A row of the unified staff index."""
    return member.row | {
        "_href": f"/api/v1.0/companies/{state.company.id}/staff/{member.id}",
        "DateModified": instant(state.today - timedelta(days=140), 480, state.company.timezone),
    }


def person_row(state: CompanyState, member: StaffMember) -> Row:
    """An employee or contractor, by the id of its own kind."""
    login = member.name.split()[0].lower()
    zone = state.company.timezone
    return {
        "ID": member.type_id,
        "Name": member.name,
        "ContactName": member.name if member.type == "contractor" else "",
        "Position": member.position,
        "PrimaryContact": {
            "Email": f"{login}@example.com",
            "SecondaryEmail": "",
            "WorkPhone": "",
            "Extension": "",
            "CellPhone": member.mobile,
            "Fax": "",
            "PreferredNotificationMethod": None,
        },
        "AccountSetup": {
            "Username": login,
            "IsMobility": member.field_worker,
            "SecurityGroup": {"ID": 4, "Name": "Field" if member.field_worker else "Office"},
        },
        "DefaultCompany": {"ID": state.company.id, "Name": state.company.name},
        "Zones": [{"ID": 1, "Name": "North"}],
        "DefaultZone": {"ID": 1, "Name": "North"},
        "DateCreated": instant(state.today - timedelta(days=1400), 480, zone),
        "DateModified": instant(state.today - timedelta(days=140), 480, zone),
    }
