"""What a build says of itself, its companies and the key's owner."""

from claw.connectors.simpro.simulator.draws import instant
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.keys import Key
from claw.connectors.simpro.simulator.state import CompanyState


def info_row() -> Row:
    """``/info/``."""
    shared = ("Catalog", "Stock", "Clients", "Setup", "Defaults", "AccountsIntegration", "Voip")
    return {
        "Version": "99.0.0.0.1.1",
        "Country": "Australia",
        "MaintenancePlanner": True,
        "MultiCompany": True,
        **{f"Shared{name}": False for name in shared},
    }


def current_user(key: Key, visible: list[CompanyState]) -> Row:
    """``/currentUser/``: here ``TypeID`` is a string, unlike ``TypeId`` on staff."""
    return {
        "ID": 12,
        "Name": key.label,
        "Type": "employee",
        "TypeID": "12",
        "PreferredLanguage": "en_AU",
        "AccessibleCompanies": [{"ID": s.company.id, "Name": s.company.name} for s in visible],
    }


def company_row(state: CompanyState) -> Row:
    """``/companies/{id}``. ``TimezoneOffset`` is the standard one: stale half the year."""
    company = state.company
    return {
        "ID": company.id,
        "Name": company.name,
        "Email": "office@example.com",
        "Timezone": company.timezone,
        "TimezoneOffset": company.standard_offset,
        "DefaultLanguage": "en_AU",
        "Country": "Australia",
        "Currency": "AUD",
        "TaxName": "GST",
        "UIDateFormat": "d/m/Y",
        "UITimeFormat": "g:i A",
        "ScheduleFormat": 15,
        "SingleCostCenterMode": False,
        "DateModified": instant(state.today, 0, company.timezone),
    }
