"""The day by person: who works when, who is in two places, what was left yesterday."""

from datetime import datetime, timedelta

from claw.core.model.records import Appointment, Segment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import NOT_WORK, Facts, count_once, union_seconds
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import clock, duration

_DONE = frozenset({"completed", "no_show"})


def people(facts: Facts) -> Block:
    """For each person: first start, last end, how many, how long, and what lies idle."""
    words = facts.pack.vocabulary
    items: list[Item] = []
    for ref in sorted(_busy_resources(facts), key=lambda r: (facts.resource_name(r), r)):
        own = [a for a in facts.work if any(s.resource == ref for s in a.segments)]
        off = [a for a in facts.time_off if any(s.resource == ref for s in a.segments)]
        items.append(_person(facts, ref, own, off))
    return block(
        "people",
        words.resource.many.capitalize(),
        items,
        f"No {words.resource.many} are scheduled",
        count=sum(1 for ref in _busy_resources(facts) if _is_person(facts, ref)),
    )


def overlaps(facts: Facts) -> Block:
    """Two things at once for one resource; time off counts, touching does not."""
    items: list[Item] = []
    busy = [
        a for a in (*facts.work, *facts.time_off) if a.precision == "exact" or a.kind in NOT_WORK
    ]
    pairs: set[tuple[Ref, Ref, Ref]] = set()
    for ref in sorted(_busy_resources(facts), key=lambda r: (facts.resource_name(r), r)):
        own = [(s, a) for a in busy for s in a.segments if s.resource == ref]
        own.sort(key=lambda pair: (pair[0].starts_at, pair[0].ends_at, pair[1].ref))
        for index, (first, a) in enumerate(own):
            for second, b in own[index + 1 :]:
                key = (ref, *sorted((a.ref, b.ref)))
                if a.ref == b.ref or key in pairs or not _overlap(first, second):
                    continue
                pairs.add((ref, a.ref, b.ref))
                pairs.add((ref, b.ref, a.ref))
                at = max(first.starts_at, second.starts_at)
                items.append(
                    Item(
                        when=clock(at, facts.zone),
                        text=f"{facts.resource_name(ref)}: {a.title} and {b.title}",
                        refs=(a.ref, b.ref),
                    )
                )
    return block("overlaps", "Double booked", items, "Nobody is double booked")


def over_capacity(facts: Facts) -> Block:
    """Who has more work than working hours, where working hours are known."""
    shifts = facts.shifts()
    items: list[Item] = []
    for ref in sorted({shift.resource for shift in shifts}):
        hours = union_seconds(
            [Segment(starts_at=s.starts_at, ends_at=s.ends_at) for s in shifts if s.resource == ref]
        )
        booked = union_seconds(_segments(facts.work, ref))
        if booked > hours:
            text = f"{facts.resource_name(ref)}: {duration(booked)} in {duration(hours)}"
            items.append(Item(text=text, refs=(ref,)))
    empty = "Nobody has more work than hours" if shifts else "No working hours known"
    return block("over_capacity", "Over capacity", items, empty)


def leftovers(facts: Facts) -> Block:
    """What yesterday was to be done and is not said to be."""
    yesterday = facts.work_on(facts.day - timedelta(days=1))
    running = {a.ref for a in facts.continuing}
    items = [
        Item(
            when=facts.when(a),
            text=facts.describe(a),
            note="continues" if a.ref in running else _said(a),
            refs=(a.ref,),
        )
        for a in yesterday
        if a.status not in _DONE
    ]
    return block("leftovers", "Left from yesterday", items, "Nothing is left from yesterday")


def _person(facts: Facts, ref: Ref, own: list[Appointment], off: list[Appointment]) -> Item:
    words = facts.pack.vocabulary
    exact = [a for a in own if a.precision == "exact"]
    segments = _segments(exact, ref)
    said: list[str] = [words.appointment.counted(count_once(own))] if own else []
    when = "off" if off and not own else "any time"
    if segments:
        start = min(s.starts_at for s in segments)
        end = max(s.ends_at for s in segments)
        when = f"{clock(start, facts.zone)} - {clock(end, facts.zone)}"
        said.append(duration(union_seconds(segments)))
        said += _idle(facts, segments)
    said += [a.title for a in off]
    if own and (suburb := facts.suburb(own[0])):
        said.append(f"first in {suburb}")
    name = facts.resource_name(ref)
    return Item(
        when=when,
        text=name if _is_person(facts, ref) else f"{name} (equipment)",
        note=", ".join(said),
        refs=(ref, *(a.ref for a in own)),
    )


def _idle(facts: Facts, segments: list[Segment]) -> list[str]:
    """Gaps between segments that are long enough to be worth filling."""
    least = facts.pack.thresholds.idle_gap_minutes * 60
    found: list[str] = []
    reached: datetime | None = None
    for segment in sorted(segments, key=lambda s: (s.starts_at, s.ends_at)):
        if reached is not None and (segment.starts_at - reached).total_seconds() >= least:
            gap = f"{clock(reached, facts.zone)} - {clock(segment.starts_at, facts.zone)}"
            found.append(f"free {gap}")
        reached = segment.ends_at if reached is None else max(reached, segment.ends_at)
    return found


def _segments(appointments: list[Appointment], ref: Ref) -> list[Segment]:
    return [s for a in appointments for s in a.segments if s.resource == ref]


def _busy_resources(facts: Facts) -> set[Ref]:
    found = {s.resource for a in (*facts.work, *facts.time_off) for s in a.segments}
    return {ref for ref in found if isinstance(ref, str) and facts.audience in (None, ref)}


def _is_person(facts: Facts, ref: Ref) -> bool:
    resource = facts.resource(ref)
    return resource is None or resource.kind != "equipment"


def _overlap(first: Segment, second: Segment) -> bool:
    return first.starts_at < second.ends_at and second.starts_at < first.ends_at


def _said(appointment: Appointment) -> str:
    status = appointment.source_status
    return status if isinstance(status, str) else appointment.status
