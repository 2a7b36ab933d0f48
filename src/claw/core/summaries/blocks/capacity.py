"""Who has more work than hours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from claw.core.model.records import Appointment, Segment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.stretches import stretch, union_seconds, within, without
from claw.core.summaries.wording import duration
from claw.core.time import local_date

Stretches = Mapping[Ref, Sequence[Segment]]


class _Hours(Struct, frozen=True):
    """Working hours by resource: those that begin on the day, before it, and on any date."""

    today: Stretches
    earlier: Stretches
    known: frozenset[Ref]


def over_capacity(facts: Facts) -> Block:
    """Who has more work than working hours, where working hours are known.

    Work belongs to the hours it lies in, else to the date it begins on: a night shift that
    begins today takes what is done in it after midnight, one that began yesterday what is
    done in it this morning. Work of yesterday that outlasts yesterday's hours counts today.
    Time off is taken from the hours. All of it is elapsed time, so that a shift over a
    change of the clocks is an hour shorter or longer.
    """
    hours = _hours(facts)
    booked, off = _booked(facts, hours), _by_resource(facts.time_off)
    items: list[Item] = []
    for ref in sorted(hours.known, key=lambda ref: (facts.resource_name(ref), ref)):
        if facts.audience not in (None, ref):
            continue
        work = union_seconds(booked.get(ref, ()))
        able = union_seconds(without(hours.today.get(ref, ()), off.get(ref, ())))
        if work > able:
            note = f"works {duration(able)}" if able else "no working hours that day"
            text = f"{facts.resource_name(ref)}: {duration(work)} of work"
            items.append(Item(text=text, note=note, refs=(ref,)))
    empty = "Nobody has more work than hours" if hours.known else "No working hours known"
    return block("over_capacity", "Over capacity", items, empty)


def _hours(facts: Facts) -> _Hours:
    today: defaultdict[Ref, list[Segment]] = defaultdict(list)
    earlier: defaultdict[Ref, list[Segment]] = defaultdict(list)
    for shift in facts.shifts:
        day = local_date(shift.starts_at, shift.zone)
        if day <= facts.day:
            own = today if day == facts.day else earlier
            own[shift.resource].append(stretch(shift.starts_at, shift.ends_at))
    known = frozenset(shift.resource for shift in facts.shifts)
    return _Hours(today=today, earlier=earlier, known=known)


def _booked(facts: Facts, hours: _Hours) -> Stretches:
    """What the day's hours must be enough for, by resource."""
    window = facts.window
    if window is None:
        return {}
    # Work without a time of day has no hours to count.
    here = _by_resource(_exact((*facts.continuing, *facts.work)))
    after = _by_resource(_exact(facts.work_on(facts.day + timedelta(days=1))))
    found: dict[Ref, Sequence[Segment]] = {}
    for ref in hours.known:
        begun = [
            stretch(max(s.starts_at, window.start), s.ends_at)
            for s in here.get(ref, ())
            if s.ends_at > window.start
        ]
        own = without(begun, hours.earlier.get(ref, ()))
        found[ref] = [*own, *within(after.get(ref, ()), hours.today.get(ref, ()))]
    return found


def _exact(appointments: Iterable[Appointment]) -> list[Appointment]:
    return [a for a in appointments if a.precision == "exact"]


def _by_resource(appointments: Iterable[Appointment]) -> Stretches:
    found: defaultdict[Ref, list[Segment]] = defaultdict(list)
    for appointment in appointments:
        for segment in appointment.segments:
            if isinstance(segment.resource, str):
                found[segment.resource].append(segment)
    return found
