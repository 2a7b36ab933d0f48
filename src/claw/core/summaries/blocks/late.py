"""What should have begun and was not reported to have."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UnsetType

from claw.core.model.records import Appointment
from claw.core.model.reference import connection_of
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import together
from claw.core.summaries.wording import duration

_UNDER_WAY = frozenset({"started", "completed", "no_show"})


def late(facts: Facts) -> Block:
    """Work whose start passed without a word, as of when its source was last read.

    Only of sources that report progress at all: elsewhere silence means nothing. What is
    told is what the snapshot knew, so the same snapshot always tells the same.
    """
    reporting = _reporting(facts)
    least = facts.pack.thresholds.late_minutes * 60
    items: list[Item] = []
    for rows in together([a for a in facts.work if a.precision == "exact"]):
        first = rows[0]
        if connection_of(first.ref) not in reporting or any(_is_reported(row) for row in rows):
            continue
        seconds = int((_as_of(facts, first) - first.starts_at).total_seconds())
        if seconds >= least:
            note = f"{duration(seconds)} after its start nothing is reported"
            refs = tuple(row.ref for row in rows)
            items.append(
                Item(when=facts.when(first), text=facts.describe(first), note=note, refs=refs)
            )
    return block("late", "Running late", items, _empty(facts, reporting))


def _empty(facts: Facts, reporting: Sequence[str]) -> str:
    window, taken_at = facts.window, facts.content.snapshot.taken_at
    if window is None or taken_at < window.start:
        return "The day had not begun when this was read"
    return "Nothing is running late" if reporting else "No progress is reported"


def _reporting(facts: Facts) -> Sequence[str]:
    """The connections whose records in the snapshot hold any progress."""
    found = {
        connection_of(a.ref)
        for appointments in facts.by_day.values()
        for a in appointments
        if a.progress or not isinstance(a.actual_starts_at, UnsetType)
    }
    return sorted(found)


def _is_reported(row: Appointment) -> bool:
    return (
        row.status in _UNDER_WAY
        or bool(row.progress)
        or not isinstance(row.actual_starts_at, UnsetType)
    )


def _as_of(facts: Facts, appointment: Appointment) -> datetime:
    """Up to when progress on it would be known."""
    connection = connection_of(appointment.ref)
    snapshot = facts.content.snapshot
    known = [
        source.data_as_of
        for source in snapshot.sources
        if source.connection == connection and source.appointments and source.data_as_of
    ]
    return min((*known, snapshot.taken_at))
