"""Customers, their sites and contacts."""

from datetime import timedelta

from claw.connectors.simpro.simulator.clients import Contact, Customer, Site
from claw.connectors.simpro.simulator.draws import instant
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.state import CompanyState


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
