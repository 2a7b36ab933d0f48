"""When a schedule row is: what its blocks say in every form they have been seen in."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import Raw

from claw.connectors.simpro.mapping import map_bundle
from claw.connectors.simpro.times import hours_text
from claw.core.model.records import Appointment
from claw.ports.connector import Quarantined
from claw_testing.edge import edge
from claw_testing.simpro_bundles import OMIT, block, bundle, mapped, row, wall_block
from claw_testing.simpro_world import env


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    """An instant of 2026 in UTC."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def spans(found: Appointment) -> list[tuple[datetime, datetime]]:
    return [(segment.starts_at, segment.ends_at) for segment in found.segments]


@edge("simpro:1")
def test_every_block_is_a_segment_in_the_order_of_time() -> None:
    blocks = [block("13:00", "15:00"), block("08:00", "10:00"), block("10:30", "12:00")]
    expected = [(at(23, 21), at(23, 23)), (at(23, 23, 30), at(24, 1)), (at(24, 2), at(24, 4))]
    for given in itertools.permutations(blocks):
        found = mapped(row(Blocks=list(given)))
        assert spans(found) == expected
        assert {segment.resource for segment in found.segments} == {"simpro/employee:41"}
        assert (found.starts_at, found.ends_at) == (at(23, 21), at(24, 4))
        assert (found.precision, found.flags) == ("exact", ())


@edge("simpro:2")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(wall_block("22:00", "24:00"), id="wall clock alone"),
        pytest.param(
            block(
                "22:00",
                "24:00",
                ISO8601EndTime="2026-11-25T00:00:00+11:00",
            ),
            id="with the instant of the next day",
        ),
        pytest.param(block("22:00", "24:00"), id="with an instant at hour 24"),
    ],
)
def test_an_end_at_24_00_is_the_start_of_the_next_day(given: dict[str, object]) -> None:
    found = mapped(row(Blocks=[given]))
    assert spans(found) == [(at(24, 11), at(24, 13))]
    assert found.flags == ()


@edge("simpro:3")
@pytest.mark.parametrize(
    "given",
    [
        pytest.param(wall_block("22:00", "02:00", 4), id="wall clock alone"),
        pytest.param(
            block("22:00", "02:00", 4, ISO8601EndTime="2026-11-25T02:00:00+11:00"),
            id="with the instant of the next day",
        ),
        pytest.param(block("22:00", "02:00", 4), id="with an instant of the same date"),
    ],
)
def test_an_end_before_the_start_is_on_the_next_day_and_flagged(given: dict[str, object]) -> None:
    found = mapped(row(Blocks=[given]))
    assert spans(found) == [(at(24, 11), at(24, 15))]
    assert found.flags == ("crosses_midnight",)


@edge("simpro:4")
def test_a_block_of_no_length_is_kept_and_flagged() -> None:
    found = mapped(row(Blocks=[block("08:00", "08:00", 0), block("09:00", "10:00", 1)]))
    assert spans(found) == [(at(23, 21), at(23, 21)), (at(23, 22), at(23, 23))]
    assert found.flags == ("zero_length",)


@edge("simpro:4")
def test_a_row_of_no_hours_is_kept() -> None:
    found = mapped(row(TotalHours=0, Blocks=[block("08:00", "10:00", 0)]))
    assert spans(found) == [(at(23, 21), at(23, 23))]
    assert found.extensions["simpro"]["total_hours"] == "0"


@edge("simpro:4")
def test_equal_ends_with_a_stated_day_of_hours_are_a_whole_day() -> None:
    found = mapped(row(TotalHours=24, Blocks=[wall_block("08:00", "08:00", 24)]))
    assert spans(found) == [(at(23, 21), at(24, 21))]
    assert found.flags == ("crosses_midnight",)


@edge("simpro:7")
def test_an_end_nobody_can_read_is_where_the_stated_hours_put_it() -> None:
    found = mapped(row(Blocks=[wall_block("08:00", "late", 1.5)]))
    assert spans(found) == [(at(23, 21), at(23, 22, 30))]
    assert found.flags == ("time_unreadable",)


@edge("simpro:5")
def test_hours_are_the_sources_own_even_when_they_do_not_fit_the_times() -> None:
    blocks = [block("08:00", "16:00", 7.6), block("17:00", "18:00", "0.5")]
    found = mapped(row(TotalHours=8.1, Blocks=blocks))
    own = found.extensions["simpro"]
    assert own["total_hours"] == "8.1"
    assert own["blocks"] == [
        {"start": "08:00", "hours": "7.6", "rate": "Normal Time"},
        {"start": "17:00", "hours": "0.5", "rate": "Normal Time"},
    ]
    assert spans(found) == [(at(23, 21), at(24, 5)), (at(24, 6), at(24, 7))]


@edge("simpro:6")
@pytest.mark.parametrize("blocks", [[], None, OMIT], ids=["empty", "null", "left out"])
def test_a_row_without_blocks_is_an_item_of_its_local_day(blocks: object) -> None:
    found = mapped(row(Blocks=blocks))
    assert found.precision == "day"
    assert (found.starts_at, found.ends_at) == (at(23, 13), at(24, 13))
    assert spans(found) == [(at(23, 13), at(24, 13))]
    assert found.segments[0].resource == "simpro/employee:41"
    assert found.flags == ()


@edge("simpro:6")
def test_a_row_without_blocks_and_without_anybody_has_no_segment() -> None:
    found = mapped(row(Blocks=[], Staff=None))
    assert found.segments == ()
    assert (found.precision, found.flags) == ("day", ("unassigned",))


@edge("simpro:7")
@pytest.mark.parametrize("start", ["8:00", "08:00 AM", "8 am", " 08:00:00 "])
def test_times_are_read_as_people_write_them(start: str) -> None:
    found = mapped(row(Blocks=[wall_block(start, "10:00 am")]))
    assert spans(found) == [(at(23, 21), at(23, 23))]
    assert found.flags == ()


@edge("simpro:7")
@pytest.mark.parametrize("start", ["", None, "morning", "25:00"])
def test_a_time_nobody_can_read_leaves_the_local_day_and_a_flag(start: object) -> None:
    found = mapped(row(Blocks=[wall_block(start, "10:00")]))
    assert (found.precision, found.flags) == ("day", ("time_unreadable",))
    assert (found.starts_at, found.ends_at) == (at(23, 13), at(24, 13))


@edge("simpro:8")
@pytest.mark.parametrize("instant", [OMIT, None, "", "soon", "2026-11-24T08:00:00"])
def test_without_a_usable_instant_the_wall_clock_of_the_company_counts(instant: object) -> None:
    given = block("08:00", "10:00", ISO8601StartTime=instant, ISO8601EndTime=instant)
    assert spans(mapped(row(Blocks=[given]))) == [(at(23, 21), at(23, 23))]
    brisbane = mapped(row(Blocks=[given]), env("Australia/Brisbane"))
    assert spans(brisbane) == [(at(23, 22), at(24, 0))]
    assert brisbane.zone == "Australia/Brisbane"
    assert brisbane.flags == ()


@edge("simpro:9")
def test_an_instant_that_contradicts_the_wall_clock_wins_and_both_are_kept() -> None:
    given = block(
        "08:00",
        "10:00",
        ISO8601StartTime="2026-11-24T08:00:00+10:00",
        ISO8601EndTime="2026-11-24T10:00:00+10:00",
    )
    found = mapped(row(Blocks=[given]))
    assert spans(found) == [(at(23, 22), at(24, 0))]
    assert found.flags == ("time_conflict",)
    assert found.extensions["simpro"]["wall_start"] == "2026-11-24T08:00:00"


@edge("simpro:9")
def test_an_instant_in_utc_that_agrees_is_no_conflict() -> None:
    given = block(
        "08:00",
        "10:00",
        ISO8601StartTime="2026-11-23T21:00:00Z",
        ISO8601EndTime="2026-11-23T23:00:00Z",
    )
    found = mapped(row(Blocks=[given]))
    assert (spans(found), found.flags) == ([(at(23, 21), at(23, 23))], ())
    assert "wall_start" not in found.extensions["simpro"]


@edge("simpro:10")
def test_a_time_that_daylight_saving_skips_moves_forward_by_the_gap() -> None:
    # Sunday, 4 October 2026: 02:00 becomes 03:00 in Sydney.
    found = mapped(row(Date="2026-10-04", Blocks=[wall_block("02:30", "04:00", 1)]))
    assert spans(found) == [(at(3, 16, 30, month=10), at(3, 17, month=10))]
    assert found.flags == ("time_shifted_gap",)


@edge("simpro:11")
def test_a_time_that_exists_twice_is_the_first_one_and_flagged() -> None:
    # Sunday, 5 April 2026: 03:00 becomes 02:00 in Sydney.
    found = mapped(row(Date="2026-04-05", Blocks=[wall_block("02:30", "04:00")]))
    assert found.starts_at == at(4, 15, 30, month=4)
    assert found.flags == ("time_ambiguous",)


@edge("simpro:11")
@pytest.mark.parametrize(("offset", "hour"), [("+11:00", 15), ("+10:00", 16)])
def test_the_offset_says_which_of_two_equal_times_is_meant(offset: str, hour: int) -> None:
    given = wall_block("02:30", "04:00") | {"ISO8601StartTime": f"2026-04-05T02:30:00{offset}"}
    found = mapped(row(Date="2026-04-05", Blocks=[given]))
    assert found.starts_at == at(4, hour, 30, month=4)
    assert found.flags == ()


@edge("simpro:13")
def test_an_early_visit_belongs_to_its_local_date_not_to_the_utc_date() -> None:
    found = mapped(row(Blocks=[block("06:00", "07:00", 1)]))
    assert found.starts_at == at(23, 19)
    assert found.group == "simpro/job:5001@2026-11-24"


def test_a_span_of_more_than_a_day_is_flagged() -> None:
    given = block("08:00", "10:00", ISO8601EndTime="2026-11-25T10:00:00+11:00", EndTime=None)
    found = mapped(row(Blocks=[given]))
    assert found.ends_at - found.starts_at == timedelta(hours=26)
    assert "overlong" in found.flags


def test_a_row_that_names_no_day_at_all_is_quarantined() -> None:
    result = map_bundle(bundle(row(Date="", Blocks=[])), env())
    assert isinstance(result, Quarantined)
    assert (result.code, result.path) == ("date_unreadable", "Date")


def test_the_zone_is_the_tenants_only_where_the_company_states_none() -> None:
    found = mapped(row(Blocks=[wall_block("08:00", "10:00")]), env(None))
    assert (found.zone, found.flags) == ("Australia/Sydney", ("zone_assumed",))
    assert spans(found) == [(at(23, 21), at(23, 23))]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("7.6", "7.6"),
        ('"7.60"', "7.6"),
        ("100", "100"),
        ("0.0", "0"),
        ("-1.5", "-1.5"),
        ('"NaN"', None),
        ("1e999", None),
        ("null", None),
        ('""', None),
        ('"two"', None),
        ("{}", None),
    ],
)
def test_hours_are_exact_or_absent(written: str, read: str | None) -> None:
    assert hours_text(Raw(written.encode())) == read
