"""The canonical records of ``claw.schedule/1``: what every source is translated into.

All are frozen values. An absent value is ``UNSET`` and is left out of canonical JSON;
there is no null. Lists and ``extensions`` are always present. A flag-like boolean that
defaults to false is ``True`` or absent. Instants are aware UTC datetimes in whole
seconds; there are no floats. They are made of values alone and so never part of a cycle
(``gc=False``): the collector need not walk a hundred thousand of them.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import UNSET, Struct, UnsetType

from claw.core.model.reference import Ref

SCHEMA = "claw.schedule/1"

# Values are strings, integers, booleans, lists and objects of them, to any depth; msgspec
# cannot say a recursive type, the canonical encoder refuses everything else.
Extensions: TypeAlias = dict[str, dict[str, object]]

AppointmentKind = Literal[
    "visit", "booking", "class", "consultation", "absence", "break", "hold", "other"
]
AppointmentStatus = Literal[
    "tentative",
    "confirmed",
    "started",
    "completed",
    "cancelled",
    "declined",
    "no_show",
    "missing",
    "unknown",
]
CancelledBy = Literal["customer", "business", "unknown"]
Precision = Literal["exact", "day"]
ProgressState = Literal["travelling", "on_site", "paused", "complete"]
PhoneKind = Literal["mobile", "landline", "tollfree", "shared", "unknown"]
ResourceKind = Literal["person", "crew", "equipment", "room"]
ShiftKind = Literal["work", "break", "on_call"]
CustomerKind = Literal["person", "company"]


class Money(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """An amount in the minor unit of its currency (cents), never a float."""

    amount_minor: int
    currency: str


class Phone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One number: ``raw`` as the source holds it, ``e164`` only when it is valid."""

    raw: str
    kind: PhoneKind
    e164: str | UnsetType = UNSET
    label: str | UnsetType = UNSET


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A person to reach."""

    name: str
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()


class Service(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What is done in a segment."""

    name: str
    ref: Ref | UnsetType = UNSET


class Segment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """Who does what when; without a resource it is unassigned work."""

    starts_at: datetime
    ends_at: datetime
    resource: Ref | UnsetType = UNSET
    service: Service | UnsetType = UNSET
    flexible: bool | UnsetType = UNSET


class ArrivalWindow(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    rename={"starts_at": "from", "ends_at": "to"},
):
    """The promised arrival window; in JSON ``{from, to}``."""

    starts_at: datetime
    ends_at: datetime


class Progress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What the field reported and when it happened; never inferred.

    ``evidence`` names the source's own entry (a log id, a hash of a timeline entry).
    """

    state: ProgressState
    at: datetime
    evidence: str
    resource: Ref | UnsetType = UNSET


class Address(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A postal address; lines in source order."""

    lines: tuple[str, ...] = ()
    suburb: str | UnsetType = UNSET
    state: str | UnsetType = UNSET
    postcode: str | UnsetType = UNSET
    country: str | UnsetType = UNSET


class Appointment(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    tag="appointment",
    tag_field="type",
):
    """One piece of the schedule, lived on the wall clock of ``zone``.

    ``starts_at`` and ``ends_at`` bound the segments; with ``precision="day"`` no time
    of day is known and they bound the local day.
    """

    ref: Ref
    kind: AppointmentKind
    status: AppointmentStatus
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    precision: Precision = "exact"
    segments: tuple[Segment, ...] = ()
    source_status: str | UnsetType = UNSET
    cancelled_by: CancelledBy | UnsetType = UNSET
    customer: Ref | UnsetType = UNSET
    location: Ref | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    group: str | UnsetType = UNSET
    window: ArrivalWindow | UnsetType = UNSET
    fixed: bool | UnsetType = UNSET
    progress: tuple[Progress, ...] = ()
    actual_starts_at: datetime | UnsetType = UNSET
    actual_ends_at: datetime | UnsetType = UNSET
    value: Money | UnsetType = UNSET
    notes: str | UnsetType = UNSET
    flags: tuple[str, ...] = ()
    extensions: Extensions = {}
    gone: bool | UnsetType = UNSET
    # Volatile: shown, never hashed.
    source_updated_at: datetime | UnsetType = UNSET
    source_url: str | UnsetType = UNSET


class Resource(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    tag="resource",
    tag_field="type",
):
    """A person, crew, piece of equipment or room that appointments are given to.

    ``active`` is the source's own word and says nothing about ``gone``.
    """

    ref: Ref
    kind: ResourceKind
    name: str
    active: bool
    email: str | UnsetType = UNSET
    phones: tuple[Phone, ...] = ()
    location: Ref | UnsetType = UNSET
    zone: str | UnsetType = UNSET
    extensions: Extensions = {}
    gone: bool | UnsetType = UNSET


class Shift(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    tag="shift",
    tag_field="type",
):
    """Working hours of a resource, where the source has them."""

    ref: Ref
    resource: Ref
    starts_at: datetime
    ends_at: datetime
    zone: str
    kind: ShiftKind
    extensions: Extensions = {}
    gone: bool | UnsetType = UNSET


class Customer(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    tag="customer",
    tag_field="type",
):
    """Who the work is for. Name parts that are empty in the source are absent."""

    ref: Ref
    kind: CustomerKind
    name: str
    given_name: str | UnsetType = UNSET
    family_name: str | UnsetType = UNSET
    company: str | UnsetType = UNSET
    phones: tuple[Phone, ...] = ()
    emails: tuple[str, ...] = ()
    language: str | UnsetType = UNSET
    do_not_contact: bool | UnsetType = UNSET
    preferred_channel: str | UnsetType = UNSET
    extensions: Extensions = {}
    gone: bool | UnsetType = UNSET


class Location(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    gc=False,
    tag="location",
    tag_field="type",
):
    """Where the work is; ``contact`` is the place's own primary contact.

    Coordinates are degrees times ten million, as integers.
    """

    ref: Ref
    name: str
    address: Address
    zone: str | UnsetType = UNSET
    latitude_e7: int | UnsetType = UNSET
    longitude_e7: int | UnsetType = UNSET
    contact: Contact | UnsetType = UNSET
    extensions: Extensions = {}
    gone: bool | UnsetType = UNSET


Record: TypeAlias = Appointment | Customer | Location | Resource | Shift
RecordType = Literal["appointment", "customer", "location", "resource", "shift"]
RECORD_TYPES: tuple[RecordType, ...] = (
    "appointment",
    "customer",
    "location",
    "resource",
    "shift",
)


def type_of(record: Record) -> RecordType:
    """The record's ``type`` as written in canonical JSON."""
    match record:
        case Appointment():
            return "appointment"
        case Customer():
            return "customer"
        case Location():
            return "location"
        case Resource():
            return "resource"
        case Shift():
            return "shift"


def references_of(record: Record) -> tuple[Ref, ...]:
    """The records this one points to, in a fixed order, without repetition."""
    found: list[Ref | UnsetType]
    match record:
        case Appointment():
            found = [record.customer, record.location]
            found += [segment.resource for segment in record.segments]
            found += [entry.resource for entry in record.progress]
        case Resource():
            found = [record.location]
        case Shift():
            found = [record.resource]
        case Customer() | Location():
            found = []
    return tuple(sorted({ref for ref in found if ref is not UNSET}))
