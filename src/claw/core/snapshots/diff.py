"""What changed between two snapshots.

Only the dates both windows hold are compared: a record outside them is no difference. One
that left or entered by moving is said to have moved, never to be removed or new. A record
that moved from one date to another is one change.
"""

from collections.abc import Set
from datetime import UTC, date, datetime
from itertools import compress
from operator import ne

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import astuple, replace

from claw.core.errors import InvalidInput
from claw.core.model.records import Record, type_of
from claw.core.model.reference import Ref, connection_of
from claw.core.model.tombstones import is_gone
from claw.core.snapshots.changes import Change, ChangeKind, Diff, classes_of
from claw.core.snapshots.content import Snapshot, SnapshotContent, removed_since
from claw.core.snapshots.selection import date_of, is_dated, select

__all__ = ["Change", "Diff", "diff_contents", "diff_of_differing"]

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def diff_contents(before: SnapshotContent, after: SnapshotContent) -> Diff:
    """Compare two snapshots; both contents are of the newest schema by having been read.

    Raises:
        InvalidInput: when their windows have no date in common.
    """
    first, last = _common_dates(before.snapshot, after.snapshot)
    was = select(before.records, first, last)
    now = select(after.records, first, last)
    return _diff(before, after, was, now)


def diff_of_differing(before: SnapshotContent, after: SnapshotContent) -> Diff:
    """:func:`diff_contents` of two snapshots of the same dates, of what differs alone.

    Each content holds the records whose names are not in the other's tree. Whatever is in a
    snapshot belongs to its dates, so nothing else needs to be read to know that.
    """
    return _diff(before, after, frozenset(before.records), frozenset(after.records))


def _common_dates(before: Snapshot, after: Snapshot) -> tuple[date, date]:
    first, last = max(before.first, after.first), min(before.last, after.last)
    if first > last:
        raise InvalidInput(
            "the two snapshots have no date in common",
            code="windows_apart",
            hint="compare snapshots whose windows overlap",
        )
    return first, last


def _diff(before: SnapshotContent, after: SnapshotContent, was: Set[Ref], now: Set[Ref]) -> Diff:
    first, last = _common_dates(before.snapshot, after.snapshot)
    left_out = _left_out(before, after)
    refs = was | now
    if left_out:
        refs = {ref for ref in refs if connection_of(ref) not in left_out}
    changes = [
        change for ref in refs if (change := _change(ref, before, after, was, now)) is not None
    ]
    return Diff(
        from_=before.snapshot.snapshot_id,
        to=after.snapshot.snapshot_id,
        first=first,
        last=last,
        changes=tuple(sorted(changes, key=_order)),
        left_out=tuple(sorted(left_out)),
    )


def _left_out(before: SnapshotContent, after: SnapshotContent) -> frozenset[str]:
    erased = before.erased | after.erased
    removed = removed_since(before.snapshot, after.snapshot)
    return removed | {connection_of(ref) for ref in erased}


def _change(
    ref: Ref, before: SnapshotContent, after: SnapshotContent, was: Set[Ref], now: Set[Ref]
) -> Change | None:
    """What became of a record that belongs to the compared dates on one side or both."""
    old, new = before.records.get(ref), after.records.get(ref)
    if old is not None and new is not None:
        difference = _difference(old, new)
        crossed: ChangeKind | None = None
        if is_dated(new) and (ref in was) != (ref in now):
            crossed = "moved_in" if ref in now else "moved_out"
        if difference is None or difference.change != "changed" or crossed is None:
            return difference
        return replace(difference, change=crossed)
    # Who is referred to comes and goes with the schedule and is no change of its own; nor
    # is a record that was gone already, or was never seen before it was gone.
    present = new if old is None else old
    if present is None or not is_dated(present) or is_gone(present):
        return None
    if new is None:
        # A record that is gone stays in its snapshot: this one left the window.
        return Change(ref=ref, type=type_of(present), change="moved_out", before=present)
    return Change(ref=ref, type=type_of(present), change="added", after=present)


def _difference(before: Record, after: Record) -> Change | None:
    fields = _fields(before, after)
    if not fields:
        return None
    change: ChangeKind = "changed"
    if is_gone(before) != is_gone(after):
        change = "gone" if is_gone(after) else "returned"
    moved: int | UnsetType = UNSET
    if is_dated(before) and is_dated(after):
        moved = int((after.starts_at - before.starts_at).total_seconds()) or UNSET
    return Change(
        ref=after.ref,
        type=type_of(after),
        change=change,
        classes=classes_of(before, after, fields),
        moved_seconds=moved,
        before=before,
        after=after,
        fields=fields,
    )


def _fields(before: Record, after: Record) -> tuple[str, ...]:
    """The members that differ, by their names in canonical JSON."""
    if type(before) is type(after):
        differing = map(ne, astuple(before), astuple(after))
        return tuple(sorted(compress(before.__struct_encode_fields__, differing)))
    old: dict[str, object] = msgspec.to_builtins(before)
    new: dict[str, object] = msgspec.to_builtins(after)
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


def _order(change: Change) -> tuple[date, datetime, Ref]:
    record = change.before if isinstance(change.after, UnsetType) else change.after
    if isinstance(record, UnsetType) or not is_dated(record):
        return (date.max, _BEFORE_ALL, change.ref)
    return (date_of(record) or date.max, record.starts_at, change.ref)
