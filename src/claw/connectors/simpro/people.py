"""Customers, sites, staff and contacts in canonical words. Pure."""

from collections.abc import Sequence

from msgspec import UNSET

from claw.connect import MapEnv, make_ref, source_id
from claw.connect.text import one_line, plain_text
from claw.connectors.simpro.wire import (
    AddressObject,
    CustomerObject,
    Person,
    Site,
    StaffLink,
    StaffObject,
)
from claw.core.model.records import (
    Address,
    Contact,
    Customer,
    Extensions,
    Location,
    Phone,
    Resource,
    ResourceKind,
)
from claw.core.phones import country_code, parse_phones

_RESOURCE_KINDS: dict[str, ResourceKind] = {
    "employee": "person",
    "contractor": "crew",
    "plant": "equipment",
}
_CHANNELS = {"SMS": "sms", "Email": "email", "EmailAndSMS": "email_and_sms"}


def customer(found: CustomerObject, env: MapEnv) -> Customer:
    """A customer; the unused name fields of the other kind are ``""`` in the source."""
    company = _text(found.company_name)
    given, family = _text(found.given_name), _text(found.family_name)
    name = company or " ".join(filter(None, (given, family)))
    return Customer(
        ref=make_ref(env.connection, source_id("customer", found.id or 0)),
        kind="company" if company else "person",
        name=name or f"Customer {found.id}",
        given_name=given or UNSET,
        family_name=family or UNSET,
        company=company or UNSET,
        phones=_phones(found, env),
        emails=_emails(found),
        do_not_contact=True if found.do_not_call else UNSET,
    )


def location(found: Site, env: MapEnv) -> Location:
    """A site with its address and its own primary contact."""
    primary = contact(found.primary_contact, env) if found.primary_contact else None
    address = _address(found.address, env)
    name = _text(found.name) or (address.lines[0] if address.lines else f"Site {found.id}")
    return Location(
        ref=make_ref(env.connection, source_id("site", found.id)),
        name=name,
        address=address,
        contact=primary or UNSET,
        extensions=_preference(found.primary_contact),
    )


def resource(link: StaffLink, found: StaffObject | None, env: MapEnv) -> Resource:
    """Who a schedule is for; known by the name on the row when no more can be read."""
    person = found.primary_contact if found else None
    emails = _emails(person) if person else ()
    return Resource(
        ref=make_ref(env.connection, source_id(link.kind, link.key)),
        kind=_RESOURCE_KINDS.get(link.kind, "person"),
        name=_text(found.name if found else None)
        or one_line(link.name)
        or f"{link.kind} {link.key}",
        active=not (found.archived if found else False),
        email=emails[0] if emails else UNSET,
        phones=_phones(person, env) if person else (),
    )


def contact(found: Person, env: MapEnv) -> Contact | None:
    """Somebody to reach; None when neither a name nor a way to reach them is known."""
    named = found.contact
    if isinstance(found, CustomerObject) and _text(found.company_name):
        name = _text(found.company_name)
    else:
        given = _text(found.given_name) or _text(named.given_name if named else None)
        family = _text(found.family_name) or _text(named.family_name if named else None)
        name = " ".join(filter(None, (given, family)))
    phones, emails = _phones(found, env), _emails(found)
    if not (name or phones or emails):
        return None
    return Contact(name=name, phones=phones, emails=emails)


def _phones(found: Person, env: MapEnv) -> tuple[Phone, ...]:
    """Every number, the mobile field first; a number that stands twice is given once."""
    fields: Sequence[tuple[str, str | None]] = (
        ("mobile", found.cell_phone),
        ("work", found.work_phone),
        ("phone", found.phone),
        ("alternative", found.alt_phone),
    )
    phones: list[Phone] = []
    seen: set[str] = set()
    for label, raw in fields:
        for phone in parse_phones(raw or "", env.country, label):
            key = phone.e164 if isinstance(phone.e164, str) else phone.raw
            if key not in seen:
                seen.add(key)
                phones.append(phone)
    return tuple(phones)


def _emails(found: Person) -> tuple[str, ...]:
    email = _text(found.email)
    return (email,) if "@" in email else ()


def _preference(primary: Person | None) -> Extensions:
    """How a site's contact wants to hear of a visit; the vendor asks nobody else."""
    method = primary.preferred_notification_method if primary else None
    channel = _CHANNELS.get(method or "")
    return {"simpro": {"preferred_channel": channel}} if channel else {}


def _address(found: AddressObject | None, env: MapEnv) -> Address:
    if found is None:
        return Address()
    lines = tuple(line for line in plain_text(found.address or "").split("\n") if line.strip())
    country = _text(found.country)
    return Address(
        lines=lines,
        suburb=_text(found.city) or UNSET,
        state=_text(found.state) or UNSET,
        postcode=_text(found.postal_code) or UNSET,
        country=(country_code(country) or country) if country else env.country,
    )


def _text(value: str | int | None) -> str:
    """One line of plain text; what sources write when they mean nothing is ``""``."""
    return one_line(str(value)) if value is not None else ""
