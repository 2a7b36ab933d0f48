"""Local days, against a minute-by-minute walk with the standard library's zones."""

# Bounds of generated values and wall clock readings are naive on purpose.
# ruff: noqa: DTZ001

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claw.core.time import (
    Interval,
    dates,
    day_window,
    local_date,
    local_wall,
    offset_change_between,
    span,
    utc_offset_seconds,
)
from claw_testing.edge import edge

MINUTE = timedelta(minutes=1)
HOUR = 3600

# One or more zones of each way to change clocks, and days on which they did.
NOTABLE_DAYS = [
    ("Australia/Sydney", date(2026, 10, 4), 23),
    ("Australia/Sydney", date(2026, 4, 5), 25),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Brisbane", date(2026, 10, 4), 24),
    ("Pacific/Auckland", date(2026, 9, 27), 23),
    ("Pacific/Apia", date(2011, 12, 30), 0),
    ("Pacific/Apia", date(2011, 12, 29), 24),
    ("Pacific/Apia", date(2011, 12, 31), 24),
    ("Pacific/Kwajalein", date(1993, 8, 21), 0),
    ("America/Havana", date(2026, 3, 8), 23),
    ("America/Havana", date(2025, 11, 2), 25),
    ("America/St_Johns", date(2026, 3, 8), 23),
    ("Asia/Kathmandu", date(2026, 6, 1), 24),
    ("Asia/Pyongyang", date(2018, 5, 4), 23.5),
    ("America/Vancouver", date(2026, 11, 1), 24),
    ("Europe/Dublin", date(2026, 10, 25), 25),
    ("Antarctica/Troll", date(2026, 3, 29), 22),
    ("Antarctica/Troll", date(2026, 10, 25), 26),
]
ZONES = sorted({zone for zone, _, _ in NOTABLE_DAYS} | {"Africa/Casablanca"})
DAYS = st.dates(date(2012, 1, 1), date(2036, 12, 31))
INSTANTS = st.datetimes(datetime(2012, 1, 1), datetime(2036, 12, 31)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=UTC)
)


def walked(zone, day):
    """Every minute whose local date is ``day``: slow and obviously right."""
    rules = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    minutes = (start + n * MINUTE for n in range(84 * 60))
    return [minute for minute in minutes if minute.astimezone(rules).date() == day]


@pytest.mark.parametrize(("zone", "day", "hours"), NOTABLE_DAYS)
def test_a_local_day_has_exactly_the_minutes_that_carry_its_date(zone, day, hours):
    minutes = walked(zone, day)
    window = day_window(zone, day)

    assert len(minutes) == hours * 60
    if not minutes:
        assert window is None
    else:
        assert window == Interval(minutes[0], minutes[-1] + MINUTE)
        assert window.duration_seconds == hours * HOUR


@given(st.sampled_from(ZONES), DAYS)
def test_local_days_meet_without_gap_or_overlap(zone, day):
    assert day_window(zone, day).end == day_window(zone, day + timedelta(days=1)).start


@given(st.sampled_from(ZONES), INSTANTS)
def test_an_instant_lies_in_the_day_whose_date_it_carries(zone, instant):
    assert local_date(instant, zone) == instant.astimezone(ZoneInfo(zone)).date()
    assert day_window(zone, local_date(instant, zone)).contains(instant)


@given(st.sampled_from(ZONES), INSTANTS)
def test_wall_clocks_and_offsets_agree_with_the_standard_library(zone, instant):
    oracle = instant.astimezone(ZoneInfo(zone))
    wall = local_wall(instant, zone)

    assert wall.tzinfo is None
    assert wall == oracle.replace(tzinfo=None)
    assert utc_offset_seconds(instant, zone) == oracle.utcoffset().total_seconds()


@edge("time:21")
def test_where_the_clock_went_back_over_midnight_each_instant_has_the_date_on_the_wall():
    zone = "America/St_Johns"  # 2010-11-07: at 00:01 the wall went back to 23:01 of the 6th
    shown = [
        local_date(datetime(2010, 11, 7, hour, minute, tzinfo=UTC), zone).day
        for hour, minute in ((2, 29), (2, 30), (2, 31), (3, 29), (3, 30))
    ]

    assert shown == [6, 7, 6, 6, 7]


def test_dates_include_both_ends_and_a_reversed_range_is_empty():
    first, last = date(2026, 2, 27), date(2026, 3, 1)

    assert list(dates(first, last)) == [first, date(2026, 2, 28), last]
    assert list(dates(last, first)) == []


@given(st.sampled_from(ZONES), DAYS, st.integers(0, 20))
def test_a_span_runs_from_the_first_days_start_to_the_last_days_end(zone, first, more):
    last = first + timedelta(days=more)

    assert span(zone, first, last) == Interval(
        day_window(zone, first).start, day_window(zone, last).end
    )


def test_a_span_skips_a_date_that_does_not_exist_at_either_edge():
    skipped = date(2011, 12, 30)
    before, after = date(2011, 12, 29), date(2011, 12, 31)

    assert span("Pacific/Apia", skipped, after) == day_window("Pacific/Apia", after)
    assert span("Pacific/Apia", before, skipped) == day_window("Pacific/Apia", before)


def test_an_interval_holds_its_start_and_not_its_end():
    noon = datetime(2026, 11, 24, 12, tzinfo=UTC)
    hour = Interval(noon, noon + 60 * MINUTE)

    assert hour.contains(hour.start)
    assert not hour.contains(hour.end)
    assert not hour.overlaps(Interval(hour.end, hour.end + MINUTE))
    assert hour.overlaps(Interval(hour.end - MINUTE, hour.end + MINUTE))


def test_clock_changes_are_found_with_the_offsets_on_either_side():
    year = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    changes = offset_change_between("Australia/Lord_Howe", *year)

    assert [(c.at, c.before_seconds, c.after_seconds) for c in changes] == [
        (datetime(2026, 4, 4, 15, tzinfo=UTC), 11 * HOUR, 10 * HOUR + HOUR // 2),
        (datetime(2026, 10, 3, 15, 30, tzinfo=UTC), 10 * HOUR + HOUR // 2, 11 * HOUR),
    ]
    assert offset_change_between("Australia/Brisbane", *year) == []


def test_a_clock_change_belongs_to_the_range_that_starts_with_it():
    change = datetime(2026, 10, 3, 16, tzinfo=UTC)

    assert len(offset_change_between("Australia/Sydney", change, change + MINUTE)) == 1
    assert offset_change_between("Australia/Sydney", change - MINUTE, change) == []
