"""Telling what became of occurrences, once the store has taken it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from claw.core.events.catalog import (
    OccurrenceDone,
    OccurrenceFailed,
    OccurrenceMissed,
    OccurrenceSkipped,
)
from claw.core.time import format_instant
from claw.ports.routine_store import Occurrence, Outcome
from claw.ports.unit_of_work import UnitOfWork


def tell_outcome(
    uow: UnitOfWork, routine_id: UUID, key: str, due_at: datetime | None, outcome: Outcome
) -> None:
    """Tell one end; what was cancelled is told by whatever cancelled it."""
    routine, due = str(routine_id), None if due_at is None else format_instant(due_at)
    subject = f"{routine}/{key}"
    match outcome.state:
        case "done":
            data = OccurrenceDone(
                routine=routine,
                occurrence=key,
                due_at=due,
                reason=outcome.reason,
                snapshot=outcome.snapshot_id or "",
                summary=outcome.summary_id or "",
            )
        case "failed":
            data = OccurrenceFailed(
                routine=routine, occurrence=key, due_at=due, reason=outcome.reason
            )
        case "missed":
            data = OccurrenceMissed(
                routine=routine, occurrence=key, due_at=due, reason=outcome.reason
            )
        case "skipped":
            data = OccurrenceSkipped(
                routine=routine, occurrence=key, due_at=due, reason=outcome.reason
            )
        case _:
            return
    uow.events.add(data, subject=subject, at=outcome.at)


async def settle(
    uow: UnitOfWork, routine_id: UUID, occurrences: Sequence[Occurrence], outcome: Outcome
) -> None:
    """End occurrences that nobody holds, and tell those that were ended."""
    due = {o.key: o.due_at for o in occurrences}
    for key in await uow.routines.settle(routine_id, list(due), outcome):
        tell_outcome(uow, routine_id, key, due[key], outcome)


def tell_lacking(
    uow: UnitOfWork, rows: Sequence[Occurrence], written: Collection[str], at: datetime
) -> None:
    """Tell the dates of a plan that have no such time, where they were written."""
    for row in rows:
        if row.state == "skipped" and row.key in written:
            outcome = Outcome(state="skipped", at=at, reason=row.reason)
            tell_outcome(uow, row.routine_id, row.key, row.due_at, outcome)
