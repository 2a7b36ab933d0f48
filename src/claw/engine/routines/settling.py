"""What becomes of occurrences that are not run: judged by their routine's rule, and told."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from claw.core.routines.lateness import DueNow, Waiting, judge_due
from claw.engine.routines.telling import settle, tell_outcome
from claw.ports.routine_store import Occurrence, Outcome, StoredRoutine
from claw.ports.unit_of_work import UnitOfWork

MOST_ATTEMPTS = 5
"""After so many an occurrence is given up and waits for a person."""


def judged(occurrences: Sequence[Occurrence], now: datetime, stored: StoredRoutine) -> DueNow:
    """Which of a routine's open occurrences are run now, and which come too late.

    Those that a person asked for are run, however late, and supersede no planned one.
    """
    asked = tuple(o.key for o in occurrences if o.asked)
    waiting = [
        Waiting(key=o.key, instant=o.due_at)
        for o in occurrences
        if o.due_at is not None and not o.asked
    ]
    due = judge_due(waiting, now, stored.routine.lateness)
    return replace(due, run=(*asked, *due.run))


async def settle_missed(
    uow: UnitOfWork,
    stored: StoredRoutine,
    occurrences: Sequence[Occurrence],
    due: DueNow,
    now: datetime,
) -> None:
    """End what is not run any more: missed, or failed where it was tried.

    One that brought its worker down each time is given up too: a crash is an attempt.
    """
    late = {missed.key: missed.reason for missed in due.missed}
    # All of one end together: after a long outage there are thousands.
    ended: dict[Outcome, list[Occurrence]] = {}
    for occurrence in occurrences:
        outcome = _outcome(occurrence, late.get(occurrence.key), now)
        if outcome is not None:
            ended.setdefault(outcome, []).append(occurrence)
    for outcome, together in ended.items():
        await settle(uow, stored.routine_id, together, outcome)


def _outcome(occurrence: Occurrence, late: str | None, now: datetime) -> Outcome | None:
    """How it ends without being run; None where it does not."""
    if occurrence.attempts >= MOST_ATTEMPTS:
        return Outcome(state="failed", at=now, reason="crashed")
    if late is None:
        return None
    if occurrence.attempts:
        return Outcome(state="failed", at=now, reason=occurrence.reason or "crashed")
    return Outcome(state="missed", at=now, reason=late)


async def skip_paused(uow: UnitOfWork, stored: StoredRoutine, now: datetime) -> None:
    """What fell into a pause is skipped, also what a dead worker held: nothing is caught up.

    What was ready before the pause and due in it was told nobody: it is skipped as well.
    """
    outcome = Outcome(state="skipped", at=now, reason="paused")
    unfinished = await uow.routines.unfinished(stored.routine_id)
    fell = [o for o in unfinished if o.due_at is not None and o.due_at <= now]
    await settle(uow, stored.routine_id, fell, outcome)
    since = stored.paused_at or now
    for untold in await uow.routines.untold(stored.routine_id, since, now, outcome):
        tell_outcome(uow, stored.routine_id, untold.key, untold.due_at, outcome)
