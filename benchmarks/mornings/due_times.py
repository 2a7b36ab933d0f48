"""Due times: the next 06:00 of 10,000 tenants in 12 zones, CPU.

Ours is `next_occurrences` as people ask it and planning uses it. The floor is one date of
bare `zoneinfo` each: the wall time of the date with its zone, turned to UTC, and the next
date's where that has passed. It says nothing of times that do not exist, exist twice or of
dates that a place skipped, which ours looks for on every date it lists; so the ratio is
told and has no bar.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from benchmarks.harness.figures import Figure, Result, ratios, seconds
from benchmarks.harness.meter import cpu_seconds
from benchmarks.harness.scale import Scale
from claw.core.time import Daily, next_occurrences

NAME = "due-times"
_ZONES = (
    "Australia/Sydney",
    "Australia/Brisbane",
    "Australia/Adelaide",
    "Australia/Perth",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Los_Angeles",
)
_SIX = time(6)
# Two days before Sydney's clocks go forward.
_AFTER = datetime(2026, 10, 2, 12, 0, tzinfo=UTC)


def measure(scale: Scale) -> Result:
    """Both sides in turns; their instants must agree."""
    zones = [_ZONES[number % len(_ZONES)] for number in range(scale.due_times)]
    # Held, since the library itself remembers only eight.
    held = [ZoneInfo(zone) for zone in _ZONES]
    places = [held[number % len(held)] for number in range(scale.due_times)]
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(scale.rounds):
        began = cpu_seconds()
        bare = [_bare(place) for place in places]
        between = cpu_seconds()
        found = [next_occurrences(Daily(at=_SIX), zone, _AFTER, 1)[0].instant for zone in zones]
        ours.append(cpu_seconds() - between)
        floor.append(max(between - began, 1e-6))
        if found != bare:
            raise AssertionError("the sides disagree on when six o'clock is")
    figure = Figure(
        benchmark=NAME,
        what=f"next 06:00 of {len(zones):,} tenants, ours / bare zoneinfo",
        rounds=ratios(ours, floor),
        detail=f"ours {seconds(ours)}, zoneinfo {seconds(floor)}",
    )
    return Result(figures=(figure,))


def _bare(there: ZoneInfo) -> datetime:
    day = _AFTER.astimezone(there).date()
    found = datetime.combine(day, _SIX, there).astimezone(UTC)
    if found <= _AFTER:
        found = datetime.combine(day + timedelta(days=1), _SIX, there).astimezone(UTC)
    return found
