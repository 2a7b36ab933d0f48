"""What changed between two snapshots, classed by what it means to the business.

Only the dates both windows hold are compared: a record outside them is no difference. One
that left or entered by moving is said to have moved, never to be removed or new.
"""

from collections.abc import Callable, Mapping
from datetime import date

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from claw.core.errors import InvalidInput
from claw.core.model.records import Appointment, Record, RecordType, Shift, type_of
from claw.core.model.reference import Ref
from claw.core.model.tombstones import is_gone
from claw.core.snapshots.content import SnapshotContent
from claw.core.time import local_date

Upcast = Callable[[Record], Record]

# What a field means when it differs; a field not listed is its own class.
_CLASSES: Mapping[str, str] = {
    "starts_at": "moved",
    "ends_at": "moved",
    "precision": "moved",
    "zone": "moved",
    "window": "moved",
    "status": "status",
    "cancelled_by": "status",
    "source_status": "status",
    "progress": "status",
    "actual_starts_at": "status",
    "actual_ends_at": "status",
    "gone": "status",
    "active": "status",
    "contact": "contact",
    "phones": "contact",
    "emails": "contact",
    "email": "contact",
    "do_not_contact": "contact",
    "preferred_channel": "contact",
    "customer": "contact",
    "location": "location",
    "address": "location",
    "latitude_e7": "location",
    "longitude_e7": "location",
    "title": "text",
    "notes": "text",
    "name": "text",
    "given_name": "text",
    "family_name": "text",
    "company": "text",
    "value": "value",
    "flags": "quality",
    "extensions": "extension",
}


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference. ``moved_seconds`` is how much later it starts; negative is earlier."""

    ref: Ref
    type: RecordType
    change: str
    classes: tuple[str, ...] = ()
    moved_seconds: int | UnsetType = UNSET
    before: Record | UnsetType = UNSET
    after: Record | UnsetType = UNSET
    fields: tuple[str, ...] = ()


class Diff(Struct, frozen=True, kw_only=True):
    """The differences over the dates that both snapshots hold, both ends included."""

    from_: str
    to: str
    first: date
    last: date
    changes: tuple[Change, ...]


def diff_contents(
    before: SnapshotContent, after: SnapshotContent, upcast: Upcast | None = None
) -> Diff:
    """Compare two snapshots; ``upcast`` brings the older one's records to the newer schema.

    Raises:
        InvalidInput: when their windows have no date in common, or their schemas differ
            and there is no way to upcast.
    """
    first = max(before.snapshot.first, after.snapshot.first)
    last = min(before.snapshot.last, after.snapshot.last)
    if first > last:
        raise InvalidInput(
            "the two snapshots have no date in common",
            code="windows_apart",
            hint="compare snapshots whose windows overlap",
        )
    if before.snapshot.schema != after.snapshot.schema and upcast is None:
        raise InvalidInput(
            f"the snapshots are of {before.snapshot.schema} and {after.snapshot.schema}",
            code="schemas_differ",
        )
    old = {ref: upcast(r) if upcast else r for ref, r in before.records.items()}
    changes = [
        change
        for ref in sorted({*old, *after.records})
        if (change := _change(old.get(ref), after.records.get(ref), first, last)) is not None
    ]
    changes.sort(key=_order)
    return Diff(
        from_=before.snapshot.snapshot_id,
        to=after.snapshot.snapshot_id,
        first=first,
        last=last,
        changes=tuple(changes),
    )


def _change(before: Record | None, after: Record | None, first: date, last: date) -> Change | None:
    was, now = _inside(before, first, last), _inside(after, first, last)
    if was and now and before is not None and after is not None:
        return _difference(before, after)
    if was and before is not None:
        if after is not None:
            moved = _difference(before, after)
            return replace(moved, change="moved_out") if moved else None
        return None if is_gone(before) or not _dated(before) else _left(before)
    if now and after is not None:
        if before is not None:
            moved = _difference(before, after)
            return replace(moved, change="moved_in") if moved else None
        if is_gone(after) or not _dated(after):
            return None
        return Change(ref=after.ref, type=type_of(after), change="added", after=after)
    return None


def _left(before: Record) -> Change:
    """It is in the older snapshot only: it left the dates that are compared."""
    return Change(ref=before.ref, type=type_of(before), change="moved_out", before=before)


def _difference(before: Record, after: Record) -> Change | None:
    fields = _fields(before, after)
    if not fields:
        return None
    change = "changed"
    if is_gone(before) != is_gone(after):
        change = "gone" if is_gone(after) else "returned"
    moved: int | UnsetType = UNSET
    if isinstance(before, Appointment | Shift) and isinstance(after, Appointment | Shift):
        moved = int((after.starts_at - before.starts_at).total_seconds()) or UNSET
    return Change(
        ref=after.ref,
        type=type_of(after),
        change=change,
        classes=tuple(sorted(_classes(before, after, fields))),
        moved_seconds=moved,
        before=before,
        after=after,
        fields=fields,
    )


def _classes(before: Record, after: Record, fields: tuple[str, ...]) -> set[str]:
    classes = {_CLASSES.get(name, name) for name in fields if name not in ("segments", "group")}
    if isinstance(before, Appointment) and isinstance(after, Appointment):
        if _assignees(before) != _assignees(after):
            classes.add("reassigned")
        elif "segments" in fields:
            classes.add("moved")
    return classes


def _fields(before: Record, after: Record) -> tuple[str, ...]:
    old: dict[str, object] = msgspec.to_builtins(before)
    new: dict[str, object] = msgspec.to_builtins(after)
    return tuple(sorted(name for name in {*old, *new} if old.get(name) != new.get(name)))


def _assignees(appointment: Appointment) -> tuple[Ref | UnsetType, ...]:
    named = {segment.resource for segment in appointment.segments}
    return tuple(sorted(named, key=lambda ref: "" if isinstance(ref, UnsetType) else ref))


def _dated(record: Record) -> bool:
    return isinstance(record, Appointment | Shift)


def _inside(record: Record | None, first: date, last: date) -> bool:
    """Whether a record belongs to the compared dates; undated ones always do."""
    if record is None:
        return False
    if not isinstance(record, Appointment | Shift):
        return True
    return first <= local_date(record.starts_at, record.zone) <= last


def _order(change: Change) -> tuple[str, str, str]:
    record = change.after if not isinstance(change.after, UnsetType) else change.before
    if isinstance(record, Appointment | Shift):
        day = local_date(record.starts_at, record.zone).isoformat()
        return (day, record.starts_at.isoformat(), change.ref)
    return ("~", "", change.ref)
