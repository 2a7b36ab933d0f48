"""Customers, contacts and sites."""

from collections.abc import Iterable
from typing import TypeVar

from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.resources.asking import Collection, Hints, Ids
from claw.connectors.simpro.simulator.rows.clients import contact_row, customer_row, site_row
from claw.connectors.simpro.simulator.state import CompanyState

T = TypeVar("T")


def _asked(known: dict[int, T], hints: Hints) -> Iterable[T]:
    if hints.ids is None:
        return known.values()
    return [known[number] for number in hints.ids if number in known]


def _customers(only: bool | None) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
        return [
            customer_row(state, customer)
            for customer in _asked(state.register.customers, hints)
            if only is None or customer.is_company == only
        ]

    return collect


def _contacts(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [contact_row(state, contact) for contact in _asked(state.register.contacts, hints)]


def _contacts_of_customer(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    customer = state.register.customers.get(ids["customerID"])
    if customer is None:
        return None
    return [contact_row(state, state.register.contacts[n]) for n in customer.contact_ids]


def _contacts_of_site(state: CompanyState, ids: Ids, hints: Hints) -> list[Row] | None:
    site = state.register.sites.get(ids["siteID"])
    if site is None:
        return None
    contact = state.register.contacts.get(site.contact_id or 0)
    return [] if contact is None else [contact_row(state, contact)]


def _sites(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
    return [site_row(state, site) for site in _asked(state.register.sites, hints)]


CLIENTS: dict[str, Collection] = {
    "customers": _customers(None),
    "customers/companies": _customers(True),
    "customers/individuals": _customers(False),
    "customers/contacts": _contacts_of_customer,
    "contacts": _contacts,
    "sites": _sites,
    "sites/contacts": _contacts_of_site,
}
