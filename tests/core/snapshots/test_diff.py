"""Differences: what changed between two snapshots, and what it means."""

from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.errors import InvalidInput
from claw.core.model.records import (
    ArrivalWindow,
    Contact,
    Money,
    Phone,
    Progress,
    Record,
    Segment,
    Service,
)
from claw.core.snapshots.changes import Change
from claw.core.snapshots.diff import diff_contents
from claw_testing.edge import edge
from claw_testing.schedules import at, content, customer, employee, ref, schedules, visit

GONE: dict[str, Any] = {"gone": True, "status": "missing"}
LONG = {"first": date(2000, 1, 1), "last": date(2099, 12, 31)}


def changes(before: list[Record], after: list[Record]) -> list[Change]:
    return list(diff_contents(content(*before), content(*after)).changes)


def the_change(before: Record, after: Record) -> Change:
    (change,) = changes([before], [after])
    return change


@given(schedules)
def test_a_snapshot_does_not_differ_from_itself(schedule: list[Record]) -> None:
    held = content(*schedule, **LONG)
    assert diff_contents(held, held).changes == ()


@given(schedules, schedules, st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(
    one: list[Record], other: list[Record], chance: Random
) -> None:
    def shuffled(schedule: list[Record]) -> list[Record]:
        return chance.sample(schedule, len(schedule))

    expected = diff_contents(content(*one, **LONG), content(*other, **LONG))
    assert diff_contents(content(*shuffled(one), **LONG), content(*shuffled(other), **LONG)) == (
        expected
    )


@given(schedules, schedules)
def test_each_record_is_one_change_at_most(one: list[Record], other: list[Record]) -> None:
    found = diff_contents(content(*one, **LONG), content(*other, **LONG)).changes
    assert len({change.ref for change in found}) == len(found)
    assert all(change.classes and change.fields for change in found if change.change == "changed")


def test_a_new_appointment_is_added() -> None:
    (change,) = changes([visit(1)], [visit(1), visit(2)])
    assert (change.ref, change.change, change.after) == (ref("schedule", 2), "added", visit(2))
    assert change.before is UNSET


def test_an_appointment_that_starts_later_moved_by_so_many_seconds() -> None:
    change = the_change(visit(1), visit(1, "2026-11-24T22:30"))
    assert (change.change, change.classes, change.moved_seconds) == ("changed", ("moved",), 1800)
    assert change.fields == ("ends_at", "segments", "starts_at")
    assert (change.before, change.after) == (visit(1), visit(1, "2026-11-24T22:30"))


def test_earlier_is_negative() -> None:
    assert the_change(visit(1, "2026-11-24T22:30"), visit(1)).moved_seconds == -1800


@edge("time:57")
def test_a_record_that_moved_to_another_date_is_one_change() -> None:
    change = the_change(visit(1), visit(1, "2026-11-26T22:00"))
    assert (change.change, change.moved_seconds) == ("changed", 2 * 86_400)


def test_only_a_longer_visit_moves_its_end() -> None:
    change = the_change(visit(1), visit(1, minutes=90))
    assert (change.classes, change.moved_seconds) == (("moved",), UNSET)


def test_gone_and_returned() -> None:
    left = the_change(visit(1), visit(1, **GONE))
    assert (left.change, left.classes) == ("gone", ("status",))
    assert the_change(visit(1, **GONE), visit(1)).change == "returned"


def test_what_was_gone_before_anybody_saw_it_is_no_change() -> None:
    assert changes([], [visit(1, **GONE)]) == []
    assert changes([visit(1, **GONE)], []) == []


@pytest.mark.parametrize(
    ("after", "classes"),
    [
        (visit(1, by=(2,)), ("reassigned",)),
        (visit(1, by=(1, 2)), ("reassigned",)),
        (visit(1, by=()), ("reassigned",)),
        (visit(1, "2026-11-24T23:00", by=(2,)), ("moved", "reassigned")),
        (visit(1, status="completed"), ("status",)),
        (visit(1, status="cancelled", cancelled_by="customer"), ("status",)),
        (visit(1, source_status="Progress"), ("status",)),
        (
            visit(
                1,
                progress=(Progress(state="on_site", at=at("2026-11-24T22:04"), evidence="log:1"),),
            ),
            ("status",),
        ),
        (visit(1, contact=Contact(name="Kim")), ("contact",)),
        (visit(1, customer=ref("customer", 2)), ("contact",)),
        (visit(1, location=ref("site", 2)), ("location",)),
        (visit(1, title="Other"), ("text",)),
        (visit(1, notes="Gate code 4711"), ("text",)),
        (visit(1, value=Money(amount_minor=100, currency="AUD")), ("value",)),
        (visit(1, flags=("overlong",)), ("quality",)),
        (visit(1, extensions={"field": {"cost_centre": 4}}), ("extension",)),
        (visit(1, kind="booking"), ("kind",)),
        (visit(1, group="field/job:1@2026-11-25"), ("group",)),
        (
            visit(
                1,
                window=ArrivalWindow(
                    starts_at=at("2026-11-24T21:00"), ends_at=at("2026-11-24T23:00")
                ),
            ),
            ("moved",),
        ),
        (
            visit(
                1,
                segments=(replace(visit(1).segments[0], service=Service(name="Gutter")),),
            ),
            ("text",),
        ),
        (visit(1, title="Other", status="completed"), ("status", "text")),
    ],
    ids=range(21),
)
def test_a_change_says_what_it_means(after: Record, classes: tuple[str, ...]) -> None:
    change = the_change(visit(1), after)
    assert (change.change, change.classes) == ("changed", classes)


def test_who_takes_which_half_is_a_reassignment() -> None:
    start, middle, end = at("2026-11-24T22:00"), at("2026-11-24T22:30"), at("2026-11-24T23:00")

    def halves(first: int, second: int) -> Record:
        return visit(
            1,
            segments=(
                Segment(starts_at=start, ends_at=middle, resource=ref("employee", first)),
                Segment(starts_at=middle, ends_at=end, resource=ref("employee", second)),
            ),
        )

    assert the_change(halves(1, 2), halves(2, 1)).classes == ("reassigned",)


def test_a_customers_new_number_is_told_once_and_last() -> None:
    called = customer(7, phones=(Phone(raw="0412 345 678", kind="mobile"),))
    one, two = visit(1, customer=called.ref), visit(2, customer=called.ref)
    found = changes(
        [one, two, customer(7)], [one, visit(2, customer=called.ref, title="B"), called]
    )
    assert [(change.ref, change.classes) for change in found] == [
        (two.ref, ("text",)),
        (called.ref, ("contact",)),
    ]


def test_who_comes_and_goes_with_the_schedule_is_no_change() -> None:
    assert [c.ref for c in changes([], [visit(1), employee(1)])] == [ref("schedule", 1)]


def test_changes_go_by_local_date_start_and_reference() -> None:
    before = [visit(number) for number in (4, 3, 2, 1)] + [employee(1)]
    after = [
        visit(4, "2026-11-24T22:00", title="x"),
        visit(3, "2026-11-25T22:00"),
        visit(2, "2026-11-24T21:00"),
        visit(1, "2026-11-24T22:00", title="x"),
        employee(1, name="New"),
    ]
    assert [change.ref for change in changes(before, after)] == [
        ref("schedule", 2),
        ref("schedule", 1),
        ref("schedule", 4),
        ref("schedule", 3),
        ref("employee", 1),
    ]


# Windows: yesterday's snapshot holds 24 to 26 November, today's 25 to 27.
DAY = {number: f"2026-11-{number - 1}T22:00" for number in range(24, 30)}
YESTERDAY = {"first": date(2026, 11, 24), "last": date(2026, 11, 26)}
TODAY = {"first": date(2026, 11, 25), "last": date(2026, 11, 27)}


def across(before: list[Record], after: list[Record]) -> list[tuple[str, str]]:
    found = diff_contents(content(*before, **YESTERDAY), content(*after, **TODAY))
    assert (found.first, found.last) == (date(2026, 11, 25), date(2026, 11, 26))
    return [(change.ref, change.change) for change in found.changes]


def test_a_date_that_only_one_snapshot_holds_is_not_compared() -> None:
    assert across([visit(1, DAY[24])], [visit(2, DAY[27])]) == []


def test_a_record_that_left_by_moving_is_never_gone() -> None:
    one = ref("schedule", 1)
    assert across([visit(1, DAY[25])], [visit(1, DAY[27])]) == [(one, "moved_out")]
    # Moved so far that the later snapshot does not hold it any more.
    assert across([visit(1, DAY[25])], []) == [(one, "moved_out")]


def test_a_record_that_entered_by_moving_is_never_new() -> None:
    assert across([visit(1, DAY[24])], [visit(1, DAY[26])]) == [(ref("schedule", 1), "moved_in")]


def test_moving_out_says_how_far() -> None:
    found = diff_contents(
        content(visit(1, DAY[25]), **YESTERDAY), content(visit(1, DAY[27]), **TODAY)
    )
    (change,) = found.changes
    assert (change.moved_seconds, change.classes) == (2 * 86_400, ("moved",))


def test_gone_outranks_having_moved() -> None:
    found = across([visit(1, DAY[25])], [visit(1, DAY[27], **GONE)])
    assert found == [(ref("schedule", 1), "gone")]


def test_whom_only_other_dates_refer_to_is_not_compared() -> None:
    renamed = customer(7, name="New")
    outside = [visit(1, DAY[24], customer=renamed.ref), customer(7)]
    assert across(outside, [visit(2, DAY[27], customer=renamed.ref), renamed]) == []
    inside = visit(3, DAY[25], customer=renamed.ref)
    assert across([inside, customer(7)], [inside, renamed]) == [(renamed.ref, "changed")]


def test_windows_without_a_common_date_cannot_be_compared() -> None:
    later = {"first": date(2026, 12, 1), "last": date(2026, 12, 1) + timedelta(days=3)}
    with pytest.raises(InvalidInput) as refused:
        diff_contents(content(**YESTERDAY), content(**later))
    assert refused.value.code == "windows_apart"


def test_a_change_is_written_with_all_that_scripts_rely_on() -> None:
    (added,) = changes([], [visit(1)])
    written = msgspec.to_builtins(added)
    assert written["classes"] == ()
    assert written["fields"] == ()
    assert "before" not in written
    assert "moved_seconds" not in written
    assert written["after"]["type"] == "appointment"
