"""What a difference is, and what it means to the business."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
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
    ``left_out`` names connections that cannot be compared, because they were removed since
    or their records were erased: that nothing of them is told is no news of the schedule.
    """

    from_: str
    to: str
    first: date
    last: date
    changes: tuple[Change, ...]
    left_out: tuple[str, ...] = ()


def classes_of(before: Record, after: Record, fields: tuple[str, ...]) -> tuple[str, ...]:
    """What it means that these fields differ, in order."""
    classes = {_CLASSES.get(name, name) for name in fields if name not in ("segments", "group")}
    if isinstance(before, Appointment) and isinstance(after, Appointment):
        classes |= _segment_classes(before.segments, after.segments)
    # The group follows the job and the date; it says something only when nothing else does.
    return tuple(sorted(classes)) or fields


def _segment_classes(before: Sequence[Segment], after: Sequence[Segment]) -> set[str]:
    """Other people, other times of those who stay, or something else to do."""
    if before == after:
        return set()
    old, new = _by_person(before), _by_person(after)
    classes: set[str] = {"reassigned"} if old.keys() != new.keys() else set()
    same_times = _times(before) == _times(after)
    for person in old.keys() & new.keys():
        if _times(old[person]) != _times(new[person]):
            # The same stretches in other hands: the work did not move.
            classes.add("reassigned" if same_times else "moved")
        elif old[person] != new[person]:
            classes.add("text")
    return classes


def _by_person(segments: Sequence[Segment]) -> Mapping[str, Sequence[Segment]]:
    """Segments by resource; unassigned ones under the empty text."""
    people: dict[str, list[Segment]] = {}
    for segment in segments:
        people.setdefault(segment.resource or "", []).append(segment)
    return people


def _times(segments: Sequence[Segment]) -> set[tuple[datetime, datetime]]:
    return {(segment.starts_at, segment.ends_at) for segment in segments}
