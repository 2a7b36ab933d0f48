"""What changed for this day since the previous snapshot."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from msgspec.structs import replace

from claw.core.model.records import Appointment, Segment
from claw.core.snapshots.diff import Change, diff_contents
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.wording import clock, date_and_clock, duration, listed
from claw.core.time import local_date

Sides: TypeAlias = "tuple[Appointment, Appointment]"

# In the order they are told: what is off, what comes at another time, who else comes.
_GROUPS: Mapping[str, int] = {"off": 0, "moved": 1, "reassigned": 2, "other": 3, "new": 4}
_STATUS_WORDS: Mapping[str, str] = {
    "tentative": "no longer confirmed",
    "no_show": "the customer did not come",
    "unknown": "status no longer known",
}
_OFF = frozenset({"cancelled", "declined"})


def changes(facts: Facts) -> Block:
    """Called off, moved, reassigned, otherwise changed and new on the day, grouped so."""
    previous = facts.previous
    if previous is None:
        title = "Changed since the last snapshot"
        return block("changes", title, [], "There is no earlier snapshot to compare with")
    since = date_and_clock(previous.snapshot.taken_at, facts.zone)
    title = f"Changed since {since}"
    if not previous.snapshot.first <= facts.day <= previous.snapshot.last:
        return block("changes", title, [], f"The snapshot of {since} did not hold this day")
    if not all(facts.day in source.covered_days for source in previous.snapshot.sources):
        return block("changes", title, [], f"This day was not read completely on {since}")
    told = [
        (_GROUPS[group], item)
        for change in diff_contents(previous, facts.content).changes
        if (found := _told(facts, change)) is not None
        for group, item in (found,)
    ]
    items = [item for _, item in sorted(_once(told), key=lambda pair: pair[0])]
    return block("changes", title, items, f"No changes since {since}")


def _once(told: Sequence[tuple[int, Item]]) -> list[tuple[int, Item]]:
    """What is said of one visit in the same words is said once, for all its rows."""
    lines: dict[tuple[object, ...], tuple[int, Item]] = {}
    for group, item in told:
        key = (group, item.when, item.text, item.note)
        known = lines.get(key)
        refs = item.refs if known is None else (*known[1].refs, *item.refs)
        lines[key] = (group, replace(item, refs=refs))
    return list(lines.values())


def _told(facts: Facts, change: Change) -> tuple[str, Item] | None:
    before = change.before if isinstance(change.before, Appointment) else None
    after = change.after if isinstance(change.after, Appointment) else None
    shown = next((a for a in (after, before) if a is not None and _is_here(facts, a)), None)
    if shown is None or not any(a and _concerns(facts, a) for a in (before, after)):
        return None
    group, said = _what(facts, change, before, after)
    if not said:
        return None
    item = Item(
        when=facts.when(shown), text=facts.describe(shown), note=", ".join(said), refs=(shown.ref,)
    )
    return group, item


def _what(
    facts: Facts, change: Change, before: Appointment | None, after: Appointment | None
) -> tuple[str, list[str]]:
    """The group of a change and what is said of it; nothing when it is not worth a line."""
    if after is None:
        return "off", ["moved to a date that was not kept"]
    if before is None:
        # What came and was called off since is neither news nor work.
        return "new", [] if after.status in _OFF else ["new"]
    if change.change == "gone":
        return "off", ["no longer in the source"]
    if before.status != after.status and after.status in _OFF:
        return "off", [after.status]
    if before.status in _OFF and after.status in _OFF:
        return "off", []
    sides = (before, after)
    moved, people = _moved(facts, sides), _people(facts, sides)
    said = [*moved, *people, *_status(sides), *_place(facts, sides)]
    if change.change == "returned":
        return "new", ["back in the source", *said]
    return ("moved" if moved else "reassigned" if people else "other"), said


def _moved(facts: Facts, sides: Sides) -> list[str]:
    before, after = sides
    if before.precision != after.precision:
        return [f"was {facts.when(before)}"]
    if _is_here(facts, before) != _is_here(facts, after):
        if _is_here(facts, after):
            return [f"moved here from {date_and_clock(before.starts_at, before.zone)}"]
        return [f"moved to {date_and_clock(after.starts_at, after.zone)}"]
    shift = int((after.starts_at - before.starts_at).total_seconds())
    if shift:
        direction = "later" if shift > 0 else "earlier"
        return [f"{duration(abs(shift))} {direction} (was {clock(before.starts_at, before.zone)})"]
    growth = int((after.ends_at - before.ends_at).total_seconds())
    if growth:
        return [f"{duration(abs(growth))} {'longer' if growth > 0 else 'shorter'}"]
    return ["times within it changed"] if _hours(before) != _hours(after) else []


def _people(facts: Facts, sides: Sides) -> list[str]:
    was, now = (set(facts.resource_names(side)) - {"nobody"} for side in sides)
    joined, left = sorted(now - was), sorted(was - now)
    if joined and left:
        return [f"{listed(joined)} instead of {listed(left)}"]
    if joined:
        return [f"{listed(joined)} joins" if was else f"given to {listed(joined)}"]
    if left:
        return [f"without {listed(left)}" if now else f"taken from {listed(left)}"]
    return []


def _status(sides: Sides) -> list[str]:
    before, after = sides
    if before.status == after.status:
        return []
    return [_STATUS_WORDS.get(after.status, after.status)]


def _place(facts: Facts, sides: Sides) -> list[str]:
    before, after = sides
    if before.location == after.location:
        return []
    place = facts.suburb(after)
    return [f"now in {place}" if place else "now without a place"]


def _is_here(facts: Facts, appointment: Appointment) -> bool:
    return local_date(appointment.starts_at, appointment.zone) == facts.day


def _concerns(facts: Facts, appointment: Appointment) -> bool:
    audience = facts.audience
    return audience is None or any(s.resource == audience for s in appointment.segments)


def _hours(appointment: Appointment) -> set[tuple[object, ...]]:
    segments: tuple[Segment, ...] = appointment.segments
    return {(segment.starts_at, segment.ends_at) for segment in segments}
