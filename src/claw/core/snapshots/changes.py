"""What a difference is, and what it means to the business."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from claw.core.model.records import Appointment, Record, RecordType, Segment
from claw.core.model.reference import Ref

ChangeKind = Literal["added", "gone", "returned", "moved_in", "moved_out", "changed"]

# What it means that a field differs; a field that is not listed is a class of its own.
_CLASSES: Mapping[str, str] = {
    "starts_at": "moved",
    "ends_at": "moved",
    "precision": "moved",
    "zone": "moved",
    "window": "moved",
    "resource": "reassigned",
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


class Change(Struct, frozen=True, kw_only=True):
    """One difference.

    ``added`` is in the later snapshot only; ``moved_in`` and ``moved_out`` crossed the
    edge of the dates that are compared; ``gone`` and ``returned`` say that the source
    dropped the record or shows it again. ``classes`` say what it means, ``fields`` which
    members differ. ``moved_seconds`` is how much later it starts, negative is earlier.
    A side that its snapshot does not hold is absent.
    """

    ref: Ref
    type: RecordType
    change: ChangeKind
    classes: tuple[str, ...] = ()
    moved_seconds: int | UnsetType = UNSET
    before: Record | UnsetType = UNSET
    after: Record | UnsetType = UNSET
    fields: tuple[str, ...] = ()


class Diff(Struct, frozen=True, kw_only=True):
    """The differences over the dates that both snapshots hold, both ends included.

    In order of local date, start and reference; records without a date come last.
    """

    from_: str
    to: str
    first: date
    last: date
    changes: tuple[Change, ...]


def classes_of(before: Record, after: Record, fields: tuple[str, ...]) -> tuple[str, ...]:
    """What it means that these fields differ, in order."""
    classes = {_CLASSES.get(name, name) for name in fields if name not in ("segments", "group")}
    if isinstance(before, Appointment) and isinstance(after, Appointment):
        classes |= _segment_classes(before.segments, after.segments)
    # The group follows the job and the date; it says something only when nothing else does.
    return tuple(sorted(classes)) or fields


def _segment_classes(before: tuple[Segment, ...], after: tuple[Segment, ...]) -> set[str]:
    """Other people, other times, or the same ones doing something else."""
    if before == after:
        return set()
    classes: set[str] = set()
    if _people(before) != _people(after):
        classes.add("reassigned")
    if {(s.starts_at, s.ends_at) for s in before} != {(s.starts_at, s.ends_at) for s in after}:
        classes.add("moved")
    if [s.service for s in before] != [s.service for s in after]:
        classes.add("text")
    return classes or {"reassigned"}


def _people(segments: tuple[Segment, ...]) -> set[str]:
    return {segment.resource or "" for segment in segments}
