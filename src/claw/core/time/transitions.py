"""When a zone's offset from UTC changes."""

# The zone library's own annotation of a zone name is partly unknown to the type checker.
# pyright: reportUnknownMemberType=false

from datetime import UTC, datetime

from msgspec import Struct
from whenever import Instant


class OffsetChange(Struct, frozen=True):
    """The clock changes at ``at``; offsets are seconds east of UTC."""

    at: datetime
    before_seconds: int
    after_seconds: int


def utc_offset_seconds(instant: datetime, zone: str) -> int:
    """Seconds that the wall clock in ``zone`` is ahead of UTC at ``instant``."""
    return int(Instant(instant).to_tz(zone).offset.total("seconds"))


def offset_change_between(zone: str, start: datetime, end: datetime) -> list[OffsetChange]:
    """The changes of offset in ``[start, end)``, in order."""
    found: list[OffsetChange] = []
    moment = Instant(start).to_tz(zone).subtract(seconds=1)
    while (following := moment.next_transition()) is not None:
        at = following.to_instant().to_stdlib().astimezone(UTC)
        if at >= end:
            break
        before = int(following.subtract(seconds=1).offset.total("seconds"))
        after = int(following.offset.total("seconds"))
        if before != after and at >= start:
            found.append(OffsetChange(at, before, after))
        moment = following
    return found
