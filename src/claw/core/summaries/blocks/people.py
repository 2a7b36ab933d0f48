"""The day by person: who works when, how long, and what lies idle."""

from datetime import datetime

from msgspec import UNSET

from claw.core.model.records import Appointment, Segment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import Facts, count_once, union_seconds
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import duration


def people(facts: Facts) -> Block:
    """For each person: first start, last end, how many, how long, and what lies idle.

    Equipment comes last; neither it nor who is off is counted.
    """
    words = facts.pack.vocabulary.resource
    refs = sorted(
        _busy_resources(facts),
        key=lambda ref: (not is_person(facts, ref), facts.resource_name(ref), ref),
    )
    return block(
        "people",
        words.many.capitalize(),
        [_person(facts, ref) for ref in refs],
        f"No {words.many} are scheduled",
        count=sum(1 for ref in refs if is_person(facts, ref) and _of(facts.work, ref)),
    )


def is_person(facts: Facts, ref: Ref) -> bool:
    """Whether somebody can be told of it; who is not known is taken for a person."""
    resource = facts.resource(ref)
    return resource is None or resource.kind in ("person", "crew")


def _busy_resources(facts: Facts) -> set[Ref]:
    busy = (*facts.continuing, *facts.work, *facts.time_off)
    found = {segment.resource for a in busy for segment in a.segments}
    return {ref for ref in found if isinstance(ref, str) and facts.audience in (None, ref)}


def _person(facts: Facts, ref: Ref) -> Item:
    own = _of(facts.work, ref)
    exact = [a for a in own if a.precision == "exact"]
    off, continuing = _of(facts.time_off, ref), _of(facts.continuing, ref)
    segments = _segments(exact, ref)
    said: list[str] = [facts.pack.vocabulary.appointment.counted(count_once(own))] if own else []
    if segments:
        start, end = min(s.starts_at for s in segments), max(s.ends_at for s in segments)
        when = facts.time_range(start, end, exact[0].zone)
        said.append(duration(union_seconds(segments)))
    elif own or off:
        when = "any time" if own else "off"
    else:
        when = facts.until(max(continuing, key=lambda a: (a.ends_at, a.ref)))
    said += [f"{a.title} continues {facts.until(a)}" for a in continuing]
    if exact and (suburb := facts.suburb(exact[0])):
        said.append(f"first in {suburb}")
    said += [f"{a.title} {facts.hours(a)}" for a in off]
    said += _idle(facts, segments, _segments(off, ref), exact)
    name = facts.resource_name(ref)
    return Item(
        when=when,
        text=name if is_person(facts, ref) else f"{name} (equipment)",
        note=", ".join(said) or UNSET,
        refs=(ref, *(a.ref for a in own)),
    )


def _idle(
    facts: Facts, work: list[Segment], off: list[Segment], exact: list[Appointment]
) -> list[str]:
    """Gaps between pieces of work that are long enough to be worth filling."""
    if not work:
        return []
    least = facts.pack.thresholds.idle_gap_minutes * 60
    last = max(segment.ends_at for segment in work)
    reached: datetime = min(segment.starts_at for segment in work)
    found: list[str] = []
    for segment in sorted((*work, *off), key=lambda s: (s.starts_at, s.ends_at)):
        until = min(segment.starts_at, last)
        if (until - reached).total_seconds() >= least:
            found.append(f"free {facts.time_range(reached, until, exact[0].zone)}")
        reached = max(reached, segment.ends_at)
    return found


def _of(appointments: list[Appointment], ref: Ref) -> list[Appointment]:
    return [a for a in appointments if any(s.resource == ref for s in a.segments)]


def _segments(appointments: list[Appointment], ref: Ref) -> list[Segment]:
    return [s for a in appointments for s in a.segments if s.resource == ref]
