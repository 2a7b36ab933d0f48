"""From a schedule row and its linked objects to canonical records. Pure.

The unit is the schedule row: its blocks are the segments. A row has no customer, no site
and no status of its own; those come from the job, quote or lead it is about. Whatever the
vendor does not state is absent: nothing is guessed to be started or cancelled.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from claw.connect import (
    Bundle,
    Flag,
    MapEnv,
    Mapped,
    MapResult,
    Quarantined,
    Ref,
    Skipped,
    make_ref,
    source_id,
)
from claw.connect.parts import enrichment_flags, part
from claw.connect.settings import setting_items
from claw.connect.text import one_line, plain_text
from claw.connect.wall_time import (
    Reading,
    StatedTime,
    parse_stated_date,
    parse_stated_instant,
    read_span,
)
from claw.connectors.simpro import people
from claw.connectors.simpro.wire import (
    Activity,
    Block,
    CustomerObject,
    Person,
    ProjectLink,
    Schedule,
    Site,
    StaffLink,
    StaffObject,
    Work,
    decode,
    kind_of,
    project_link,
    rate_name,
    staff_link,
)
from claw.core.model.records import (
    Appointment,
    AppointmentKind,
    AppointmentStatus,
    Contact,
    Record,
    Segment,
)
from claw.core.phones import choose_contact
from claw.core.time import day_window, local_date

T = TypeVar("T")

_KINDS: dict[str, AppointmentKind] = {
    "job": "visit",
    "quote": "consultation",
    "lead": "consultation",
    "activity": "absence",
}
_STATUSES: dict[tuple[str, str], AppointmentStatus] = {
    ("job", "pending"): "confirmed",
    ("job", "progress"): "confirmed",
    ("job", "complete"): "completed",
    ("job", "invoiced"): "completed",
    ("job", "archived"): "completed",
    ("quote", "inprogress"): "confirmed",
    ("quote", "complete"): "completed",
    ("quote", "approved"): "completed",
    ("lead", "open"): "confirmed",
    ("lead", "closed"): "completed",
}
_ABOUT_CUSTOMER = frozenset({"work", "customer", "site_contact", "customer_contact"})
_LONGEST = timedelta(hours=24)
_SECONDS_PER_HOUR = 3600


class Times(Struct, frozen=True, kw_only=True):
    """When a row is, with one reading for each block; none when no time of day is known."""

    starts_at: datetime
    ends_at: datetime
    readings: tuple[Reading, ...]
    flags: frozenset[Flag]


class Linked(Struct, frozen=True, kw_only=True):
    """The linked objects of a row, as far as they could be had."""

    work: Work | None
    activity: Activity | None
    site: Site | None
    customer: CustomerObject | None
    site_contact: Person | None
    customer_contact: Person | None
    staff: StaffObject | None


def map_bundle(bundle: Bundle, env: MapEnv) -> MapResult:
    """Map one schedule row."""
    try:
        row = decode(bundle.primary.body, Schedule)
        linked = _linked(bundle)
    except msgspec.ValidationError as error:
        return _unreadable(error)
    staff = staff_link(row.staff)
    if staff is not None and _excluded(staff, env):
        return Skipped(code="excluded_staff")
    zone = env.connection_zone or env.tenant_zone
    times = _times(row, zone)
    if times is None:
        return Quarantined(
            code="date_unreadable", path="Date", detail="neither a date nor an instant"
        )
    customer = people.customer(linked.customer, env) if linked.customer else None
    location = people.location(linked.site, env) if linked.site else None
    resource = people.resource(staff, linked.staff, env) if staff else None
    appointment = Appointment(
        ref=make_ref(env.connection, source_id("schedule", row.id)),
        kind=_KINDS.get(kind_of(row), "other"),
        status=_status(row, linked),
        source_status=_source_status(linked),
        title=_title(row, linked),
        starts_at=times.starts_at,
        ends_at=times.ends_at,
        zone=zone,
        precision="exact" if times.readings else "day",
        segments=_segments(times, resource.ref if resource else UNSET),
        customer=customer.ref if customer else UNSET,
        location=location.ref if location else UNSET,
        contact=_contact(linked, env),
        group=_group(row, times, zone, env),
        notes=plain_text(row.notes or "") or UNSET,
        flags=_flags(bundle, times, env, unassigned=resource is None),
        extensions={"simpro": _extension(row, times)},
        source_updated_at=parse_stated_instant(row.date_modified) or UNSET,
    )
    records: list[Record] = [appointment]
    records += [record for record in (customer, location, resource) if record is not None]
    return Mapped(records=tuple(records))


def _unreadable(error: msgspec.ValidationError) -> Quarantined:
    """The validator's text names a path and types, never a value."""
    detail, _, path = str(error).partition(" - at `$")
    return Quarantined(code="shape_unknown", path=path.rstrip("`").lstrip("."), detail=detail)


def _linked(bundle: Bundle) -> Linked:
    def read(role: str, type_: type[T]) -> T | None:
        found = part(bundle, role)
        return None if found is None else decode(found.body, type_)

    return Linked(
        work=read("work", Work),
        activity=read("activity", Activity),
        site=read("site", Site),
        customer=read("customer", CustomerObject),
        site_contact=read("site_contact", Person),
        customer_contact=read("customer_contact", Person),
        staff=read("staff", StaffObject),
    )


def _excluded(staff: StaffLink, env: MapEnv) -> bool:
    patterns = setting_items(env.settings.get("exclude_staff", ""))
    return any(fnmatchcase(staff.name.casefold(), pattern.casefold()) for pattern in patterns)


def _times(row: Schedule, zone: str) -> Times | None:
    """When the row is; the local day when no block states a usable time."""
    day = parse_stated_date(row.date)
    readings: list[Reading] = []
    flags: set[Flag] = set()
    for block in row.blocks or ():
        reading = read_span(
            zone,
            day,
            StatedTime(wall=block.start_time, instant=block.iso_start),
            StatedTime(wall=block.end_time, instant=block.iso_end),
            stated_duration=_duration(block),
        )
        if reading is None:
            flags.add("time_unreadable")
            continue
        flags |= set(reading.flags)
        if reading.exact:
            readings.append(reading)
    if readings:
        starts_at = min(reading.starts_at for reading in readings)
        ends_at = max(reading.ends_at for reading in readings)
        if ends_at - starts_at > _LONGEST:
            flags.add("overlong")
        return Times(
            starts_at=starts_at,
            ends_at=ends_at,
            readings=tuple(readings),
            flags=frozenset(flags),
        )
    window = day_window(zone, day) if day is not None else None
    if window is None:
        return None
    return Times(starts_at=window.start, ends_at=window.end, readings=(), flags=frozenset(flags))


def _segments(times: Times, resource: Ref | UnsetType) -> tuple[Segment, ...]:
    """A segment for each block; of a row without a time of day, one for its resource."""
    if times.readings:
        return tuple(
            Segment(starts_at=r.starts_at, ends_at=r.ends_at, resource=resource)
            for r in times.readings
        )
    if resource is UNSET:
        return ()
    return (Segment(starts_at=times.starts_at, ends_at=times.ends_at, resource=resource),)


def _flags(bundle: Bundle, times: Times, env: MapEnv, *, unassigned: bool) -> tuple[Flag, ...]:
    flags: set[Flag] = set(times.flags) | set(enrichment_flags(bundle, _ABOUT_CUSTOMER))
    if unassigned:
        flags.add("unassigned")
    if env.connection_zone is None:
        flags.add("zone_assumed")
    return tuple(sorted(flags))


def _status(row: Schedule, linked: Linked) -> AppointmentStatus:
    kind = kind_of(row)
    if kind == "activity":
        return "confirmed"
    if linked.work is None:
        return "unknown"
    if kind == "quote" and linked.work.is_closed:
        return "completed"
    stage = (linked.work.stage or "").replace(" ", "").lower()
    return _STATUSES.get((kind, stage), "unknown")


def _source_status(linked: Linked) -> str | UnsetType:
    """The stage and the build's own name for the status, as the source writes them."""
    if linked.work is None:
        return UNSET
    name = linked.work.status.name if linked.work.status else None
    said = [one_line(str(word)) for word in (linked.work.stage, name) if word not in (None, "")]
    return " / ".join(said) or UNSET


def _title(row: Schedule, linked: Linked) -> str:
    """What a dispatcher calls it: the work's name, else the activity's, else its number."""
    names: list[str | None] = []
    if linked.work is not None:
        names += [linked.work.name, linked.work.lead_name]
    if linked.activity is not None:
        names.append(linked.activity.name)
    for name in names:
        if name and (text := one_line(name)):
            return text
    kind = kind_of(row) or "schedule"
    link = project_link(row)
    return f"{kind.capitalize()} {link.project_id if link else row.id}"


def _contact(linked: Linked, env: MapEnv) -> Contact | UnsetType:
    """Nearest to the visit first; the choice among them is the core's."""
    site_contact = linked.site.primary_contact if linked.site else None
    candidates: Sequence[Person | None] = (
        linked.site_contact,
        site_contact,
        linked.customer_contact,
        linked.customer,
    )
    known = [people.contact(person, env) for person in candidates if person is not None]
    return choose_contact([contact for contact in known if contact is not None]) or UNSET


def _group(row: Schedule, times: Times, zone: str, env: MapEnv) -> str | UnsetType:
    link = project_link(row)
    if kind_of(row) != "job" or link is None:
        return UNSET
    job = make_ref(env.connection, source_id("job", link.project_id))
    day: date = local_date(times.starts_at, zone)
    return f"{job}@{day.isoformat()}"


def _extension(row: Schedule, times: Times) -> dict[str, object]:
    """What the core does not need: the source's own words and numbers. Hours are text."""
    link: ProjectLink | None = project_link(row)
    found: dict[str, object] = {"type": kind_of(row), "reference": str(row.reference or "")}
    hours = _hours(row.total_hours)
    if hours is not None:
        found["total_hours"] = format(hours, "f")
    if link is not None:
        found["project_id"] = link.project_id
        if link.cost_center_id is not None:
            found["cost_center_id"] = link.cost_center_id
    blocks = [_block_extension(block) for block in row.blocks or ()]
    if any(blocks):
        found["blocks"] = [block for block in blocks if block]
    conflicts = [reading.wall_start for reading in times.readings if reading.wall_start]
    if conflicts:
        found["wall_start"] = conflicts[0]
    return found


def _block_extension(block: Block) -> dict[str, object]:
    found: dict[str, object] = {}
    hours, rate = _hours(block.hrs), rate_name(block)
    if hours is not None:
        found["hours"] = format(hours, "f")
    if rate is not None:
        found["rate"] = rate
    return found


def _duration(block: Block) -> timedelta | None:
    hours = _hours(block.hrs)
    if hours is None:
        return None
    return timedelta(seconds=int(hours * _SECONDS_PER_HOUR))


def _hours(value: msgspec.Raw) -> Decimal | None:
    """Hours as the source states them, exactly; they need not equal end minus start."""
    text = bytes(value).decode("utf-8", "replace").strip('" ')
    try:
        hours = Decimal(text)
    except InvalidOperation:
        return None
    return hours.normalize() if hours.is_finite() else None
