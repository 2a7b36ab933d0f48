"""Stretches of elapsed time: half-open, on the line of instants and not on a wall.

A night on which the clocks change is as long as it really is.
"""

from collections.abc import Iterable
from datetime import datetime

from claw.core.model.records import Segment


def stretch(start: datetime, end: datetime) -> Segment:
    """The time from ``start`` to ``end``."""
    return Segment(starts_at=start, ends_at=end)


def in_order(stretches: Iterable[Segment]) -> list[Segment]:
    """By start, then end."""
    return sorted(stretches, key=lambda s: (s.starts_at, s.ends_at))


def union_seconds(stretches: Iterable[Segment]) -> int:
    """Elapsed seconds covered by stretches, overlaps once."""
    total, reached = 0, None
    for each in in_order(stretches):
        start = each.starts_at if reached is None else max(reached, each.starts_at)
        if each.ends_at > start:
            total += int((each.ends_at - start).total_seconds())
        reached = each.ends_at if reached is None else max(reached, each.ends_at)
    return total


def without(stretches: Iterable[Segment], taken: Iterable[Segment]) -> list[Segment]:
    """What is left of stretches outside of those that are taken."""
    away = in_order(taken)
    left: list[Segment] = []
    for each in stretches:
        start = each.starts_at
        for gap in away:
            if gap.starts_at >= each.ends_at:
                break
            if gap.starts_at > start:
                left.append(stretch(start, gap.starts_at))
            start = max(start, gap.ends_at)
        if start < each.ends_at:
            left.append(stretch(start, each.ends_at))
    return left


def within(stretches: Iterable[Segment], bounds: Iterable[Segment]) -> list[Segment]:
    """What of stretches lies inside of any of the bounds."""
    limits = list(bounds)
    return [
        stretch(max(each.starts_at, bound.starts_at), min(each.ends_at, bound.ends_at))
        for each in stretches
        for bound in limits
        if max(each.starts_at, bound.starts_at) < min(each.ends_at, bound.ends_at)
    ]
