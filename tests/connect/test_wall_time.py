"""Reading what sources write about times."""

from datetime import date, datetime, time, timedelta

import pytest

from claw.connect.wall_time import StatedTime, parse_wall_time, read_span
from claw.core.time import format_instant
from claw_testing.edge import edge

SYDNEY = "Australia/Sydney"
GAP, OVERLAP, WINTER = date(2026, 10, 4), date(2027, 4, 4), date(2026, 7, 14)


def read(
    day: date | None,
    start: str | None,
    end: str | None,
    iso_start: str | None = None,
    iso_end: str | None = None,
    *,
    hours: int | None = None,
) -> tuple[str, str, tuple[str, ...]] | None:
    reading = read_span(
        SYDNEY,
        day,
        StatedTime(wall=start, instant=iso_start),
        StatedTime(wall=end, instant=iso_end),
        stated_duration=None if hours is None else timedelta(hours=hours),
    )
    if reading is None:
        return None
    return format_instant(reading.starts_at), format_instant(reading.ends_at), reading.flags


@edge("simpro:7")
@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("08:00", time(8)),
        ("8:00", time(8)),
        (" 8:05:09 ", time(8, 5, 9)),
        ("08:00 AM", time(8)),
        ("8pm", time(20)),
        ("12:00 AM", time(0)),
        ("12:30 p.m.", time(12, 30)),
        ("13:00 PM", time(13)),
        ("00:00", time(0)),
        ("24:00", timedelta(days=1)),
        ("24:01", None),
        ("25:00", None),
        ("08:60", None),
        ("13:00 AM", None),
        ("8", None),
        ("noon", None),
        ("", None),
        (None, None),
    ],
)
def test_times_of_day_are_read_as_people_write_them(
    text: str | None, read_as: time | timedelta | None
) -> None:
    assert parse_wall_time(text) == read_as


def test_a_plain_span_has_no_flags() -> None:
    assert read(WINTER, "08:00", "10:30") == ("2026-07-13T22:00:00Z", "2026-07-14T00:30:00Z", ())


def test_a_span_stated_twice_alike_has_no_flags() -> None:
    stated = ("2026-07-14T08:00:00+10:00", "2026-07-14T10:30:00+10:00")
    assert read(WINTER, "08:00", "10:30", *stated) == read(WINTER, "08:00", "10:30")


@edge("simpro:8")
def test_an_instant_that_cannot_be_read_leaves_the_wall_clock() -> None:
    for junk in ("", "2026-07-14T08:00:00", "soon", "2026-07-14T24:00:00+10:00"):
        assert read(WINTER, "08:00", "10:30", junk, junk) == read(WINTER, "08:00", "10:30")


@edge("time:52")
@edge("simpro:9")
def test_an_instant_wins_over_a_different_wall_clock_and_the_wall_is_kept() -> None:
    reading = read_span(
        SYDNEY,
        WINTER,
        StatedTime(wall="08:00", instant="2026-07-14T09:00:00+10:00"),
        StatedTime(wall="10:00", instant="2026-07-14T11:00:00+10:00"),
    )
    assert reading is not None
    assert format_instant(reading.starts_at) == "2026-07-13T23:00:00Z"
    assert reading.flags == ("time_conflict",)
    assert reading.wall_start == datetime(2026, 7, 14, 8).isoformat()  # noqa: DTZ001


@edge("time:47")
@edge("simpro:10")
def test_a_time_that_does_not_exist_is_moved_forward() -> None:
    assert read(GAP, "02:30", "04:00") == (
        "2026-10-03T16:30:00Z",
        "2026-10-03T17:00:00Z",
        ("time_shifted_gap",),
    )


@edge("time:46")
@edge("simpro:11")
def test_a_time_that_exists_twice_is_the_first_unless_the_offset_says() -> None:
    first = read(OVERLAP, "02:30", "04:00")
    assert first == ("2027-04-03T15:30:00Z", "2027-04-03T18:00:00Z", ("time_ambiguous",))
    second = read(OVERLAP, "02:30", "04:00", "2027-04-04T02:30:00+10:00")
    assert second == ("2027-04-03T16:30:00Z", "2027-04-03T18:00:00Z", ())


@edge("time:51")
@edge("simpro:2")
def test_24_00_is_the_end_of_the_date() -> None:
    assert read(WINTER, "20:00", "24:00") == ("2026-07-14T10:00:00Z", "2026-07-14T14:00:00Z", ())


@edge("simpro:3")
@pytest.mark.parametrize(
    "iso_end", [None, "2026-07-15T02:00:00+10:00", "2026-07-14T02:00:00+10:00"]
)
def test_an_end_before_the_start_is_on_the_next_day(iso_end: str | None) -> None:
    assert read(WINTER, "22:00", "02:00", "2026-07-14T22:00:00+10:00", iso_end) == (
        "2026-07-14T12:00:00Z",
        "2026-07-14T16:00:00Z",
        ("crosses_midnight",),
    )


@edge("simpro:4")
def test_equal_ends_are_no_time_unless_a_whole_day_is_stated() -> None:
    assert read(WINTER, "08:00", "08:00") == (
        "2026-07-13T22:00:00Z",
        "2026-07-13T22:00:00Z",
        ("zero_length",),
    )
    assert read(WINTER, "08:00", "08:00", hours=24) == (
        "2026-07-13T22:00:00Z",
        "2026-07-14T22:00:00Z",
        ("crosses_midnight",),
    )


def test_an_end_in_the_repeated_hour_is_not_over_midnight() -> None:
    stated = ("2027-04-04T02:45:00+11:00", "2027-04-04T02:15:00+10:00")
    reading = read(OVERLAP, "02:45", "02:15", *stated)
    assert reading == ("2027-04-03T15:45:00Z", "2027-04-03T16:15:00Z", ())


@edge("time:48")
def test_a_span_over_a_change_lasts_as_long_as_it_really_does() -> None:
    assert read(GAP, "01:00", "04:00") == ("2026-10-03T15:00:00Z", "2026-10-03T17:00:00Z", ())
    assert read(OVERLAP, "01:00", "04:00") == ("2027-04-03T14:00:00Z", "2027-04-03T18:00:00Z", ())


@edge("time:50")
def test_without_a_usable_start_it_is_the_local_day() -> None:
    assert read(GAP, "", "nonsense") == (
        "2026-10-03T14:00:00Z",
        "2026-10-04T13:00:00Z",
        ("time_unreadable",),
    )


def test_without_a_usable_end_it_ends_where_the_duration_says() -> None:
    assert read(WINTER, "08:00", "", hours=2) == (
        "2026-07-13T22:00:00Z",
        "2026-07-14T00:00:00Z",
        ("time_unreadable",),
    )


def test_without_a_date_only_an_instant_can_be_read() -> None:
    assert read(None, "08:00", "09:00") is None
    stated = ("2026-07-14T08:00:00+10:00", "2026-07-14T09:00:00+10:00")
    assert read(None, None, None, *stated) == ("2026-07-13T22:00:00Z", "2026-07-13T23:00:00Z", ())
