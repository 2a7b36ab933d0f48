"""From a row to an appointment and its customer. Pure."""

from datetime import UTC

import msgspec
from msgspec import UNSET

from benchmarks.visits.wire import Client, Visit
from claw.connect import Bundle, MapEnv, Mapped, MapResult, Quarantined, Ref, make_ref, source_id
from claw.connect.text import one_line, plain_text
from claw.core.model.records import (
    Appointment,
    AppointmentStatus,
    Contact,
    Customer,
    Money,
    Record,
    Segment,
    Service,
)
from claw.core.phones import parse_phones

CONNECTION, COUNTRY = "visits", "AU"
_STATUSES: dict[str, AppointmentStatus] = {
    "booked": "confirmed",
    "pencilled": "tentative",
    "done": "completed",
    "cancelled": "cancelled",
}
_decoder = msgspec.json.Decoder(Visit)


def map_bundle(bundle: Bundle, env: MapEnv) -> MapResult:
    """Map one row as the engine asks for it."""
    try:
        visit = _decoder.decode(bundle.primary.body)
    except msgspec.ValidationError:
        return Quarantined(code="unreadable", path="", detail="not a visit")
    return Mapped(records=map_visit(visit, env.connection, env.country))


def map_visit(visit: Visit, connection: str, country: str) -> tuple[Record, ...]:
    """The canonical records of a row, the appointment first."""
    customer = _customer(visit.client, connection, country)
    starts_at, ends_at = visit.starts_at.astimezone(UTC), visit.ends_at.astimezone(UTC)
    service = Service(
        name=one_line(visit.service.name), ref=_ref(connection, "service", visit.service.id)
    )
    segment = Segment(
        starts_at=starts_at,
        ends_at=ends_at,
        resource=_ref(connection, "technician", visit.technician.id),
        service=service,
    )
    appointment = Appointment(
        ref=_ref(connection, "visit", visit.id),
        kind="visit",
        status=_STATUSES.get(visit.state, "unknown"),
        source_status=visit.state,
        title=f"{service.name}: {customer.name}",
        starts_at=starts_at,
        ends_at=ends_at,
        zone=visit.zone,
        segments=(segment,),
        customer=customer.ref,
        contact=Contact(name=customer.name, phones=customer.phones, emails=customer.emails),
        value=Money(amount_minor=visit.price.cents, currency=visit.price.currency),
        notes=plain_text(visit.notes) or UNSET,
        extensions={"visits": {"reference": visit.reference}},
        source_updated_at=visit.updated_at.astimezone(UTC),
        source_url=f"https://visits.example/visits/{visit.id}",
    )
    return (appointment, customer)


def _customer(client: Client, connection: str, country: str) -> Customer:
    company = one_line(client.company)
    given, family = one_line(client.given_name), one_line(client.family_name)
    return Customer(
        ref=_ref(connection, "client", client.id),
        kind="company" if company else "person",
        name=company or f"{given} {family}",
        given_name=given or UNSET,
        family_name=family or UNSET,
        company=company or UNSET,
        phones=parse_phones(client.mobile, country, "mobile"),
        emails=(client.email,) if client.email else (),
        do_not_contact=True if client.do_not_contact else UNSET,
    )


def _ref(connection: str, kind: str, number: int) -> Ref:
    return make_ref(connection, source_id(kind, number))
