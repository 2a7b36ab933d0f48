"""From a booking, its client and its stylist to canonical records. Pure."""

from datetime import date, datetime, time, timedelta
from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from claw.connect import Bundle, MapEnv, Mapped, MapResult, Quarantined, make_ref, source_id
from claw.connect.parts import enrichment_flags, part
from claw.connect.text import blank_to_unset, one_line
from claw.connect.wall_time import StatedTime, parse_stated_date, parse_wall_time, read_span
from claw.core.model.records import (
    Appointment,
    AppointmentStatus,
    Contact,
    Customer,
    Record,
    Resource,
    Segment,
    Service,
)
from claw.core.phones import parse_phones
from claw_testing.sample_connector.wire import Booking, Client, Stylist, decode

T = TypeVar("T")

_STATUSES: dict[str, AppointmentStatus] = {
    "hold": "tentative",
    "booked": "confirmed",
    "done": "completed",
    "cancelled": "cancelled",
    "noshow": "no_show",
}


def map_bundle(bundle: Bundle, env: MapEnv) -> MapResult:
    """Map one booking."""
    try:
        row = decode(bundle.primary.body, Booking)
    except msgspec.ValidationError:
        return Quarantined(code="shape_unknown", path="", detail="not a booking as we know them")
    day = parse_stated_date(row.day)
    if day is None:
        return Quarantined(code="date_unreadable", path="day", detail="not a date")
    zone = env.connection_zone or env.tenant_zone
    times = read_span(zone, day, StatedTime(wall=row.start), StatedTime(wall=_end(row, day)))
    if times is None:
        return Quarantined(code="time_unreadable", path="start", detail="no time at all")
    customer, stylist = _customer(bundle, env), _stylist(bundle, row, env)
    flags = {*times.flags, *enrichment_flags(bundle, frozenset({"client"}))}
    if customer is None and part(bundle, "client"):
        flags.add("enrichment_missing")
    service = one_line(row.service or "")
    segment = Segment(
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        resource=stylist.ref if stylist else UNSET,
        service=Service(name=service) if service else UNSET,
    )
    status = (row.status or "").strip()
    appointment = Appointment(
        ref=make_ref(env.connection, bundle.primary.source_id),
        kind="booking",
        status=_STATUSES.get(status.lower(), "unknown"),
        source_status=one_line(status) or UNSET,
        title=service or f"Booking {row.id}",
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        precision="exact" if times.exact else "day",
        zone=zone,
        segments=(segment,),
        customer=customer.ref if customer else UNSET,
        contact=_contact(customer),
        notes=blank_to_unset(row.note),
        flags=tuple(sorted(flags)),
    )
    linked: list[Record] = [record for record in (customer, stylist) if record]
    return Mapped(records=(appointment, *linked))


def _end(row: Booking, day: date) -> str | None:
    """The stated end; what version 1 kept has a length instead."""
    start = parse_wall_time(row.start)
    if row.end is not None or row.minutes is None or not isinstance(start, time):
        return row.end
    if not 0 <= row.minutes < 24 * 60:
        return None
    return f"{datetime.combine(day, start) + timedelta(minutes=row.minutes):%H:%M}"


def _customer(bundle: Bundle, env: MapEnv) -> Customer | None:
    found = _part(bundle, "client", Client) or _part(bundle, "guest", Client)
    if found is None:
        return None
    email = one_line(found.email or "")
    return Customer(
        ref=make_ref(env.connection, source_id("client", found.id)),
        kind="person",
        name=one_line(found.name or "") or f"Client {found.id}",
        phones=parse_phones(found.mobile or "", env.country, "mobile"),
        emails=(email,) if "@" in email else (),
    )


def _contact(customer: Customer | None) -> Contact | UnsetType:
    if customer is None:
        return UNSET
    return Contact(name=customer.name, phones=customer.phones, emails=customer.emails)


def _stylist(bundle: Bundle, row: Booking, env: MapEnv) -> Resource | None:
    if row.stylist is None:
        return None
    found = _part(bundle, "stylist", Stylist)
    name = one_line(found.name or "") if found else ""
    return Resource(
        ref=make_ref(env.connection, source_id("stylist", row.stylist)),
        kind="person",
        name=name or f"Stylist {row.stylist}",
        active=True,
    )


def _part(bundle: Bundle, role: str, type_: type[T]) -> T | None:
    found = part(bundle, role)
    try:
        return decode(found.body, type_) if found else None
    except msgspec.ValidationError:
        return None
