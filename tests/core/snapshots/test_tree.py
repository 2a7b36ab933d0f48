"""Trees and names: equal content, equal tree; a snapshot's name is all it says."""

import hashlib
from datetime import date, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from claw.core.model.canonical import canonical_bytes
from claw.core.model.records import Record
from claw.core.snapshots.content import Snapshot
from claw.core.snapshots.identity import identity_of
from claw.core.snapshots.tree import (
    NO_PART,
    UNDATED,
    build_tree,
    differing_leaves,
    leaves_of,
    parts_of,
)
from claw_testing.schedules import (
    TAKEN_AT,
    content,
    customer,
    employee,
    leaves,
    schedules,
    snapshot,
    visit,
)


@given(schedules, st.randoms(use_true_random=False))
def test_equal_content_gives_an_equal_tree_whatever_the_order(
    schedule: list[Record], chance: Random
) -> None:
    shuffled = chance.sample(schedule, len(schedule))
    assert build_tree(leaves(shuffled)) == build_tree(leaves(schedule))


@given(schedules)
def test_a_tree_holds_each_record_once_in_one_part(schedule: list[Record]) -> None:
    tree = build_tree(leaves(schedule))
    parts = {part.part_hash: part.canonical for part in tree.parts}
    assert parts_of(tree.canonical) == {part.day: part.part_hash for part in tree.parts}
    found = [item for body in parts.values() for item in leaves_of(body).items()]
    assert sorted(found) == sorted((leaf.ref, leaf.content_hash) for leaf in leaves(schedule))


def test_a_part_is_a_local_date_of_the_records_own_zone() -> None:
    # 23:30 UTC on the 24th: the 25th in Sydney, still the 24th in New York.
    here = visit(1, "2026-11-24T23:30")
    there = visit(2, "2026-11-24T23:30", zone="America/New_York")
    tree = build_tree(leaves([here, there, employee(1)]))
    assert [part.day for part in tree.parts] == ["2026-11-24", "2026-11-25", UNDATED]
    assert list(leaves_of(tree.parts[1].canonical)) == [here.ref]


def test_an_unchanged_day_keeps_its_part() -> None:
    monday, tuesday = visit(1, "2026-11-24T22:00"), visit(2, "2026-11-25T22:00")
    before = parts_of(build_tree(leaves([monday, tuesday])).canonical)
    after = parts_of(build_tree(leaves([monday, replace(tuesday, title="Other")])).canonical)
    assert before["2026-11-25"] == after["2026-11-25"]
    assert before["2026-11-26"] != after["2026-11-26"]


def test_a_tree_is_named_over_parts_over_records() -> None:
    """Written out once, so that anybody can compute a name without this code."""
    (leaf,) = leaves([visit(1)])

    def name(kind: str, body: object) -> str:
        canonical = canonical_bytes(body)
        return "sha256:" + hashlib.sha256(f"claw.{kind}.1\0".encode() + canonical).hexdigest()

    part = name("part", [{"ref": leaf.ref, "content_hash": leaf.content_hash}])
    tree = build_tree([leaf])
    assert tree.tree_hash == name("tree", [{"day": "2026-11-25", "part_hash": part}])


def test_nothing_gives_a_tree_too() -> None:
    assert build_tree([]).parts == ()
    assert parts_of(build_tree([]).canonical) == {}


def test_two_takes_of_an_unchanged_schedule_share_the_tree_and_differ_in_name() -> None:
    first = snapshot(visit(1))
    second = snapshot(visit(1), taken_at=TAKEN_AT + timedelta(hours=1))
    assert first.tree == second.tree
    assert first.snapshot_id != second.snapshot_id


ORIGINAL = snapshot(visit(1))


@pytest.mark.parametrize(
    "changed",
    [
        replace(ORIGINAL, tree=snapshot(visit(2)).tree),
        replace(ORIGINAL, schema="claw.schedule/2"),
        replace(ORIGINAL, first=date(2026, 11, 23)),
        replace(ORIGINAL, last=date(2026, 12, 10)),
        replace(ORIGINAL, zone="Australia/Perth"),
        replace(ORIGINAL, taken_at=TAKEN_AT + timedelta(seconds=1)),
        replace(ORIGINAL, tzdata_version="2025b"),
        replace(ORIGINAL, previous=snapshot(visit(2)).snapshot_id),
        replace(ORIGINAL, sources=()),
        replace(ORIGINAL, sources=(replace(ORIGINAL.sources[0], complete=False),)),
        replace(ORIGINAL, sources=(replace(ORIGINAL.sources[0], data_as_of=None),)),
        replace(ORIGINAL, sources=(replace(ORIGINAL.sources[0], stream="shifts"),)),
        replace(ORIGINAL, sources=(replace(ORIGINAL.sources[0], covered_days=()),)),
    ],
    ids=range(13),
)
def test_whatever_a_snapshot_says_is_in_its_name(changed: Snapshot) -> None:
    assert identity_of(ORIGINAL) == ORIGINAL.snapshot_id
    assert identity_of(changed) != ORIGINAL.snapshot_id


def test_a_snapshot_survives_being_written_down() -> None:
    written = msgspec.json.encode(ORIGINAL)
    assert msgspec.json.decode(written, type=Snapshot) == ORIGINAL


def test_the_appointments_of_a_day_go_by_start_then_reference() -> None:
    late, early, twin = (
        visit(1, "2026-11-25T03:00"),
        visit(3, "2026-11-24T22:00"),
        visit(2, "2026-11-24T22:00"),
    )
    tomorrow = visit(4, "2026-11-25T22:00")
    held = content(late, early, twin, tomorrow, customer(1))
    day = held.appointments_on(date(2026, 11, 25))
    assert [appointment.ref for appointment in day] == [twin.ref, early.ref, late.ref]
    assert held.get(customer(1).ref) == customer(1)
    assert held.get(customer(2).ref) is None


@given(schedules, schedules)
def test_what_two_parts_do_not_share_is_found_in_their_bytes(
    one: list[Record], other: list[Record]
) -> None:
    before, after = ({leaf.ref: leaf for leaf in leaves(records)} for records in (one, other))
    bodies = [
        build_tree(replace(leaf, local_date=None) for leaf in each.values()).parts
        for each in (before, after)
    ]
    old, new = (parts[0].canonical if parts else NO_PART for parts in bodies)
    gone, come = differing_leaves([(old, new)])
    was = {(ref, leaf.content_hash) for ref, leaf in before.items()}
    now = {(ref, leaf.content_hash) for ref, leaf in after.items()}
    assert set(gone.items()) == was - now
    assert set(come.items()) == now - was
