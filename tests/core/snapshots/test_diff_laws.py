"""Differences add up: there and back, step by step, and nothing is lost between."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.model.records import Record
from claw.core.model.reference import Ref
from claw.core.model.tombstones import is_gone, mark_gone
from claw.core.snapshots.changes import Change
from claw.core.snapshots.content import SnapshotContent
from claw.core.snapshots.diff import diff_contents, diff_of_differing
from claw.core.snapshots.tree import NO_PART, build_tree, differing_leaves
from claw_testing.schedules import content, leaves, visit

_STARTS = ("2026-11-24T22:00", "2026-11-25T01:00", "2026-11-26T01:00")
_OPPOSITE = {
    "added": "moved_out",
    "moved_out": "moved_in",
    "moved_in": "moved_out",
    "gone": "returned",
    "returned": "gone",
    "changed": "changed",
}


@st.composite
def weeks(draw: st.DrawFn) -> SnapshotContent:
    """A snapshot of up to four visits, some of them gone."""
    records: list[Record] = []
    for number in range(4):
        if draw(st.booleans()):
            who = draw(st.sampled_from([(), (1,), (2,), (1, 2)]))
            title = draw(st.sampled_from(["Tap", "Roof"]))
            found = visit(number, draw(st.sampled_from(_STARTS)), by=who, title=title)
            records.append(mark_gone(found) if draw(st.booleans()) else found)
    return content(*records)


def told(before: SnapshotContent, after: SnapshotContent) -> dict[Ref, Change]:
    return {change.ref: change for change in diff_contents(before, after).changes}


@settings(max_examples=60)
@given(weeks(), weeks())
def test_the_way_back_tells_the_same_records_the_other_way_round(
    one: SnapshotContent, other: SnapshotContent
) -> None:
    there, back = told(one, other), told(other, one)
    assert there.keys() == back.keys()
    for ref, change in there.items():
        reverse = back[ref]
        assert (reverse.before, reverse.after) == (change.after, change.before)
        assert (reverse.fields, reverse.classes) == (change.fields, change.classes)
        if change.moved_seconds is not UNSET:
            assert reverse.moved_seconds == -change.moved_seconds
        if change.before is not UNSET and change.after is not UNSET:
            assert reverse.change == _OPPOSITE[change.change]


@settings(max_examples=60)
@given(weeks(), weeks(), weeks())
def test_what_two_steps_do_not_touch_the_whole_way_does_not_either(
    first: SnapshotContent, second: SnapshotContent, third: SnapshotContent
) -> None:
    steps = told(first, second).keys() | told(second, third).keys()
    for ref in told(first, third).keys() - steps:
        # Between them it was away, or gone when first seen: neither step could tell it.
        assert ref not in second.records or is_gone(second.records[ref])


@settings(max_examples=60)
@given(weeks(), weeks())
def test_a_difference_carries_everything_from_one_snapshot_to_the_other(
    before: SnapshotContent, after: SnapshotContent
) -> None:
    carried = {ref: record for ref, record in before.records.items() if not is_gone(record)}
    for ref, change in told(before, after).items():
        if change.after is UNSET or is_gone(change.after):
            carried.pop(ref, None)
        else:
            carried[ref] = change.after
    assert carried == {ref: r for ref, r in after.records.items() if not is_gone(r)}


@settings(max_examples=60)
@given(weeks(), weeks())
def test_what_differs_by_name_is_all_there_is_to_tell(
    before: SnapshotContent, after: SnapshotContent
) -> None:
    old, new = (build_tree(leaves(each.records.values())) for each in (before, after))
    earlier, later = ({part.day: part.canonical for part in each.parts} for each in (old, new))
    days = sorted(earlier | later)
    gone, come = differing_leaves(
        (earlier.get(day, NO_PART), later.get(day, NO_PART)) for day in days
    )
    assert diff_contents(before, after) == diff_of_differing(
        replace(before, records={ref: before.records[ref] for ref in gone}),
        replace(after, records={ref: after.records[ref] for ref in come}),
    )
