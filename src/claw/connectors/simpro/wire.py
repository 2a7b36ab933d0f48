"""The vendor's shapes, tolerant exactly where the vendor is loose.

Documented: numeric ids that come as strings, optional keys that are left out, unused
names that are ``""``. Observed live: ``Project`` present though undocumented, absent,
null or text; ``Type`` capitalised; ``Status.Name`` as a number. Defended against:
``Staff`` null, ``{}`` or a bare number. Unknown fields are ignored.
"""

from typing import TypeVar, cast

import msgspec
from msgspec import Struct, field

T = TypeVar("T")


class Wire(Struct, frozen=True, kw_only=True, rename="pascal"):
    """Base: field names in PascalCase, as the vendor writes them."""


class OnlyId(Wire, frozen=True):
    """Any object, for its id alone."""

    id: int = field(name="ID")


class Block(Wire, frozen=True):
    """One span of a schedule. Times are text between 00:00 and 24:00."""

    hrs: msgspec.Raw = msgspec.Raw()
    start_time: str | None = None
    end_time: str | None = None
    iso_start: str | None = field(name="ISO8601StartTime", default=None)
    iso_end: str | None = field(name="ISO8601EndTime", default=None)
    schedule_rate: object = None


class Schedule(Wire, frozen=True):
    """A row of ``schedules/``: the only feed with all four types."""

    id: int = field(name="ID")
    type: str | None = None
    reference: str | int | None = None
    total_hours: msgspec.Raw = msgspec.Raw()
    staff: object = None
    date: str | None = None
    blocks: list[Block] | None = None
    project: object = None
    notes: str | None = None
    date_modified: str | None = None


class Named(Wire, frozen=True):
    """A reference to another object. Unused name fields are ``""``."""

    id: int | None = field(name="ID", default=None)
    name: str | int | None = None
    company_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None


class Work(Wire, frozen=True):
    """A job, quote or lead: what a schedule is about."""

    id: int = field(name="ID")
    name: str | None = None
    lead_name: str | None = None
    customer: Named | None = None
    customer_contact: Named | None = None
    site: Named | None = None
    site_contact: Named | None = None
    stage: str | None = None
    status: Named | None = None
    is_closed: bool | None = None


class Person(Wire, frozen=True):
    """A contact, or the primary contact of a site, employee or contractor."""

    id: int | None = field(name="ID", default=None)
    contact: Named | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    cell_phone: str | None = None
    work_phone: str | None = None
    phone: str | None = None
    alt_phone: str | None = None
    preferred_notification_method: str | None = None


class CustomerObject(Person, frozen=True):
    """A customer; only a company has ``CompanyName``."""

    company_name: str | None = None
    do_not_call: bool | None = None


class AddressObject(Wire, frozen=True):
    """A postal address."""

    address: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | int | None = None
    country: str | None = None


class Site(Wire, frozen=True):
    """Where the work is. It states neither coordinates nor a zone."""

    id: int = field(name="ID")
    name: str | None = None
    address: AddressObject | None = None
    primary_contact: Person | None = None


class StaffObject(Wire, frozen=True):
    """An employee or contractor."""

    id: int = field(name="ID")
    name: str | None = None
    primary_contact: Person | None = None
    archived: bool | None = None


class WorkOrder(Wire, frozen=True):
    """What a mobile status is about: a job or quote, by the vendor's own kind and number."""

    type: str | None = None
    project_id: int | None = field(name="ProjectID", default=None)


class MobileStatus(Wire, frozen=True):
    """A tap on a technician's telephone. Documented; the position is never asked for.

    ``Status`` is a code of the build's own; its name is documented as a number, an
    evident error, so both are read.
    """

    id: int = field(name="ID")
    staff: object = None
    work_order: WorkOrder | None = None
    status: Named | None = None
    date_logged: str | None = None


class TimelineEntry(Wire, frozen=True):
    """Something that was noted on a job. ``Date`` is typed "string"; live, ISO with offset."""

    type: str | None = None
    message: str | None = None
    staff: object = None
    date: str | None = None


class LogEntry(Wire, frozen=True):
    """A row of a change feed, as far as all feeds are alike."""

    id: int = field(name="ID")
    date_logged: str | None = None


class Activity(Wire, frozen=True):
    """A kind of time that is no customer's: leave, training, a meeting."""

    id: int = field(name="ID")
    name: str | None = None


class Company(Wire, frozen=True):
    """A company of the build; it has the only zone there is."""

    id: int = field(name="ID")
    name: str | None = None
    timezone: str | None = None
    country: str | None = None
    currency: str | None = None


class Build(Wire, frozen=True):
    """The build as a whole."""

    version: str | None = None


class CurrentUser(Wire, frozen=True):
    """Whose key it is, as far as we ask: the companies it may enter."""

    accessible_companies: list[OnlyId] | None = None


class StaffLink(Struct, frozen=True, kw_only=True):
    """Who a schedule is for: the vendor's own kind and the key within that kind.

    ``index`` is the number in the staff index, the only one that mobile statuses state.
    """

    kind: str
    key: int
    name: str
    index: int | None = None


class ProjectLink(Struct, frozen=True, kw_only=True):
    """What a schedule is about, as far as the row says."""

    project_id: int
    cost_center_id: int | None = None


def decode(body: bytes, type_: type[T]) -> T:
    """Decode an object. Raises msgspec.ValidationError, whose text names path and type only."""
    return msgspec.json.decode(body, type=type_, strict=False)


def staff_link(staff: object) -> StaffLink | None:
    """The staff member of a row; None when the work is unassigned.

    ``TypeId`` is the key within the kind; ``ID`` is a staff index that may stand in for it
    for employees alone, for contractors and plant the two differ. A bare number names no
    kind, so it names nobody.
    """
    if not isinstance(staff, dict):
        return None
    fields = cast("dict[str, object]", staff)
    kind = str(fields.get("Type") or "employee").strip().lower()
    key = _number(fields.get("TypeId", fields.get("TypeID")))
    if key is None and kind == "employee":
        key = _number(fields.get("ID"))
    if not key:
        return None
    index = _number(fields.get("ID")) or (key if kind == "employee" else None)
    return StaffLink(kind=kind, key=key, name=str(fields.get("Name") or "").strip(), index=index)


def staff_index(staff: object) -> int | None:
    """The number in the staff index of whoever an entry is by; None when it says nobody."""
    if isinstance(staff, dict):
        staff = cast("dict[str, object]", staff).get("ID")
    return _number(staff) or None


def project_link(row: Schedule) -> ProjectLink | None:
    """The job, quote, lead or activity of a row.

    ``Project`` is preferred where it is an object; else the reference, which is
    ``{job or quote}-{cost centre}``, or the bare id for a lead or an activity.
    """
    project: object = row.project
    if isinstance(project, dict):
        fields = cast("dict[str, object]", project)
        project_id = _number(fields.get("ProjectID"))
        if project_id is not None:
            return ProjectLink(
                project_id=project_id, cost_center_id=_number(fields.get("CostCenterID"))
            )
    first, _, second = str("" if row.reference is None else row.reference).partition("-")
    project_id = _number(first)
    if project_id is None:
        return None
    return ProjectLink(project_id=project_id, cost_center_id=_number(second))


def kind_of(row: Schedule) -> str:
    """``job``, ``quote``, ``lead``, ``activity``, or whatever else the row says, folded."""
    return (row.type or "").strip().lower()


def rate_name(block: Block) -> str | None:
    """The pay category of a block; a name, never an amount."""
    rate: object = block.schedule_rate
    if not isinstance(rate, dict):
        return None
    name = cast("dict[str, object]", rate).get("Name")
    return name if isinstance(name, str) and name.strip() else None


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() else None
