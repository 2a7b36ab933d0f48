"""Which occurrences are run late, and which are missed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claw.core.routines.lateness import DueNow, Missed, Waiting, judge_due
from claw.core.routines.routine import Lateness

SIX = datetime(2026, 11, 24, 19, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MORNINGS = [Waiting(key=f"day {n}", instant=SIX - n * DAY) for n in range(3)]
RULES = st.builds(
    Lateness,
    catch_up=st.sampled_from(["none", "latest", "all"]),
    grace_seconds=st.integers(0, 3600),
    most_seconds=st.integers(0, 7 * 86400),
)


def test_nothing_is_due_before_its_instant():
    assert judge_due(MORNINGS[:1], SIX - timedelta(seconds=1), Lateness()) == DueNow(
        run=(), missed=()
    )


def test_the_newest_within_the_limit_is_run_and_the_others_are_missed():
    assert judge_due(MORNINGS, SIX + 6 * HOUR, Lateness()) == DueNow(
        run=("day 0",),
        missed=(Missed(key="day 2", reason="too_late"), Missed(key="day 1", reason="too_late")),
    )


def test_past_the_limit_nothing_is_run():
    late = judge_due(MORNINGS[:1], SIX + 6 * HOUR + timedelta(seconds=1), Lateness())

    assert late == DueNow(run=(), missed=(Missed(key="day 0", reason="too_late"),))


def test_of_several_within_the_limit_only_the_newest_is_run():
    rule = Lateness(most_seconds=3 * 86400)

    assert judge_due(MORNINGS[:2], SIX + HOUR, rule) == DueNow(
        run=("day 0",), missed=(Missed(key="day 1", reason="superseded"),)
    )


def test_what_is_older_than_what_was_told_already_is_missed_where_only_the_latest_is_wanted():
    rule = Lateness(most_seconds=3 * 86400)
    told = SIX - DAY

    assert judge_due(MORNINGS[1:], SIX - HOUR, rule, done=told) == DueNow(
        run=(),
        missed=(
            Missed(key="day 2", reason="superseded"),
            Missed(key="day 1", reason="superseded"),
        ),
    )
    assert judge_due(MORNINGS, SIX, rule, done=told).run == ("day 0",)
    # By whatever name: one instant is told once.
    every = Lateness(catch_up="all", most_seconds=3 * 86400)
    assert judge_due(MORNINGS, SIX, every, done=told).run == ("day 2", "day 0")


def test_without_catching_up_only_what_is_on_time_is_run():
    rule = Lateness(catch_up="none")

    assert judge_due(MORNINGS[:1], SIX + timedelta(seconds=300), rule).run == ("day 0",)
    assert judge_due(MORNINGS[:1], SIX + timedelta(seconds=301), rule).run == ()


def test_all_are_run_in_order_as_far_back_as_the_limit_reaches():
    rule = Lateness(catch_up="all", most_seconds=2 * 86400)

    assert judge_due(MORNINGS, SIX + HOUR, rule) == DueNow(
        run=("day 1", "day 0"), missed=(Missed(key="day 2", reason="too_late"),)
    )


@pytest.mark.parametrize("order", [MORNINGS, MORNINGS[::-1]])
def test_the_order_in_which_they_are_found_does_not_matter(order):
    assert judge_due(order, SIX + HOUR, Lateness()) == judge_due(MORNINGS, SIX + HOUR, Lateness())


@given(st.lists(st.integers(-(10**6), 10**6), unique=True), RULES)
def test_every_due_occurrence_is_run_or_missed_and_none_that_lies_ahead(ages, rule):
    waiting = [Waiting(key=str(age), instant=SIX - timedelta(seconds=age)) for age in ages]

    now = judge_due(waiting, SIX, rule)

    told = [*now.run, *(missed.key for missed in now.missed)]
    assert sorted(told) == sorted(str(age) for age in ages if age >= 0)
    assert all(int(key) <= max(rule.most_seconds, rule.grace_seconds) for key in now.run)
