"""The day by person: who works when, how long, and what lies idle."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import UNSET, Struct

from claw.core.model.records import Appointment, Segment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.stretches import in_order, union_seconds
from claw.core.summaries.visits import by_resource, count_once
from claw.core.summaries.wording import duration, number

_MOST_SAID = 6
"""So many of a person's gaps, times off or continuing visits are named."""


class _Day(Struct, frozen=True):
    """What each resource does on the day."""

    work: Mapping[Ref, Sequence[Appointment]]
    off: Mapping[Ref, Sequence[Appointment]]
    continuing: Mapping[Ref, Sequence[Appointment]]


def people(facts: Facts) -> Block:
    """For each person: first start, last end, how many, how long, and what lies idle.

    Equipment comes last; neither it nor who is off is counted.
    """
    words = facts.pack.vocabulary.resource
    day = _Day(by_resource(facts.work), by_resource(facts.time_off), by_resource(facts.continuing))
    refs = sorted(
        (ref for ref in {*day.work, *day.off, *day.continuing} if facts.audience in (None, ref)),
        key=lambda ref: (not is_person(facts, ref), facts.resource_name(ref), ref),
    )
    return block(
        "people",
        words.many.capitalize(),
        [_person(facts, day, ref) for ref in refs],
        f"No {words.many} are scheduled",
        count=sum(1 for ref in refs if is_person(facts, ref) and day.work.get(ref)),
    )


def is_person(facts: Facts, ref: Ref) -> bool:
    """Whether somebody can be told of it; who is not known is taken for a person."""
    resource = facts.resource(ref)
    return resource is None or resource.kind in ("person", "crew")


def _person(facts: Facts, day: _Day, ref: Ref) -> Item:
    own, off = day.work.get(ref, ()), day.off.get(ref, ())
    continuing = day.continuing.get(ref, ())
    exact = [a for a in own if a.precision == "exact"]
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
    said += _some([f"{a.title} continues {facts.until(a)}" for a in continuing], "that continue")
    if exact and (suburb := facts.suburb(exact[0])):
        said.append(f"first in {suburb}")
    said += _some([f"{a.title} {facts.hours(a)}" for a in off], "times off")
    said += _some(_idle(facts, segments, _segments(off, ref), exact), "gaps")
    name = facts.resource_name(ref)
    return Item(
        when=when,
        text=name if is_person(facts, ref) else f"{name} (equipment)",
        note=", ".join(said) or UNSET,
        refs=(ref, *(a.ref for a in own)),
    )


def _some(said: Sequence[str], what: str) -> list[str]:
    """The first few of what is said, and how many more there are."""
    more = len(said) - _MOST_SAID
    return [*said[:_MOST_SAID], *([f"{number(more)} more {what}"] if more > 0 else [])]


def _idle(
    facts: Facts, work: Sequence[Segment], off: Sequence[Segment], exact: Sequence[Appointment]
) -> list[str]:
    """Gaps between pieces of work that are long enough to be worth filling."""
    if not work:
        return []
    least = facts.pack.thresholds.idle_gap_minutes * 60
    last = max(segment.ends_at for segment in work)
    reached: datetime = min(segment.starts_at for segment in work)
    found: list[str] = []
    for segment in in_order((*work, *off)):
        until = min(segment.starts_at, last)
        if (until - reached).total_seconds() >= least:
            found.append(f"free {facts.time_range(reached, until, exact[0].zone)}")
        reached = max(reached, segment.ends_at)
    return found


def _segments(appointments: Iterable[Appointment], ref: Ref) -> list[Segment]:
    return [s for a in appointments for s in a.segments if s.resource == ref]
