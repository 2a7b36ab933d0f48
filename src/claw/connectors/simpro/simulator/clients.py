"""Customers, their sites and contacts: a fixed register per (seed, company).

Phone numbers are those reserved for fiction, written the ways people write them; some
contacts have a landline, some nothing, some share a number.
"""

from dataclasses import dataclass

from claw.connectors.simpro.simulator.draws import chance, choose, draw
from claw.connectors.simpro.simulator.roster import Company

FIRST_CUSTOMER, FIRST_SITE, FIRST_CONTACT = 301, 2001, 5001
"""A bigger register runs on from these; customers, sites and contacts count separately."""


_MOBILES = ("006", "156", "157", "158", "159", "110", "313", "737")
_GIVEN = (
    *("Mina", "Raj", "Oscar", "Thu", "Bridget", "Malik", "Sofia", "Callum", "Yuki", "Noor"),
    *("Harriet", "Desmond", "Priya", "Angus", "Leila", "Tomas", "Wendy", "Zane", "Ines", "Cody"),
)
_FAMILY = (
    *("O'Dell", "Patel", "Nguyen", "Hargreaves", "Costa", "McAllister", "Yamada", "Abadi"),
    *("Whitlam-Grey", "Fitzroy", "Okafor", "Lindgren", "Moretti", "Barnaby", "Quill", "Svensson"),
)
_FIRMS = (
    *(
        "Wattlebird Strata",
        "Saltbush Property Care",
        "Corella Cafe Group",
        "Ironbark Early Learning",
    ),
    *("Lantern Street Dental", "Bluegum Realty", "Cockle Bay Laundry", "Paperbark Aged Living"),
)
_STREETS = (
    *("Wharf St", "Banksia Ave", "Ocean Pde", "Mill Lane", "Railway Pde", "Fig Tree Rd"),
    *("Lookout Cres", "Harbour View Rd", "Chapel St", "Boatshed Way"),
)


@dataclass(frozen=True, slots=True)
class Contact:
    """A person reachable at a site or for a customer."""

    id: int
    given: str
    family: str
    mobile: str
    landline: str
    email: str
    position: str
    customer_id: int
    site_id: int | None
    prefers: str | None = "SMS"


@dataclass(frozen=True, slots=True)
class Site:
    """A place where work happens."""

    id: int
    name: str
    street: str
    suburb: str
    postcode: str
    state: str
    customer_id: int
    contact_id: int | None


@dataclass(frozen=True, slots=True)
class Customer:
    """Who pays: a company (``company_name``) or a person (the two names)."""

    id: int
    company_name: str
    given: str
    family: str
    phone: str
    mobile: str
    email: str
    do_not_call: bool
    site_ids: tuple[int, ...]
    contact_ids: tuple[int, ...]

    @property
    def is_company(self) -> bool:
        """Whether the vendor files it under ``customers/companies``."""
        return self.company_name != ""


@dataclass(frozen=True, slots=True)
class Register:
    """Everything the business knows about its customers, by id."""

    customers: dict[int, Customer]
    sites: dict[int, Site]
    contacts: dict[int, Contact]


def mobile_number(*key: object) -> str:
    """A fictitious mobile, in one of the ways people write them."""
    tail = choose(_MOBILES, *key)
    forms = ("0491 570 {}", "0491 570 {}", "+61 491 570 {}", "0491570{}", "0491-570-{}")
    return choose(forms, *key, "form").format(tail)


def landline_number(area: str, *key: object) -> str:
    """A fictitious landline of the company's area."""
    prefix = choose(("5550", "7010"), *key)
    return f"({area}) {prefix} {draw(10000, *key, 'tail'):04d}"


def _contact(number: int, company: Company, seed: int, customer: int, site: int | None) -> Contact:
    key = (seed, company.id, "contact", number)
    given, family = choose(_GIVEN, *key, "given"), choose(_FAMILY, *key, "family")
    reach = draw(10, *key, "reach")
    return Contact(
        id=number,
        given=given,
        family=family,
        mobile=mobile_number(*key) if reach < 7 else "",
        landline=landline_number(company.area_code, *key) if reach in (5, 6, 7, 8) else "",
        email=f"{given.lower()}.{number}@example.com",
        position=choose(("Tenant", "Site manager", "Strata manager", "Owner"), *key, "position"),
        customer_id=customer,
        site_id=site,
        prefers=choose(("SMS", "SMS", "EmailAndSMS", "Email", None), *key, "prefers"),
    )


def make_register(seed: int, company: Company, customers: int) -> Register:
    """The register of one company. That of a bigger business begins with a smaller one's."""
    register = Register({}, {}, {})
    next_site, next_contact = FIRST_SITE, FIRST_CONTACT
    for number in range(FIRST_CUSTOMER, FIRST_CUSTOMER + customers):
        key = (seed, company.id, "customer", number)
        is_company = chance(35, *key, "company")
        given, family = choose(_GIVEN, *key, "given"), choose(_FAMILY, *key, "family")
        sites: list[int] = []
        contacts: list[int] = []
        for _ in range(1 + (draw(3, *key, "sites") if is_company else 0)):
            site_key = (seed, company.id, "site", next_site)
            suburb, postcode = choose(company.suburbs, *site_key, "suburb")
            street = f"{1 + draw(180, *site_key)} {choose(_STREETS, *site_key, 'street')}"
            contact_id: int | None = None
            if chance(80, *site_key, "contact"):
                contact_id = next_contact
                contact = _contact(contact_id, company, seed, number, next_site)
                register.contacts[contact_id] = contact
                contacts.append(contact_id)
                next_contact += 1
            register.sites[next_site] = Site(
                next_site, street, street, suburb, postcode, company.state, number, contact_id
            )
            sites.append(next_site)
            next_site += 1
        firm = f"{choose(_FIRMS, *key, 'firm')} {number}"
        register.customers[number] = Customer(
            id=number,
            company_name=firm if is_company else "",
            given="" if is_company else given,
            family="" if is_company else family,
            phone=landline_number(company.area_code, *key) if is_company else "",
            mobile="" if is_company or chance(25, *key, "none") else mobile_number(*key),
            email=f"accounts{number}@example.com" if is_company else f"{given.lower()}@example.net",
            do_not_call=chance(4, *key, "quiet"),
            site_ids=tuple(sites),
            contact_ids=tuple(contacts),
        )
    return register
