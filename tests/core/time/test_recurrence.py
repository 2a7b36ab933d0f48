"""What recurs: dates that are named, times that are odd, and what is refused."""

# Wall clock readings are naive on purpose.
# ruff: noqa: DTZ001

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claw.core.errors import InvalidInput
from claw.core.time import (
    Daily,
    EveryMinutes,
    MonthlyDay,
    MonthlyLast,
    NoOccurrence,
    Weekly,
    check_recurrence,
    local_date,
    next_occurrences,
    occurrence_on,
    occurrences,
)
from claw_testing.edge import edge

SYDNEY = "Australia/Sydney"
SIX = Daily(at=time(6))
HALF_PAST_TWO = Daily(at=time(2, 30))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instants(recurrence, zone, start, end):
    return [due.instant for due in occurrences(recurrence, zone, utc(start), utc(end))]


def keys(recurrence, zone, start, end):
    return [due.key for due in occurrences(recurrence, zone, utc(start), utc(end))]


@edge("time:1", "time:2")
def test_06_00_follows_a_night_of_23_and_of_25_hours():
    before, short = next_occurrences(SIX, SYDNEY, utc("2026-10-02T10:00"), 2)
    evening, long = next_occurrences(SIX, SYDNEY, utc("2027-04-02T10:00"), 2)

    assert (short.key, short.instant) == ("2026-10-04", utc("2026-10-03T19:00"))
    assert short.instant - before.instant == timedelta(hours=23)
    assert (long.key, long.instant) == ("2027-04-04", utc("2027-04-03T20:00"))
    assert long.instant - evening.instant == timedelta(hours=25)


@edge("time:3", "time:4")
def test_a_time_the_clock_skips_moves_forward_and_one_it_repeats_is_taken_once():
    skipped = occurrence_on(HALF_PAST_TWO, SYDNEY, date(2026, 10, 4))
    repeated = occurrence_on(HALF_PAST_TWO, SYDNEY, date(2026, 4, 5))

    assert (skipped.key, skipped.instant, skipped.odd) == (
        "2026-10-04",
        utc("2026-10-03T16:30"),
        "gap",
    )
    assert (repeated.instant, repeated.odd) == (utc("2026-04-04T15:30"), "overlap")
    assert keys(HALF_PAST_TWO, SYDNEY, "2026-04-04T00:00", "2026-04-06T00:00") == [
        "2026-04-05",
        "2026-04-06",
    ]


@edge("time:20")
def test_an_occurrence_that_a_gap_carries_into_the_next_date_keeps_its_own():
    (due,) = occurrences(
        Daily(at=time(23, 30)), "Asia/Pyongyang", utc("2018-05-04T14:00"), utc("2018-05-04T15:30")
    )

    assert (due.key, due.instant) == ("2018-05-04", utc("2018-05-04T15:00"))
    assert local_date(due.instant, "Asia/Pyongyang") == date(2018, 5, 5)


@edge("time:19", "time:34")
def test_a_date_that_a_place_skipped_has_no_occurrence_and_none_is_invented():
    absent = occurrence_on(SIX, "Pacific/Apia", date(2011, 12, 30))

    assert absent == NoOccurrence(key="2011-12-30", reason="absent_date")
    assert keys(SIX, "Pacific/Apia", "2011-12-29T00:00", "2012-01-01T00:00") == [
        "2011-12-29",
        "2011-12-31",
        "2012-01-01",
    ]


@edge("time:7")
def test_a_grid_of_quarters_follows_the_wall_of_a_place_with_odd_minutes():
    found = list(
        occurrences(
            EveryMinutes(minutes=15),
            "Australia/Eucla",
            utc("2026-07-01T00:00"),
            utc("2026-07-01T01:00"),
        )
    )

    assert [due.nominal.minute for due in found] == [45, 0, 15, 30]
    assert found[0].key == "2026-07-01T00:00:00Z"


def test_a_grid_has_the_repeated_hour_twice_and_the_skipped_one_never():
    hourly = EveryMinutes(minutes=60)

    back = [
        d.nominal.hour
        for d in occurrences(hourly, SYDNEY, utc("2027-04-03T14:00"), utc("2027-04-03T19:00"))
    ]
    forward = [
        d.nominal.hour
        for d in occurrences(hourly, SYDNEY, utc("2026-10-03T14:00"), utc("2026-10-03T18:00"))
    ]

    assert back == [1, 2, 2, 3, 4]
    assert forward == [0, 1, 3, 4]


@edge("time:29")
def test_the_31st_is_skipped_in_short_months_and_the_last_day_is_the_real_one():
    day_31 = MonthlyDay(at=time(6), day=31)
    last = MonthlyLast(at=time(6))

    assert keys(day_31, "UTC", "2028-01-01T00:00", "2028-06-01T00:00") == [
        "2028-01-31",
        "2028-03-31",
        "2028-05-31",
    ]
    assert keys(last, "UTC", "2028-01-01T00:00", "2028-04-01T00:00") == [
        "2028-01-31",
        "2028-02-29",
        "2028-03-31",
    ]
    assert occurrence_on(day_31, "UTC", date(2028, 2, 29)) == NoOccurrence(
        key="2028-02-31", reason="short_month"
    )
    assert occurrence_on(day_31, "UTC", date(2028, 2, 28)) is None


@edge("time:30")
def test_the_weekday_is_that_of_the_nominal_date_though_the_gap_moves_the_instant_past_it():
    fridays = Weekly(at=time(23, 30), days=(5,))

    due = occurrence_on(fridays, "Asia/Pyongyang", date(2018, 5, 4))

    assert due.date.isoweekday() == 5
    assert local_date(due.instant, "Asia/Pyongyang").isoweekday() == 6


@edge("time:31")
def test_the_last_day_of_the_month_is_the_local_one():
    (due,) = next_occurrences(
        MonthlyLast(at=time(20)), "America/Los_Angeles", utc("2026-11-30T12:00"), 1
    )

    assert (due.key, due.instant) == ("2026-11-30", utc("2026-12-01T04:00"))


@edge("time:53")
def test_dates_after_2038_are_kept_by_the_rules_of_today():
    due = occurrence_on(SIX, SYDNEY, date(2045, 1, 15))

    assert due.instant == utc("2045-01-14T19:00")


@given(
    st.sampled_from([SYDNEY, "America/New_York", "Antarctica/Troll", "Pacific/Apia", "UTC"]),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.datetimes(datetime(2010, 1, 1), datetime(2036, 1, 1)).map(
        lambda n: n.replace(microsecond=0, tzinfo=UTC)
    ),
    st.lists(st.integers(0, 10 * 86400), min_size=1, max_size=5),
)
def test_a_span_cut_anywhere_has_the_occurrences_of_the_whole_once_and_in_order(
    zone, at, start, cuts
):
    end = start + timedelta(days=10)
    edges = sorted({start, end, *(start + timedelta(seconds=cut) for cut in cuts)})

    whole = list(occurrences(Daily(at=at), zone, start, end))
    pieces = [
        due
        for begin, stop in pairwise(edges)
        for due in occurrences(Daily(at=at), zone, begin, stop)
    ]

    assert pieces == whole
    assert [due.instant for due in whole] == sorted({due.instant for due in whole})
    assert len({due.key for due in whole}) == len(whole)


@pytest.mark.parametrize(
    ("recurrence", "field"),
    [
        (EveryMinutes(minutes=7), "every"),
        (EveryMinutes(minutes=0), "every"),
        (Weekly(at=time(6), days=()), "days"),
        (Weekly(at=time(6), days=(0,)), "days"),
        (MonthlyDay(at=time(6), day=32), "days"),
        (Daily(at=time(6, 0, 30)), "at"),
        (Daily(at=time(6, tzinfo=UTC)), "at"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_the_field_at_fault(recurrence, field):
    with pytest.raises(InvalidInput) as refused:
        check_recurrence(recurrence)

    assert refused.value.field == field
    assert refused.value.hint
