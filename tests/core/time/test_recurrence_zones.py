"""Recurrence in every zone there is, against an oracle that shares no code with it.

The full sweep over every zone name runs with ``make test-zones``; one zone of each
behaviour runs always.
"""

# Wall clock readings are naive on purpose.
# ruff: noqa: DTZ001

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

import pytest

from claw.core.time import (
    Daily,
    Due,
    EveryMinutes,
    NoOccurrence,
    dates,
    day_window,
    occurrence_on,
    occurrences,
    pin_tzdata,
)
from claw_testing.edge import edge
from claw_testing.tzif_oracle import oracle_zone

FIRST, LAST = date(2020, 1, 1), date(2035, 12, 31)
DAY = timedelta(days=1)
TIMES = (time(6), time(2, 30), time(0))
QUARTER = EveryMinutes(minutes=15)

pin_tzdata()
NAMES = sorted(zoneinfo.available_timezones())


def one_of_each_behaviour() -> list[str]:
    behaviours: dict[object, str] = {}
    for name in NAMES:
        behaviours.setdefault(oracle_zone(name).behaviour(FIRST.year, LAST.year), name)
    return sorted(behaviours.values())


def odd_dates(zone: str) -> list[date]:
    """The dates around each change of the zone's clock."""
    return sorted(
        {
            (change + nearby * DAY).date()
            for change in oracle_zone(zone).changes(FIRST.year, LAST.year)
            for nearby in range(-2, 3)
        }
    )


def check_dated(zone: str, at: time, day: date) -> None:
    oracle = oracle_zone(zone)
    found = occurrence_on(Daily(at=at), zone, day)
    if oracle.day(day) is None:
        assert found == NoOccurrence(key=day.isoformat(), reason="absent_date"), (zone, day, at)
        return
    instant, kind = oracle.resolve(datetime.combine(day, at))
    assert found == Due(
        key=day.isoformat(),
        date=day,
        nominal=datetime.combine(day, at),
        instant=instant,
        odd=None if kind == "exact" else kind,
    ), (zone, day, at)


def check_days(zone: str, day: date) -> None:
    window = day_window(zone, day)
    expected = oracle_zone(zone).day(day)
    assert (window and (window.start, window.end)) == expected, (zone, day)


def check_grid(zone: str, change: datetime) -> None:
    """Every quarter of an hour on the wall for a day around a change, minute by minute."""
    oracle = oracle_zone(zone)
    start, end = change - DAY / 2, change + DAY / 2
    minutes = (start + timedelta(seconds=s) for s in range(0, 86400, 60))
    quarters = [m for m in minutes if (m.timestamp() + oracle.offset(m)) % 900 == 0]
    assert [due.instant for due in occurrences(QUARTER, zone, start, end)] == quarters, zone


@pytest.mark.parametrize("zone", one_of_each_behaviour())
def test_each_behaviour_keeps_06_00_every_day_and_odd_times_on_odd_days(zone):
    for day in dates(FIRST, LAST):
        check_dated(zone, TIMES[0], day)
    for day in odd_dates(zone):
        check_days(zone, day)
        for at in TIMES[1:]:
            check_dated(zone, at, day)


@pytest.mark.parametrize("zone", one_of_each_behaviour())
def test_each_behaviour_keeps_a_grid_of_quarters_through_its_changes(zone):
    for change in oracle_zone(zone).changes(2024, 2027):
        check_grid(zone, change)


@pytest.mark.zones
@pytest.mark.parametrize("zone", NAMES)
def test_every_zone_keeps_every_time_on_every_date(zone):
    for day in dates(FIRST, LAST):
        check_days(zone, day)
        for at in TIMES:
            check_dated(zone, at, day)


@pytest.mark.zones
@pytest.mark.parametrize("zone", NAMES)
def test_every_zone_keeps_a_grid_through_all_its_changes(zone):
    for change in oracle_zone(zone).changes(FIRST.year, LAST.year):
        check_grid(zone, change)


NAMED = [
    pytest.param("Australia/Lord_Howe", marks=edge("time:5")),
    pytest.param("Australia/Adelaide", marks=edge("time:6")),
    pytest.param("Australia/Broken_Hill", marks=edge("time:6")),
    pytest.param("Africa/Casablanca", marks=edge("time:10")),
    pytest.param("Europe/Dublin", marks=edge("time:11")),
    pytest.param("Antarctica/Troll", marks=edge("time:12")),
    pytest.param("Antarctica/Casey", marks=edge("time:13")),
    pytest.param("America/Santiago", marks=edge("time:15")),
    pytest.param("Asia/Beirut", marks=edge("time:15")),
    pytest.param("Africa/Cairo", marks=edge("time:15")),
    pytest.param("America/Havana", marks=edge("time:15", "time:16")),
    pytest.param("America/Asuncion", marks=edge("time:15")),
    pytest.param("Atlantic/Azores", marks=edge("time:17")),
    pytest.param("America/Nuuk", marks=edge("time:18")),
    pytest.param("America/Scoresbysund", marks=edge("time:18")),
    pytest.param("Pacific/Chatham", marks=edge("time:23")),
    pytest.param("Asia/Gaza", marks=edge("time:24")),
    pytest.param("Asia/Hebron", marks=edge("time:24")),
]


@pytest.mark.parametrize("zone", NAMED)
def test_a_zone_known_for_its_ways_keeps_every_time_around_each_change(zone):
    assert odd_dates(zone)
    for day in odd_dates(zone):
        check_days(zone, day)
        for at in (*TIMES, time(1, 45), time(2, 15), time(23, 30)):
            check_dated(zone, at, day)
    for change in oracle_zone(zone).changes(2020, 2027):
        check_grid(zone, change)


# Years when clocks did what no zone does today.
HISTORICAL = [
    pytest.param("Australia/Perth", date(2006, 11, 1), date(2009, 4, 30), marks=edge("time:8")),
    pytest.param("Australia/Eucla", date(2006, 11, 1), date(2009, 4, 30), marks=edge("time:8")),
    pytest.param("America/Sao_Paulo", date(2017, 10, 1), date(2018, 3, 1), marks=edge("time:14")),
    ("Pacific/Apia", date(2011, 12, 1), date(2012, 1, 31)),
    ("Pacific/Fakaofo", date(2011, 12, 1), date(2012, 1, 31)),
    ("Pacific/Kwajalein", date(1993, 8, 1), date(1993, 9, 10)),
    pytest.param("Asia/Pyongyang", date(2015, 8, 1), date(2018, 6, 1), marks=edge("time:22")),
    pytest.param("America/Caracas", date(2007, 12, 1), date(2016, 6, 1), marks=edge("time:22")),
    pytest.param("Europe/Istanbul", date(2015, 3, 1), date(2016, 12, 31), marks=edge("time:25")),
    pytest.param("Europe/Volgograd", date(2018, 10, 1), date(2020, 12, 31), marks=edge("time:25")),
    pytest.param("Africa/Juba", date(2021, 1, 1), date(2021, 3, 1), marks=edge("time:25")),
    pytest.param("Africa/Khartoum", date(2017, 10, 1), date(2017, 12, 1), marks=edge("time:25")),
    pytest.param("Africa/Sao_Tome", date(2017, 12, 1), date(2019, 2, 1), marks=edge("time:25")),
    pytest.param("Asia/Almaty", date(2024, 2, 1), date(2024, 4, 1), marks=edge("time:25")),
]


@pytest.mark.parametrize(("zone", "first", "last"), HISTORICAL)
def test_the_oddities_of_the_past_are_kept_too(zone, first, last):
    for day in dates(first, last):
        check_days(zone, day)
        for at in (*TIMES, time(23, 30)):
            check_dated(zone, at, day)
    for change in oracle_zone(zone).changes(first.year, last.year):
        if first <= change.date() <= last:
            check_grid(zone, change)


def test_the_oracle_sees_what_is_known_of_the_zones():
    behaviours = one_of_each_behaviour()
    changing = [z for z in behaviours if oracle_zone(z).changes(FIRST.year, LAST.year)]

    assert (len(NAMES), len(behaviours), len(changing)) == (598, 86, 52)
    assert oracle_zone("Australia/Sydney").resolve(datetime(2026, 10, 4, 6)) == (
        datetime(2026, 10, 3, 19, tzinfo=UTC),
        "exact",
    )
