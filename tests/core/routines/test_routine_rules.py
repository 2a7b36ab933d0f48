"""Names, addresses, preparation, explanations and clocks that jump."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from claw.core.errors import InvalidInput
from claw.core.routines.clock_jumps import Tick, judge_tick
from claw.core.routines.explaining import explain
from claw.core.routines.preparing import LEAD_SECONDS, SPREAD_SECONDS, prepare_from
from claw.core.routines.routine import Target, check_routine_name, parse_target
from claw.core.time import Daily, occurrence_on, pin_tzdata

pin_tzdata()
SIX = datetime(2026, 11, 24, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("console", Target(channel="console")),
        ("email:owner@example.com", Target(channel="email", address="owner@example.com")),
        ("sms:+61491570006", Target(channel="sms", address="+61491570006")),
        ("webhook:ops", Target(channel="webhook", address="ops")),
    ],
)
def test_a_target_is_a_channel_and_an_address(text, target):
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    ["", "fax:1", "console:x", "email:nobody", "email:a@b.c,d@e.f", "sms:0491570006", "webhook:"],
)
def test_what_is_no_address_is_refused_and_not_repeated(text):
    with pytest.raises(InvalidInput) as refused:
        parse_target(text)

    address = text.partition(":")[2]
    assert refused.value.field == "deliver"
    assert not address or address not in refused.value.message


@pytest.mark.parametrize(
    "address", ["t\u0101nia@example.com", "o@ex\u00e4mple.com", "a\x00b@example.com"]
)
def test_a_mail_address_that_servers_need_not_take_is_refused_and_says_how_to_write_it(address):
    with pytest.raises(InvalidInput, match="mail servers need not take") as refused:
        parse_target(f"email:{address}")

    assert refused.value.field == "deliver"
    assert address not in refused.value.message


@pytest.mark.parametrize("name", ["", "Morning", "1st", "a" * 32, "a b", "tägl"])
def test_a_name_that_cannot_be_typed_is_refused(name):
    with pytest.raises(InvalidInput, match="name a routine"):
        check_routine_name(name)


def test_preparation_is_spread_within_its_bounds_and_always_the_same():
    starts = [prepare_from(SIX, str(n), "morning") for n in range(2000)]
    ahead = [(SIX - start).total_seconds() for start in starts]

    assert min(ahead) >= LEAD_SECONDS
    assert max(ahead) <= LEAD_SECONDS + SPREAD_SECONDS
    assert len(set(ahead)) > SPREAD_SECONDS / 2
    assert prepare_from(SIX, "7", "morning") == starts[7]


@pytest.mark.parametrize(
    ("zone", "at", "day", "note"),
    [
        ("Australia/Sydney", time(6), date(2026, 10, 3), None),
        (
            "Australia/Sydney",
            time(6),
            date(2026, 10, 4),
            "clocks went forward by 1 h since the one before",
        ),
        (
            "Australia/Lord_Howe",
            time(6),
            date(2027, 4, 4),
            "clocks went back by 30 min since the one before",
        ),
        (
            "Australia/Sydney",
            time(2, 30),
            date(2026, 10, 4),
            "02:30 does not exist that day: clocks go forward, so at 03:30",
        ),
        (
            "Asia/Pyongyang",
            time(23, 30),
            date(2018, 5, 4),
            "23:30 does not exist that day: clocks go forward, so at 00:00 on 2018-05-05",
        ),
        (
            "Australia/Sydney",
            time(2, 30),
            date(2027, 4, 4),
            "02:30 happens twice that day: clocks go back, so at the first",
        ),
        ("Australia/Brisbane", time(6), date(2026, 10, 4), None),
    ],
)
def test_an_occurrence_that_moved_says_why(zone, at, day, note):
    due = occurrence_on(Daily(at=at), zone, day)

    assert explain(due, zone, due.instant - timedelta(days=1)) == note


@pytest.mark.parametrize(
    ("wall_seconds", "judged"),
    [
        (30, "steady"),
        (26, "steady"),
        (90, "steady"),
        (91, "forward"),
        (24, "back"),
        (-3570, "back"),
        (86430, "forward"),
        (86431, "stop"),
        (3 * 86400, "stop"),
    ],
)
def test_a_clock_is_judged_by_what_it_gained_on_the_machines_count(wall_seconds, judged):
    before = Tick(wall=SIX, monotonic_seconds=100.0)
    after = Tick(wall=SIX + timedelta(seconds=wall_seconds), monotonic_seconds=130.0)

    assert judge_tick(before, after) == judged
