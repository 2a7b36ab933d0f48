"""Who is in two places at once."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

from claw.core.model.records import Appointment, Segment
from claw.core.model.reference import Ref
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.stretches import in_order, union_seconds, within
from claw.core.summaries.visits import NOT_WORK, piece_of
from claw.core.summaries.wording import duration

MOST_CLASHES = 200
"""So many clashes are named; of more, how many there are."""


class _Clash(Struct, frozen=True, gc=False):
    first: Appointment
    second: Appointment
    both: Sequence[Segment]


def overlaps(facts: Facts) -> Block:
    """Two things at once for one resource, as half-open elapsed time; time off counts.

    What still runs from yesterday counts, work without a time of day does not, and parts
    of one piece of work do not clash with each other.
    """
    by_resource: defaultdict[Ref, list[Appointment]] = defaultdict(list)
    for appointment in (*facts.continuing, *facts.work, *facts.time_off):
        if appointment.precision == "day" and appointment.kind not in NOT_WORK:
            continue
        for ref in {s.resource for s in appointment.segments}:
            if isinstance(ref, str) and facts.audience in (None, ref):
                by_resource[ref].append(appointment)
    items: list[Item] = []
    more = 0
    for ref in sorted(by_resource, key=lambda ref: (facts.resource_name(ref), ref)):
        room = MOST_CLASHES - len(items)
        found = list(islice(_clashes(by_resource[ref], ref), room))
        items += [_item(facts, ref, clash) for clash in found]
        if len(found) == room:
            more += max(_how_many(by_resource[ref], ref) - room, 0)
    return block("overlaps", "Double booked", items, "Nobody is double booked", more=more)


def _clashes(appointments: Iterable[Appointment], ref: Ref) -> Iterator[_Clash]:
    """The pairs that a resource is in both of, by start."""
    own = sorted(appointments, key=lambda a: (a.starts_at, a.ends_at, a.ref))
    for place, first in enumerate(own):
        for second in own[place + 1 :]:
            if second.starts_at >= first.ends_at:
                break
            if piece_of(first) == piece_of(second):
                continue
            both = in_order(within(_segments(first, ref), _segments(second, ref)))
            if both:
                yield _Clash(first, second, both)


def _how_many(appointments: Iterable[Appointment], ref: Ref) -> int:
    """How many pairs of stretches clash, without looking at each pair."""
    stretches: list[Segment] = []
    by_piece: defaultdict[str, list[Segment]] = defaultdict(list)
    for appointment in appointments:
        for segment in _segments(appointment, ref):
            if segment.starts_at < segment.ends_at:
                stretches.append(segment)
                by_piece[piece_of(appointment)].append(segment)
    return _pairs(stretches) - sum(_pairs(own) for own in by_piece.values())


def _pairs(stretches: Iterable[Segment]) -> int:
    """How many pairs have an instant in common: each with those that begin before it ends."""
    own = in_order(stretches)
    starts = [segment.starts_at for segment in own]
    return sum(bisect_left(starts, s.ends_at) - place - 1 for place, s in enumerate(own))


def _item(facts: Facts, ref: Ref, clash: _Clash) -> Item:
    first, second = clash.first, clash.second
    return Item(
        when=facts.clock(clash.both[0].starts_at, second.zone),
        text=f"{facts.resource_name(ref)}: {first.title} and {second.title}",
        note=f"for {duration(union_seconds(clash.both))}",
        refs=(ref, first.ref, second.ref),
    )


def _segments(appointment: Appointment, ref: Ref) -> list[Segment]:
    return [segment for segment in appointment.segments if segment.resource == ref]
