"""Instants, dates and zone names as people and sources write them; the pinned zone data."""

# Bounds of generated values and wall clock readings are naive on purpose.
# ruff: noqa: DTZ001

import zoneinfo
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from importlib import resources

import pytest
import whenever
from hypothesis import given
from hypothesis import strategies as st

from claw.core.errors import InvalidInput
from claw.core.time import (
    check_canaries,
    check_zone,
    format_instant,
    parse_date,
    parse_instant,
    pin_tzdata,
    tzdata_version,
    whole_seconds,
)
from claw_testing.edge import edge

AWARE = st.datetimes(
    datetime(1950, 1, 1),
    datetime(2150, 1, 1),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-24T07:00:00+11:00", "2026-11-23T20:00:00Z"),
        ("2026-11-24T07:00:00.999999Z", "2026-11-24T07:00:00Z"),
        ("2026-11-24 07:00:00z", "2026-11-24T07:00:00Z"),
        ("2026-11-24T07:00:00-03:30", "2026-11-24T10:30:00Z"),
    ],
)
def test_an_instant_is_read_with_its_offset_and_its_fraction_cut(text, written):
    assert format_instant(parse_instant(text)) == written


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-11-24", "2026-11-24T07:00:00", "2026-13-24T07:00:00Z",
     "2026-11-24T25:00:00Z", "2026-11-24T07:00:00+99:00", "0001-01-01T00:00:00+10:00"],
)  # fmt: skip
def test_text_that_is_no_instant_is_refused_with_field_and_hint(text):
    with pytest.raises(InvalidInput) as refused:
        parse_instant(text, field="from")
    assert refused.value.field == "from"
    assert refused.value.hint


@given(AWARE)
def test_an_instant_survives_being_written_and_read(instant):
    assert parse_instant(format_instant(instant)) == whole_seconds(instant)


@given(AWARE)
def test_whole_seconds_cut_and_never_round(instant):
    assert timedelta(0) <= instant - whole_seconds(instant) < timedelta(seconds=1)


@given(st.text(max_size=40))
def test_arbitrary_text_is_an_instant_and_a_date_or_a_refusal(text):
    for read in (parse_instant, parse_date):
        with suppress(InvalidInput):
            read(text)


def test_a_date_is_read_and_anything_else_is_refused_with_the_form_to_use():
    assert parse_date(" 2026-11-24 ") == date(2026, 11, 24)
    for text in ["24/11/2026", "20261124", "2026-W48-2", "2026-02-30", "today", ""]:
        with pytest.raises(InvalidInput, match="not a date") as refused:
            parse_date(text, field="to")
        assert refused.value.field == "to"
        assert "YYYY-MM-DD" in refused.value.hint


@pytest.mark.parametrize(
    "name", ["Australia/Sydney", "Australia/Canberra", "America/Argentina/Ushuaia", "UTC"]
)
def test_the_name_of_a_place_is_kept_as_given(name):
    assert check_zone(name) == name


@pytest.mark.parametrize(
    "name",
    ["localtime", "Factory", "posixrules", "EST", "EST5EDT", "GMT", "GMT+0", "Etc/GMT+10",
     "Etc/GMT-10", "AEST-10AEDT,M10.1.0,M4.1.0/3", "australia/sydney", "../Sydney", "",
     "Zulu", "Australia/Sydnei", "Sydney"],
)  # fmt: skip
def test_a_name_that_is_no_place_is_refused_as_a_zone(name):
    with pytest.raises(InvalidInput) as refused:
        check_zone(name)
    assert refused.value.field == "zone"
    assert refused.value.hint


@edge("time:45")
@pytest.mark.parametrize("name", ["Australia/Sydnei", "australia/sydney"])
def test_a_mistyped_zone_is_answered_with_the_nearest_name(name):
    with pytest.raises(InvalidInput) as refused:
        check_zone(name)
    assert "Australia/Sydney" in refused.value.hint


def test_the_pinned_data_is_in_force_and_passes_its_canaries():
    assert tzdata_version() == "2026f"
    assert check_canaries() == []


def test_a_search_path_of_the_system_is_reported(tmp_path):
    zoneinfo.reset_tzpath(to=(str(tmp_path),))
    try:
        assert check_canaries()
    finally:
        pin_tzdata()
    whenever.reset_tzpath((str(tmp_path),))
    try:
        assert check_canaries()
    finally:
        pin_tzdata()
    assert check_canaries() == []


def test_stale_data_in_force_is_reported(tmp_path):
    """Another zone's rules under Vancouver's name: what an old system copy amounts to."""
    stale = tmp_path / "America" / "Vancouver"
    stale.parent.mkdir()
    other = resources.files("tzdata.zoneinfo.America").joinpath("Los_Angeles")
    stale.write_bytes(other.read_bytes())
    whenever.reset_tzpath((str(tmp_path),))
    whenever.clear_tzcache()
    try:
        assert any("America/Vancouver" in problem for problem in check_canaries())
    finally:
        pin_tzdata()
