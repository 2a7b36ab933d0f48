"""One local day out of a snapshot: what counts as work, who does it, what they are called."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct, UnsetType

from claw.core.model.records import (
    Appointment,
    Customer,
    Location,
    Resource,
    Segment,
    Shift,
)
from claw.core.model.reference import Ref
from claw.core.snapshots.content import SnapshotContent
from claw.core.summaries.wording import clock
from claw.core.time import Interval, day_window, local_date
from claw.core.verticals import VerticalPack

NOT_WORK = frozenset({"absence", "break", "hold"})
ENDED_BEFORE_IT_BEGAN = frozenset({"cancelled", "declined", "missing"})


class Facts(Struct, frozen=True, kw_only=True):
    """What the blocks are made from. ``day`` is the tenant's local date."""

    content: SnapshotContent
    previous: SnapshotContent | None
    day: date
    zone: str
    audience: Ref | None
    pack: VerticalPack

    def work_on(self, day: date) -> list[Appointment]:
        """What counts as work on a date: not time off, and not called off before it began."""
        return [a for a in self.content.appointments_on(day) if is_work(a) and self._concerns(a)]

    @property
    def work(self) -> list[Appointment]:
        """The day's work."""
        return self.work_on(self.day)

    @property
    def time_off(self) -> list[Appointment]:
        """The day's absences, breaks and held time."""
        return [
            a
            for a in self.content.appointments_on(self.day)
            if a.kind in NOT_WORK and a.status not in ENDED_BEFORE_IT_BEGAN and self._concerns(a)
        ]

    @property
    def continuing(self) -> list[Appointment]:
        """Work that began the day before and is not over when the day begins."""
        window = self.window
        yesterday = self.work_on(self.day - timedelta(days=1))
        return [a for a in yesterday if window and a.ends_at > window.start]

    @property
    def window(self) -> Interval | None:
        """The instants of the day."""
        return day_window(self.zone, self.day)

    def resource(self, ref: Ref | UnsetType) -> Resource | None:
        """The resource of a segment."""
        found = self.content.get(ref)
        return found if isinstance(found, Resource) else None

    def resource_name(self, ref: Ref | UnsetType) -> str:
        """What to call whoever does a segment."""
        found = self.resource(ref)
        if found is not None:
            return found.name
        return "nobody yet" if isinstance(ref, UnsetType) else "somebody unknown"

    def customer_name(self, appointment: Appointment) -> str:
        """Who the work is for, as far as known."""
        found = self.content.get(appointment.customer)
        if isinstance(found, Customer):
            return found.name
        if not isinstance(appointment.contact, UnsetType) and appointment.contact.name:
            return appointment.contact.name
        return ""

    def location(self, appointment: Appointment) -> Location | None:
        """Where the work is."""
        found = self.content.get(appointment.location)
        return found if isinstance(found, Location) else None

    def suburb(self, appointment: Appointment) -> str:
        """The suburb of the work, else the place's name, else nothing."""
        place = self.location(appointment)
        if place is None:
            return ""
        suburb = place.address.suburb
        return place.name if isinstance(suburb, UnsetType) else suburb

    def describe(self, appointment: Appointment) -> str:
        """``Blocked drain, Mina O'Dell, Manly``."""
        words = (appointment.title, self.customer_name(appointment), self.suburb(appointment))
        return ", ".join(word for word in words if word)

    def when(self, appointment: Appointment) -> str:
        """``7:00 am``, or ``any time``."""
        if appointment.precision == "day":
            return "any time"
        return clock(appointment.starts_at, appointment.zone)

    def shifts(self) -> list[Shift]:
        """Working hours that begin on the day."""
        return [
            record
            for record in self.content.records.values()
            if isinstance(record, Shift)
            and record.kind == "work"
            and local_date(record.starts_at, record.zone) == self.day
        ]

    def _concerns(self, appointment: Appointment) -> bool:
        if self.audience is None:
            return True
        return any(segment.resource == self.audience for segment in appointment.segments)


def is_work(appointment: Appointment) -> bool:
    """Whether it counts as an appointment of its day."""
    return (
        appointment.kind not in NOT_WORK
        and appointment.status not in ENDED_BEFORE_IT_BEGAN
        and not _is_gone(appointment)
    )


def count_once(appointments: Sequence[Appointment]) -> int:
    """How many pieces of work: those of one group are one."""
    groups: set[str] = set()
    for appointment in appointments:
        group = appointment.group
        groups.add(appointment.ref if isinstance(group, UnsetType) else group)
    return len(groups)


def union_seconds(segments: Sequence[Segment]) -> int:
    """Elapsed seconds covered by segments, overlaps once."""
    total, reached = 0, None
    for segment in sorted(segments, key=lambda s: (s.starts_at, s.ends_at)):
        start = segment.starts_at if reached is None else max(reached, segment.starts_at)
        if segment.ends_at > start:
            total += int((segment.ends_at - start).total_seconds())
        reached = segment.ends_at if reached is None else max(reached, segment.ends_at)
    return total


def first_start(appointments: Sequence[Appointment]) -> datetime | None:
    """The earliest known time of day."""
    return min((a.starts_at for a in appointments if a.precision == "exact"), default=None)


def _is_gone(appointment: Appointment) -> bool:
    return not isinstance(appointment.gone, UnsetType) and appointment.gone
