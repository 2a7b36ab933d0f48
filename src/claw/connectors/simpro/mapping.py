"""From a schedule row and its linked objects to canonical records. Pure.

The unit is the schedule row: its blocks are the segments. A row has no customer, no site
and no status of its own; those come from the job, quote or lead it is about. Whatever the
vendor does not state is absent: nothing is guessed to be started or cancelled.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from claw.connect import (
    Bundle,
    Flag,
    MapEnv,
    Mapped,
    MapResult,
    Quarantined,
    Skipped,
    make_ref,
    source_id,
)
from claw.connect.parts import enrichment_flags, part
from claw.connect.text import one_line, plain_text
from claw.connect.wall_time import parse_stated_instant
from claw.connectors.simpro import people
from claw.connectors.simpro.meanings import kind_in, source_status, status_in
from claw.connectors.simpro.progress import (
    Observed,
    is_excluded,
    is_placeholder,
    is_report,
    observed,
)
from claw.connectors.simpro.times import (
    Times,
    block_extension,
    hours_text,
    segments_of,
    times_of,
)
from claw.connectors.simpro.wire import (
    Activity,
    CustomerObject,
    Person,
    Schedule,
    Site,
    StaffLink,
    StaffObject,
    Work,
    decode,
    kind_of,
    project_link,
    staff_link,
)
from claw.core.model.records import (
    Appointment,
    Contact,
    Customer,
    Location,
    Record,
)
from claw.core.phones import choose_contact
from claw.core.time import local_date

T = TypeVar("T")

_FIRST_INEXACT = 2**53
_WORK_KINDS = frozenset({"job", "quote", "lead"})
_ABOUT_CUSTOMER = _WORK_KINDS | {"customer", "site_contact", "customer_contact"}


class Linked(Struct, frozen=True, kw_only=True):
    """The linked objects of a row, as far as they could be had and read.

    ``all_read`` is false when one came in a shape that we do not know: the visit is still
    true without it.
    """

    work: Work | None
    activity: Activity | None
    site: Site | None
    customer: CustomerObject | None
    site_contact: Person | None
    customer_contact: Person | None
    staff: StaffObject | None
    all_read: bool


def map_bundle(bundle: Bundle, env: MapEnv) -> MapResult:
    """Map one schedule row."""
    try:
        row = decode(bundle.primary.body, Schedule)
    except msgspec.ValidationError as error:
        return _unreadable(error)
    staff = staff_link(row.staff)
    if staff is not None and is_excluded(staff, env):
        return Skipped(code="excluded_staff")
    times = times_of(row, env.connection_zone or env.tenant_zone)
    if times is None:
        return Quarantined(
            code="date_unreadable", path="Date", detail="neither a date nor an instant"
        )
    return Mapped(records=_records(bundle, row, staff, times, env))


def _records(
    bundle: Bundle, row: Schedule, staff: StaffLink | None, times: Times, env: MapEnv
) -> tuple[Record, ...]:
    """The appointment first, then whom it is for, where, and who comes."""
    zone = env.connection_zone or env.tenant_zone
    linked = _linked(bundle, row)
    customer = people.customer(linked.customer, env) if linked.customer else None
    location = people.location(linked.site, env) if linked.site else None
    resource = people.resource(staff, linked.staff, env) if staff else None
    placeholder = is_placeholder(linked.work, env.settings)
    seen = Observed()
    if staff is not None and resource is not None and not placeholder:
        seen = observed(bundle, times, staff, resource.ref, env, zone)
    appointment = Appointment(
        ref=make_ref(env.connection, source_id("schedule", row.id)),
        kind=kind_in(row, linked.activity, env),
        status=status_in(row, linked.work, env),
        source_status=source_status(linked.work),
        title=_title(row, linked, customer, location),
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        zone=zone,
        precision="exact" if times.readings else "day",
        segments=segments_of(times, resource.ref if resource else UNSET),
        customer=customer.ref if customer else UNSET,
        location=location.ref if location else UNSET,
        contact=_contact(linked, env),
        group=_group(row, times, zone, env),
        progress=seen.progress,
        notes=plain_text(row.notes or "") or UNSET,
        flags=_flags(bundle, times, linked, env, unassigned=resource is None),
        extensions={"simpro": _extension(row, times) | _said_of_it(seen, placeholder=placeholder)},
        source_updated_at=parse_stated_instant(row.date_modified) or UNSET,
    )
    beside = (record for record in (customer, location, resource) if record is not None)
    return (appointment, *beside)


def _unreadable(error: msgspec.ValidationError) -> Quarantined:
    """The validator's text names a path and types, never a value."""
    detail, _, path = str(error).partition(" - at `$")
    return Quarantined(code="shape_unknown", path=path.rstrip("`").lstrip("."), detail=detail)


def _linked(bundle: Bundle, row: Schedule) -> Linked:
    unreadable: list[str] = []

    def read(role: str, type_: type[T]) -> T | None:
        found = part(bundle, role)
        try:
            return None if found is None else decode(found.body, type_)
        except msgspec.ValidationError:
            unreadable.append(role)
            return None

    kind = kind_of(row)
    return Linked(
        work=read(kind, Work) if kind in _WORK_KINDS else None,
        activity=read("activity", Activity),
        site=read("site", Site),
        customer=read("customer", CustomerObject),
        site_contact=read("site_contact", Person),
        customer_contact=read("customer_contact", Person),
        staff=read("staff", StaffObject),
        all_read=not unreadable,
    )


def _flags(
    bundle: Bundle, times: Times, linked: Linked, env: MapEnv, *, unassigned: bool
) -> tuple[Flag, ...]:
    # Reports that could not be had are unknown, as those are that nobody made: none is missed.
    linked_parts = {role: found for role, found in bundle.parts.items() if not is_report(role)}
    missed = enrichment_flags(replace(bundle, parts=linked_parts), _ABOUT_CUSTOMER)
    flags: set[Flag] = set(times.flags) | set(missed)
    if not linked.all_read:
        flags.add("enrichment_missing")
    if unassigned:
        flags.add("unassigned")
    if env.connection_zone is None:
        flags.add("zone_assumed")
    return tuple(sorted(flags))


def _title(
    row: Schedule, linked: Linked, customer: Customer | None, location: Location | None
) -> str:
    """What a dispatcher calls it: the work's name, else the activity's.

    Work without a name is called by its number and whose or where it is.
    """
    names: list[str | None] = []
    if linked.work is not None:
        names += [linked.work.name, linked.work.lead_name]
    if linked.activity is not None:
        names.append(linked.activity.name)
    for name in names:
        if name and (text := one_line(name)):
            return text
    link = project_link(row)
    kind = one_line(row.type or "") or "schedule"
    numbered = f"{kind.capitalize()} {link.project_id if link else row.id}"
    of = customer or location
    return f"{numbered}, {of.name}" if of else numbered


def _contact(linked: Linked, env: MapEnv) -> Contact | UnsetType:
    """Nearest to the visit first; the choice among them is the core's."""
    candidates: Sequence[Person | None] = (
        linked.site_contact,
        linked.site.primary_contact if linked.site else None,
        linked.customer_contact,
        linked.customer,
    )
    known = [people.contact(person, env) for person in candidates if person is not None]
    return choose_contact([contact for contact in known if contact is not None]) or UNSET


def _group(row: Schedule, times: Times, zone: str, env: MapEnv) -> str | UnsetType:
    """Rows of one job on one local day are one piece of work for the customer."""
    link = project_link(row)
    if kind_of(row) != "job" or link is None:
        return UNSET
    job = make_ref(env.connection, source_id("job", link.project_id))
    return f"{job}@{local_date(times.starts_at, zone).isoformat()}"


def _said_of_it(seen: Observed, *, placeholder: bool) -> dict[str, object]:
    """That this is no work for anybody, and the statuses that the tenant has not explained."""
    found: dict[str, object] = {}
    if placeholder:
        found["placeholder"] = True
    if seen.unexplained:
        found["unexplained_statuses"] = seen.extension
    return found


def _exact(number: int) -> int | str:
    """A number as JSON can hold it: as text where a reader of floats would round it."""
    return number if abs(number) < _FIRST_INEXACT else str(number)


def _extension(row: Schedule, times: Times) -> dict[str, object]:
    """What the core does not need: the source's own words and numbers. Hours are text."""
    found: dict[str, object] = {"type": kind_of(row)}
    reference = one_line(str(row.reference or ""))
    if reference:
        found["reference"] = reference
    hours = hours_text(row.total_hours)
    if hours is not None:
        found["total_hours"] = hours
    link = project_link(row)
    if link is not None:
        found["project_id"] = _exact(link.project_id)
        if link.cost_center_id is not None:
            found["cost_center_id"] = _exact(link.cost_center_id)
    blocks = [said for block in row.blocks or () if (said := block_extension(block))]
    if blocks:
        found["blocks"] = blocks
    conflicts = [reading.wall_start for reading in times.readings if reading.wall_start]
    if conflicts:
        found["wall_start"] = min(conflicts)
    return found
