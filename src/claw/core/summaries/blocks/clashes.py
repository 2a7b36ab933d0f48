"""Who has more to do than one can: two things at once, or more work than hours."""

from itertools import combinations

from claw.core.model.records import Appointment, Segment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import NOT_WORK, Facts, piece_of, union_seconds
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import duration


def overlaps(facts: Facts) -> Block:
    """Two things at once for one resource, as half-open elapsed time; time off counts.

    What still runs from yesterday counts, work without a time of day does not, and parts
    of one piece of work do not clash with each other.
    """
    by_resource: dict[Ref, list[Appointment]] = {}
    for appointment in (*facts.continuing, *facts.work, *facts.time_off):
        if appointment.precision == "day" and appointment.kind not in NOT_WORK:
            continue
        for ref in {s.resource for s in appointment.segments}:
            if isinstance(ref, str) and facts.audience in (None, ref):
                by_resource.setdefault(ref, []).append(appointment)
    items: list[Item] = []
    for ref in sorted(by_resource, key=lambda ref: (facts.resource_name(ref), ref)):
        own = sorted(by_resource[ref], key=lambda a: (a.starts_at, a.ends_at, a.ref))
        for first, second in combinations(own, 2):
            both = _both(first, second, ref)
            if both and piece_of(first) != piece_of(second):
                items.append(_clash(facts, ref, first, second, both))
    return block("overlaps", "Double booked", items, "Nobody is double booked")


def over_capacity(facts: Facts) -> Block:
    """Who has more work than working hours, where working hours are known."""
    shifts = facts.shifts()
    items: list[Item] = []
    for ref in sorted({s.resource for s in shifts}, key=lambda r: (facts.resource_name(r), r)):
        hours = union_seconds(
            [Segment(starts_at=s.starts_at, ends_at=s.ends_at) for s in shifts if s.resource == ref]
        )
        # Work without a time of day has no hours to count.
        timed = [a for a in facts.work if a.precision == "exact"]
        booked = union_seconds([s for a in timed for s in _segments(a, ref)])
        if booked > hours:
            text = f"{facts.resource_name(ref)}: {duration(booked)} of work"
            note = f"works {duration(hours)}"
            items.append(Item(text=text, note=note, refs=(ref,)))
    empty = "Nobody has more work than hours" if shifts else "No working hours known"
    return block("over_capacity", "Over capacity", items, empty)


def _both(first: Appointment, second: Appointment, ref: Ref) -> list[Segment]:
    """The stretches in which a resource is in both, in order of start."""
    found: list[Segment] = []
    for a in _segments(first, ref):
        for b in _segments(second, ref):
            start, end = max(a.starts_at, b.starts_at), min(a.ends_at, b.ends_at)
            if start < end:
                found.append(Segment(starts_at=start, ends_at=end))
    return sorted(found, key=lambda both: both.starts_at)


def _clash(
    facts: Facts, ref: Ref, first: Appointment, second: Appointment, both: list[Segment]
) -> Item:
    return Item(
        when=facts.clock(both[0].starts_at, second.zone),
        text=f"{facts.resource_name(ref)}: {first.title} and {second.title}",
        note=f"for {duration(union_seconds(both))}",
        refs=(ref, first.ref, second.ref),
    )


def _segments(appointment: Appointment, ref: Ref) -> list[Segment]:
    return [segment for segment in appointment.segments if segment.resource == ref]
