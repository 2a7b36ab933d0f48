"""One local day out of a snapshot: what counts as work, who does it, what they are called."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal

from msgspec import Struct, UnsetType

from claw.core.model.records import Appointment, Customer, Location, Resource, Shift
from claw.core.model.reference import Ref
from claw.core.model.tombstones import is_gone
from claw.core.snapshots.content import SnapshotContent
from claw.core.summaries.context import SummaryContext
from claw.core.summaries.visits import NOT_WORK, is_work, piece_of, stands
from claw.core.summaries.wording import clock, listed, place_of, short_date
from claw.core.time import Interval, day_window, local_date, utc_offset_seconds
from claw.core.verticals import VerticalPack

TimeOrWork = Literal["work", "time off"]


class Facts(Struct, frozen=True, kw_only=True, dict=True):
    """What the blocks are made from. ``day`` is a local date of the tenant's ``zone``.

    What every block asks for is worked out once: a large business has thousands of visits.
    """

    content: SnapshotContent
    previous: SnapshotContent | None
    day: date
    context: SummaryContext
    audience: Ref | None
    pack: VerticalPack

    @property
    def zone(self) -> str:
        """The tenant's zone, whose dates are told."""
        return self.context.zone

    @cached_property
    def not_texted(self) -> frozenset[Ref]:
        """Records that must not be texted, whatever their numbers are."""
        named = self.context.not_texted
        return frozenset() if isinstance(named, UnsetType) else frozenset(named)

    @cached_property
    def by_day(self) -> Mapping[date, Sequence[Appointment]]:
        """All appointments by the local date of their own zone, each day's by start."""
        found: defaultdict[date, list[Appointment]] = defaultdict(list)
        for record in self.content.records.values():
            if isinstance(record, Appointment):
                found[local_date(record.starts_at, record.zone)].append(record)
        for appointments in found.values():
            appointments.sort(key=lambda a: (a.starts_at, a.ref))
        return dict(found)

    def work_on(self, day: date) -> list[Appointment]:
        """What counts as work on a date: not time off, and not called off before it began."""
        return [a for a in self.by_day.get(day, ()) if is_work(a) and self._concerns(a)]

    @cached_property
    def work_by_piece(self) -> Mapping[str, Sequence[Appointment]]:
        """The day's work, whoever it concerns, by the piece of work it is a part of."""
        found: defaultdict[str, list[Appointment]] = defaultdict(list)
        for appointment in self.by_day.get(self.day, ()):
            if is_work(appointment):
                found[piece_of(appointment)].append(appointment)
        return dict(found)

    @cached_property
    def work(self) -> list[Appointment]:
        """The day's work."""
        return self.work_on(self.day)

    @cached_property
    def time_off(self) -> list[Appointment]:
        """The day's absences, breaks and held time, also what began earlier and still runs."""
        return [*self._running("time off"), *self._time_off_on(self.day)]

    @cached_property
    def continuing(self) -> list[Appointment]:
        """Work that began on an earlier date and is not over when the day begins."""
        return self._running("work")

    @cached_property
    def window(self) -> Interval | None:
        """The instants of the day."""
        return day_window(self.zone, self.day)

    def read_completely(self, day: date) -> bool:
        """Whether every source was read completely for a date."""
        sources = self.content.snapshot.sources
        return bool(sources) and all(day in source.covered_days for source in sources)

    def resource(self, ref: Ref | UnsetType) -> Resource | None:
        """The resource of a segment."""
        found = self.content.get(ref)
        return found if isinstance(found, Resource) else None

    def resource_name(self, ref: Ref | UnsetType) -> str:
        """What to call whoever does a segment."""
        found = self.resource(ref)
        if found is None and self.previous is not None:
            earlier = self.previous.get(ref)
            found = earlier if isinstance(earlier, Resource) else None
        if found is not None:
            return found.name
        return "nobody" if isinstance(ref, UnsetType) else "somebody unknown"

    def resource_names(self, appointment: Appointment) -> list[str]:
        """Who does it, by name; ``nobody`` stands for a part that nobody is given."""
        refs = {s.resource for s in appointment.segments}
        return sorted({self.resource_name(ref) for ref in refs}) or ["nobody"]

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
        """``Blocked drain, Mina O'Dell, Manly``; time off says whose it is, but not to them."""
        if appointment.kind in NOT_WORK:
            if self.audience is not None:
                return appointment.title
            return f"{listed(self.resource_names(appointment))}: {appointment.title}"
        words = (appointment.title, self.customer_name(appointment), self.suburb(appointment))
        return ", ".join(word for word in words if word)

    def clock(self, instant: datetime, zone: str) -> str:
        """``7:00 am``, with the place where its clock is not the tenant's: ``7:00 am Perth``."""
        said = clock(instant, zone)
        same = utc_offset_seconds(instant, zone) == utc_offset_seconds(instant, self.zone)
        return said if same else f"{said} {place_of(zone)}"

    def when(self, appointment: Appointment) -> str:
        """``7:00 am``, or ``any time``."""
        if appointment.precision == "day":
            return "any time"
        return self.clock(appointment.starts_at, appointment.zone)

    def time_range(self, start: datetime, end: datetime, zone: str) -> str:
        """``7:00 am - 9:00 am``; the end has its date where it is a day later or more."""
        ends = self.clock(end, zone)
        if end - start >= timedelta(days=1):
            ends = f"{short_date(local_date(end, zone))} {ends}"
        return f"{clock(start, zone)} - {ends}"

    def hours(self, appointment: Appointment) -> str:
        """``7:00 am - 9:00 am``, ``until 2:00 am``, ``any time``, or ``all day`` of time off."""
        if self.is_all_day_off(appointment):
            return "all day"
        if appointment.precision == "day":
            return "any time"
        if self.began_earlier(appointment):
            return self.until(appointment)
        return self.time_range(appointment.starts_at, appointment.ends_at, appointment.zone)

    def is_all_day_off(self, appointment: Appointment) -> bool:
        """Whether it is time off that leaves nothing of the day."""
        window = self.window
        if appointment.kind not in NOT_WORK or window is None:
            return False
        covers = appointment.starts_at <= window.start and window.end <= appointment.ends_at
        return covers or appointment.precision == "day"

    def began_earlier(self, appointment: Appointment) -> bool:
        """Whether it began on an earlier date of its own zone."""
        return local_date(appointment.starts_at, appointment.zone) < self.day

    def until(self, appointment: Appointment) -> str:
        """``until 2:00 am``, with the date where that is not the day's."""
        ends, zone = appointment.ends_at, appointment.zone
        day = local_date(ends, zone)
        date_said = "" if day == self.day else f"{short_date(day)} "
        return f"until {date_said}{self.clock(ends, zone)}"

    @cached_property
    def shifts(self) -> Sequence[Shift]:
        """Working hours of any date."""
        return [
            record
            for record in self.content.records.values()
            if isinstance(record, Shift) and record.kind == "work" and not is_gone(record)
        ]

    def _time_off_on(self, day: date) -> list[Appointment]:
        return [
            a
            for a in self.by_day.get(day, ())
            if a.kind in NOT_WORK and stands(a) and self._concerns(a)
        ]

    def _running(self, what: TimeOrWork) -> list[Appointment]:
        """What began on an earlier date and is not over when the day begins, by start."""
        window = self.window
        if window is None:
            return []
        found = [
            a
            for day, appointments in self.by_day.items()
            if day < self.day
            for a in appointments
            if a.ends_at > window.start
            and (a.kind in NOT_WORK) == (what == "time off")
            and stands(a)
            and self._concerns(a)
        ]
        return sorted(found, key=lambda a: (a.starts_at, a.ref))

    def _concerns(self, appointment: Appointment) -> bool:
        if self.audience is None:
            return True
        return any(segment.resource == self.audience for segment in appointment.segments)
