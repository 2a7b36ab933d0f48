"""From a wall clock to an instant, with one rule for times that do not exist or exist twice."""

# The zone library's own annotation of a zone name is partly unknown to the type checker.
# pyright: reportUnknownMemberType=false

from datetime import UTC, datetime
from typing import Literal

from msgspec import Struct
from whenever import PlainDateTime, RepeatedTime, SkippedTime


class Resolved(Struct, frozen=True):
    """The instant of a wall time, and whether the wall time was odd."""

    instant: datetime
    kind: Literal["exact", "gap", "overlap"]


def resolve_local(zone: str, wall: datetime) -> Resolved:
    """Resolve a naive wall time: a gap shifts forward, an overlap takes the first.

    Shifting forward reads the time with the offset before the gap (RFC 5545), so 02:30
    becomes 03:30 where the clock jumps from 02:00 to 03:00.

    Raises:
        ValueError: when ``wall`` carries a zone.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time carries no zone")
    plain = PlainDateTime(wall.replace(microsecond=0))
    kind: Literal["exact", "gap", "overlap"] = "exact"
    try:
        zoned = plain.assume_tz(zone, disambiguation="raise")
    except SkippedTime:
        kind, zoned = "gap", plain.assume_tz(zone, disambiguation="compatible")
    except RepeatedTime:
        kind, zoned = "overlap", plain.assume_tz(zone, disambiguation="earlier")
    return Resolved(zoned.to_instant().to_stdlib().astimezone(UTC), kind)
