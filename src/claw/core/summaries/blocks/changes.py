"""What changed for this day since the previous summary."""

from msgspec import UnsetType

from claw.core.model.canonical import short_hash
from claw.core.model.records import Appointment
from claw.core.snapshots.diff import Change, diff_contents
from claw.core.summaries.facts import NOT_WORK, Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import date_and_clock, duration
from claw.core.time import local_date

_WORTH_SAYING = frozenset({"moved", "reassigned", "status", "location"})
_WORDS = {
    "added": "new",
    "gone": "no longer in the source",
    "returned": "back again",
    "moved_out": "moved away",
    "moved_in": "moved here",
}


def changes(facts: Facts) -> Block:
    """New, gone, moved, reassigned and otherwise changed work of the day."""
    title = "Changed since the last summary"
    if facts.previous is None:
        return block("changes", title, [], "There is no earlier summary to compare with")
    diff = diff_contents(facts.previous, facts.content)
    if not diff.first <= facts.day <= diff.last:
        return block("changes", title, [], "The earlier snapshot did not hold this day")
    items = [
        item
        for change in diff.changes
        if change.type == "appointment" and (item := _item(facts, change)) is not None
    ]
    since = short_hash(facts.previous.snapshot.snapshot_id)
    return block("changes", title, items, f"No changes since snapshot {since}")


def _item(facts: Facts, change: Change) -> Item | None:
    before, after = _appointment(change.before), _appointment(change.after)
    shown = after or before
    if shown is None or shown.kind in NOT_WORK or not _touches(facts, before, after):
        return None
    said: list[str] = []
    if change.change in _WORDS:
        said.append(_WORDS[change.change])
    elif not _WORTH_SAYING & set(change.classes):
        return None
    said += _what(facts, change, before, after)
    return Item(
        when=facts.when(shown), text=facts.describe(shown), note=", ".join(said), refs=(shown.ref,)
    )


def _what(
    facts: Facts, change: Change, before: Appointment | None, after: Appointment | None
) -> list[str]:
    said: list[str] = []
    if before is None or after is None:
        return said
    if "moved" in change.classes and change.change != "gone":
        was = date_and_clock(before.starts_at, before.zone)
        if isinstance(change.moved_seconds, UnsetType):
            said.append("times changed")
        else:
            later = "later" if change.moved_seconds > 0 else "earlier"
            said.append(f"{duration(abs(change.moved_seconds))} {later}, was {was}")
    if "reassigned" in change.classes:
        said.append(f"was {_assignees(facts, before)}, now {_assignees(facts, after)}")
    if "status" in change.classes and before.status != after.status and not said:
        said.append(f"{before.status} is now {after.status}")
    return said


def _assignees(facts: Facts, appointment: Appointment) -> str:
    names = {facts.resource_name(segment.resource) for segment in appointment.segments}
    return " and ".join(sorted(names)) or "nobody"


def _touches(facts: Facts, before: Appointment | None, after: Appointment | None) -> bool:
    days = {local_date(a.starts_at, a.zone) for a in (before, after) if a is not None}
    concerned = facts.audience is None or any(
        segment.resource == facts.audience
        for a in (before, after)
        if a is not None
        for segment in a.segments
    )
    return concerned and facts.day in days


def _appointment(record: object) -> Appointment | None:
    return record if isinstance(record, Appointment) else None
