"""The unified staff index, employees and contractors."""

from datetime import timedelta

from claw.connectors.simpro.simulator.draws import instant
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.roster import ARCHIVED, StaffMember
from claw.connectors.simpro.simulator.state import CompanyState


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
        "UserProfile": {
            "IsSalesperson": False,
            "IsProjectManager": not member.field_worker,
            "StorageDevice": None,
            "PreferredLanguage": "en_AU",
        },
        "DefaultCompany": {"ID": state.company.id, "Name": state.company.name},
        "Archived": member.id == ARCHIVED.id,
        "Zones": [{"ID": 1, "Name": "North"}],
        "DefaultZone": {"ID": 1, "Name": "North"},
        "DateCreated": instant(state.today - timedelta(days=1400), 480, zone),
        "DateModified": instant(state.today - timedelta(days=140), 480, zone),
    }


def plant_row(state: CompanyState, member: StaffMember) -> Row:
    """A piece of plant, by the id of its own kind; somebody always has it out."""
    last = state.today - timedelta(days=30)
    return {
        "ID": member.type_id,
        "Name": member.name,
        "CheckedOutBy": state.company.technicians[0].row,
        "EnableServicing": True,
        "Servicing": {
            "Frequency": 6,
            "FrequencyType": "Month",
            "StartsIn": 0,
            "StartDate": last.isoformat(),
            "NextService": {"Date": (last + timedelta(days=180)).isoformat(), "Hours": 0},
        },
    }
