"""From a row to an appointment. Pure; every contender maps with this."""

from datetime import UTC

import msgspec
from msgspec import UNSET

from benchmarks.bookings.wire import Booking
from claw.connect import Bundle, MapEnv, Mapped, MapResult, Quarantined, make_ref, source_id
from claw.connect.text import one_line, plain_text
from claw.core.model.records import (
    Appointment,
    AppointmentStatus,
    Contact,
    Money,
    Segment,
    Service,
)
from claw.core.phones import parse_phones

CONNECTION, COUNTRY = "bookings", "AU"
_STATUSES: dict[str, AppointmentStatus] = {
    "booked": "confirmed",
    "pencilled": "tentative",
    "done": "completed",
    "cancelled": "cancelled",
}
_decoder = msgspec.json.Decoder(Booking)


def map_bundle(bundle: Bundle, env: MapEnv) -> MapResult:
    """Map one row as the engine asks for it."""
    try:
        booking = _decoder.decode(bundle.primary.body)
    except msgspec.ValidationError:
        return Quarantined(code="unreadable", path="", detail="not a booking")
    return Mapped(records=(map_booking(booking, env.connection, env.country),))


def map_booking(booking: Booking, connection: str, country: str) -> Appointment:
    """The appointment of a row."""
    starts_at, ends_at = booking.starts_at.astimezone(UTC), booking.ends_at.astimezone(UTC)
    client = booking.client
    name = one_line(client.name)
    service = Service(
        name=one_line(booking.service.name),
        ref=make_ref(connection, source_id("service", booking.service.id)),
    )
    segment = Segment(
        starts_at=starts_at,
        ends_at=ends_at,
        resource=make_ref(connection, source_id("staff", booking.staff.id)),
        service=service,
    )
    return Appointment(
        ref=make_ref(connection, source_id("booking", booking.id)),
        kind="booking",
        status=_STATUSES.get(booking.state, "unknown"),
        source_status=booking.state,
        title=service.name,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=booking.zone,
        segments=(segment,),
        contact=Contact(
            name=name,
            phones=parse_phones(client.mobile, country, "mobile"),
            emails=(client.email,) if client.email else (),
        ),
        value=Money(amount_minor=booking.price.cents, currency=booking.price.currency),
        notes=plain_text(booking.notes) or UNSET,
        source_updated_at=booking.updated_at.astimezone(UTC),
    )
