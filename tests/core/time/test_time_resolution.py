"""Wall clock readings that exist once, never, or twice."""

# Bounds of generated values and wall clock readings are naive on purpose.
# ruff: noqa: DTZ001

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claw.core.time import local_wall, resolve_local

ZONES = [
    "Africa/Casablanca",
    "America/Havana",
    "America/St_Johns",
    "America/Vancouver",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Australia/Brisbane",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Auckland",
]
WALLS = st.datetimes(datetime(2010, 1, 1), datetime(2036, 12, 31)).map(
    lambda wall: wall.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("zone", "wall", "kind", "instant"),
    [
        ("Australia/Sydney", (2026, 11, 24, 6, 0), "exact", (2026, 11, 23, 19, 0)),
        ("Australia/Sydney", (2026, 10, 4, 2, 30), "gap", (2026, 10, 3, 16, 30)),
        ("Australia/Sydney", (2026, 4, 5, 2, 30), "overlap", (2026, 4, 4, 15, 30)),
        ("Australia/Lord_Howe", (2026, 10, 4, 2, 15), "gap", (2026, 10, 3, 15, 45)),
        ("America/Havana", (2025, 11, 2, 0, 30), "overlap", (2025, 11, 2, 4, 30)),
        ("America/Havana", (2026, 3, 8, 0, 30), "gap", (2026, 3, 8, 5, 30)),
        ("Asia/Pyongyang", (2018, 5, 4, 23, 30), "gap", (2018, 5, 4, 15, 0)),
        ("Europe/Dublin", (2026, 10, 25, 1, 30), "overlap", (2026, 10, 25, 0, 30)),
        ("Pacific/Apia", (2011, 12, 30, 10, 0), "gap", (2011, 12, 30, 20, 0)),
        ("America/Vancouver", (2026, 11, 24, 6, 0), "exact", (2026, 11, 24, 13, 0)),
    ],
)
def test_a_gap_shifts_forward_and_an_overlap_is_its_first_reading(zone, wall, kind, instant):
    resolved = resolve_local(zone, datetime(*wall))

    assert resolved.kind == kind
    assert resolved.instant == datetime(*instant, tzinfo=UTC)
    assert resolved.instant.utcoffset() == timedelta(0)


@given(st.sampled_from(ZONES), WALLS)
def test_every_reading_resolves_as_the_standard_librarys_first_fold(zone, wall):
    """PEP 495: fold 0 is the earlier of two, and reads a gap with the offset before it."""
    rules = ZoneInfo(zone)
    first = wall.replace(tzinfo=rules, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=rules, fold=1).astimezone(UTC)
    resolved = resolve_local(zone, wall)

    assert resolved.instant == first
    expected = "exact" if first == second else "overlap" if first < second else "gap"
    assert resolved.kind == expected


@given(st.sampled_from(ZONES), WALLS)
def test_a_reading_that_exists_comes_back_from_its_instant(zone, wall):
    resolved = resolve_local(zone, wall)
    shown = local_wall(resolved.instant, zone)

    assert shown > wall if resolved.kind == "gap" else shown == wall


def test_a_reading_that_carries_a_zone_is_refused():
    with pytest.raises(ValueError):
        resolve_local("Australia/Sydney", datetime(2026, 11, 24, tzinfo=UTC))
