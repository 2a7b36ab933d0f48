"""Whether the wall clock can be believed, from one tick to the next."""

from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

FORWARD_SECONDS = 60
"""A wall that gained more than this on the machine's own count has been set."""

STOP_SECONDS = 24 * 3600
"""Gaining more than a day (a restored machine, a wrong time server) needs a person."""

_BACK_SECONDS = 5

Judgement: TypeAlias = Literal["steady", "back", "forward", "stop"]


class Tick(Struct, frozen=True, kw_only=True):
    """Both clocks at one moment. ``monotonic_seconds`` never goes back and is never set."""

    wall: datetime
    monotonic_seconds: float


def judge_tick(before: Tick, after: Tick) -> Judgement:
    """What happened between two ticks.

    ``back`` needs nothing: occurrences are named by date, so none fires again. ``forward``
    is caught up like an outage. ``stop`` fires nothing until a person has confirmed.
    """
    passed = after.monotonic_seconds - before.monotonic_seconds
    gained = (after.wall - before.wall).total_seconds() - passed
    if gained > STOP_SECONDS:
        return "stop"
    if gained > FORWARD_SECONDS:
        return "forward"
    return "back" if gained < -_BACK_SECONDS else "steady"
