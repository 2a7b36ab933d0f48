"""From a Termin, which holds its customer within itself, to canonical records. Pure."""

from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from claw.connect import Bundle, MapEnv, Mapped, MapResult, Quarantined, make_ref, source_id
from claw.connect.text import blank_to_unset, one_line
from claw.connect.wall_time import StatedTime, parse_stated_instant, read_span
from claw.core.model.records import (
    Appointment,
    AppointmentStatus,
    Contact,
    Customer,
    Record,
    Segment,
)
from claw.core.phones import parse_phones

T = TypeVar("T")

_STATUSES: dict[str, AppointmentStatus] = {
    "bestätigt": "confirmed",
    "vorgemerkt": "tentative",
    "gewesen": "completed",
    "abgesagt": "cancelled",
}


class Person(Struct, frozen=True, kw_only=True):
    """Who comes; a key of its own only where somebody gave it one."""

    key: str | int | None = field(name="schlüssel", default=None)
    name: str | None = None
    telephone: str | int | None = field(name="☎", default=None)
    email: str | None = field(name="@", default=None)


class Termin(Struct, frozen=True, kw_only=True):
    """One row. Instants have an offset; ids are text of any length."""

    id: str | int
    revision: int | str | None = field(name="stand", default=None)
    starts: str | None = field(name="beginn", default=None)
    ends: str | None = field(name="ende", default=None)
    status: str | None = field(name="zustand", default=None)
    what: str | None = field(name="was", default=None)
    note: str | None = field(name="notiz", default=None)
    person: Person | None = field(name="wer", default=None)


def map_bundle(bundle: Bundle, env: MapEnv) -> MapResult:
    """Map one Termin."""
    try:
        row = msgspec.json.decode(bundle.primary.body, type=Termin)
    except msgspec.ValidationError:
        return Quarantined(code="shape_unknown", path="", detail="not a Termin as we know them")
    if parse_stated_instant(row.starts) is None:
        return Quarantined(code="time_unreadable", path="beginn", detail="not an instant")
    zone = env.connection_zone or env.tenant_zone
    times = read_span(zone, None, StatedTime(instant=row.starts), StatedTime(instant=row.ends))
    assert times is not None  # it has a start
    customer = _customer(row.person, env)
    status = one_line(row.status or "")
    flags = {*times.flags, *(("zone_assumed",) if env.connection_zone is None else ())}
    appointment = Appointment(
        ref=make_ref(env.connection, bundle.primary.source_id),
        kind="booking",
        status=_STATUSES.get(status, "unknown"),
        source_status=status or UNSET,
        title=one_line(row.what or "") or "Termin",
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        zone=zone,
        segments=(Segment(starts_at=times.starts_at, ends_at=times.ends_at),),
        customer=customer.ref if isinstance(customer, Customer) else UNSET,
        contact=_contact(row.person, customer, env),
        notes=blank_to_unset(row.note),
        flags=tuple(sorted(flags)),
    )
    linked: tuple[Record, ...] = (customer,) if isinstance(customer, Customer) else ()
    return Mapped(records=(appointment, *linked))


def _customer(person: Person | None, env: MapEnv) -> Customer | None:
    key = str(person.key or "").strip() if person else ""
    if person is None or not key:
        return None
    return Customer(
        ref=make_ref(env.connection, source_id("mensch", key)),
        kind="person",
        name=one_line(person.name or "") or "Mensch",
        phones=parse_phones(str(person.telephone or ""), env.country, "telephone"),
        emails=_emails(person),
    )


def _contact(person: Person | None, customer: Customer | None, env: MapEnv) -> Contact | UnsetType:
    if customer is not None:
        return Contact(name=customer.name, phones=customer.phones, emails=customer.emails)
    name = one_line(person.name or "") if person else ""
    if person is None or not name:
        return UNSET
    phones = parse_phones(str(person.telephone or ""), env.country, "telephone")
    return Contact(name=name, phones=phones, emails=_emails(person))


def _emails(person: Person) -> tuple[str, ...]:
    email = one_line(person.email or "")
    return (email,) if "@" in email else ()
