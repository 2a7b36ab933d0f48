"""Kept snapshots: proved, exported and compared from their bytes, whatever their schema."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from msgspec.structs import replace

from claw.core.errors import CheckFailed
from claw.core.model.canonical import canonical_bytes, content_hash
from claw.core.model.normalise import store_form
from claw.core.model.records import SCHEMA, Record
from claw.core.model.reference import Ref
from claw.core.model.versions import SchemaVersions, released_versions
from claw.core.snapshots.content import Snapshot, SnapshotContent, read_content
from claw.core.snapshots.diff import diff_contents
from claw.core.snapshots.export import export_lines
from claw.core.snapshots.identity import make_snapshot
from claw.core.snapshots.tree import build_tree
from claw.core.snapshots.verify import verify_snapshot
from claw_testing.edge import edge
from claw_testing.schedule_2 import SCHEMA_2, both_versions, visit_2
from claw_testing.schedules import TAKEN_AT, employee, leaves, snapshot, visit


@dataclass
class Kept:
    """A snapshot as it lies in a store: bytes by name."""

    snapshot: Snapshot
    leaves: dict[Ref, str]
    nodes: dict[str, bytes] = field(default_factory=dict[str, bytes])
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def problems(self) -> list[str]:
        tree = self.nodes.get(self.snapshot.tree)
        return verify_snapshot(self.snapshot, tree, self.nodes.get, self.blobs.get)

    def export(self) -> list[bytes]:
        return list(export_lines(self.snapshot, self.leaves, self.blobs))

    def content(self, versions: SchemaVersions) -> SnapshotContent:
        return read_content(self.snapshot, self.leaves, self.blobs, versions)


def keep(*records: Record, schema: str = SCHEMA) -> Kept:
    tree = build_tree(leaves(records))
    forms = [store_form(record) for record in records]
    return Kept(
        snapshot=snapshot(*records, schema=schema),
        leaves={leaf.ref: leaf.content_hash for leaf in leaves(records)},
        nodes={tree.tree_hash: tree.canonical}
        | {part.part_hash: part.canonical for part in tree.parts},
        blobs={form.content_hash: form.canonical for form in forms},
    )


def part_names(kept: Kept) -> list[str]:
    return sorted(kept.nodes.keys() - {kept.snapshot.tree})


def lose_tree(kept: Kept) -> None:
    del kept.nodes[kept.snapshot.tree]


def change_tree(kept: Kept) -> None:
    kept.nodes[kept.snapshot.tree] = b"[]"


def lose_part(kept: Kept) -> None:
    del kept.nodes[part_names(kept)[0]]


def change_part(kept: Kept) -> None:
    kept.nodes[part_names(kept)[0]] += b" "


def lose_record(kept: Kept) -> None:
    del kept.blobs[kept.leaves[visit(1).ref]]


def change_record(kept: Kept) -> None:
    name = kept.leaves[visit(1).ref]
    kept.blobs[name] = kept.blobs[name].replace(b"Job 1", b"Job 7")


def change_date(kept: Kept) -> None:
    kept.snapshot = replace(kept.snapshot, taken_at=TAKEN_AT + timedelta(days=1))


def swap_records(kept: Kept) -> None:
    """Everything is named truly, but a part says that one record is the other."""
    one, two = visit(1), visit(2)
    exchanged = [replace(leaf, ref=two.ref if leaf.ref == one.ref else one.ref)
                 for leaf in leaves([one, two])]  # fmt: skip
    tree = build_tree(exchanged)
    kept.nodes = {tree.tree_hash: tree.canonical} | {p.part_hash: p.canonical for p in tree.parts}
    old = kept.snapshot
    kept.snapshot = make_snapshot(
        tree=tree.tree_hash, schema=old.schema, first=old.first, last=old.last, zone=old.zone,
        taken_at=old.taken_at, sources=old.sources, tzdata_version=old.tzdata_version,
        previous=None,
    )  # fmt: skip


def garble_tree(kept: Kept) -> None:
    """Bytes that are true to their name and say nothing."""
    garbled = canonical_bytes({"parts": 1})
    name = content_hash("tree", garbled)
    kept.nodes[name] = garbled
    kept.snapshot = replace(kept.snapshot, tree=name)


def test_a_snapshot_that_nobody_touched_is_true() -> None:
    assert keep(visit(1), visit(2), employee(1)).problems() == []
    assert keep().problems() == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lose_tree, "tree"),
        (change_tree, "tree"),
        (lose_part, "part"),
        (change_part, "part"),
        (lose_record, "missing (of field/schedule:1)"),
        (change_record, "changed (of field/schedule:1)"),
        (change_date, "own fields"),
        (swap_records, "is not of"),
        (garble_tree, "cannot be read"),
    ],
)
def test_any_damage_is_found_and_told(damage: Callable[[Kept], None], told: str) -> None:
    kept = keep(visit(1), visit(2), employee(1))
    damage(kept)
    assert any(told in problem for problem in kept.problems()), kept.problems()


def test_all_damage_is_told_not_only_the_first() -> None:
    kept = keep(visit(1), visit(2))
    kept.blobs.clear()
    assert len(kept.problems()) == 2


def test_an_export_is_the_stored_bytes_with_the_schema_first() -> None:
    kept = keep(visit(2), visit(1))
    lines = kept.export()
    assert [json.loads(line)["ref"] for line in lines] == [visit(1).ref, visit(2).ref]
    for line, one in zip(lines, (visit(1), visit(2)), strict=True):
        assert line.startswith(b'{"schema":"claw.schedule/1",')
        named = json.loads(line)
        del named["schema"]
        assert content_hash("record", canonical_bytes(named)) == kept.leaves[one.ref]


def test_reading_or_exporting_what_is_incomplete_is_refused() -> None:
    kept = keep(visit(1))
    lose_record(kept)
    with pytest.raises(CheckFailed) as refused:
        kept.export()
    assert refused.value.code == "snapshot_incomplete"
    with pytest.raises(CheckFailed):
        kept.content(released_versions())


@edge("time:58")
def test_an_upgrade_of_the_schema_is_no_difference() -> None:
    noted = visit(1, notes="Gate code 4711")
    old = keep(noted, employee(1)).content(both_versions())
    new = keep(visit_2(noted), employee(1), schema=SCHEMA_2).content(both_versions())
    assert diff_contents(old, new).changes == ()


def test_a_true_difference_is_told_across_versions() -> None:
    old = keep(visit(1, notes="Gate code 4711")).content(both_versions())
    changed = visit_2(visit(1, notes="Ring twice"), travel_seconds=600)
    new = keep(changed, schema=SCHEMA_2).content(both_versions())
    (change,) = diff_contents(old, new).changes
    assert change.fields == ("instructions", "travel_seconds")
    (back,) = diff_contents(new, old).changes
    assert back.fields == change.fields


def test_snapshots_of_any_version_are_proved_and_exported_as_they_were_taken() -> None:
    old = keep(visit(1, notes="Gate code 4711"))
    new = keep(visit_2(visit(1, notes="Gate code 4711")), schema=SCHEMA_2)
    assert old.problems() == new.problems() == []
    (old_line,), (new_line,) = old.export(), new.export()
    assert json.loads(old_line)["schema"] == SCHEMA
    assert json.loads(old_line)["notes"] == "Gate code 4711"
    assert json.loads(new_line)["schema"] == SCHEMA_2
    assert json.loads(new_line)["instructions"] == "Gate code 4711"
