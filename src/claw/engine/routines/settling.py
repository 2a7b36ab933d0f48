"""What becomes of occurrences that are not run: judged by their routine's rule, and told."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from claw.core.routines.lateness import DueNow, Waiting, judge_due, still_wanted
from claw.engine.routines.telling import settle, tell_outcome
from claw.ports.routine_store import Occurrence, Outcome, StoredRoutine
from claw.ports.unit_of_work import UnitOfWork

MOST_ATTEMPTS = 5
"""After so many an occurrence is given up and waits for a person."""


def judged(
    occurrences: Sequence[Occurrence],
    now: datetime,
    stored: StoredRoutine,
    last_done: Occurrence | None,
) -> DueNow:
    """Which of a routine's open occurrences are run or prepared now, and which come too late.

    Those that a person asked for are run, however late, and supersede no planned one.
    ``last_done`` is the latest of those that nobody asked for.
    """
    asked = tuple(o.key for o in occurrences if o.asked)
    waiting = [
        Waiting(key=o.key, instant=o.due_at)
        for o in occurrences
        if o.due_at is not None and not o.asked
    ]
    done = None if last_done is None else last_done.due_at
    rule = stored.routine.lateness
    due = judge_due(waiting, now, rule, done=done)
    ahead = [w.key for w in waiting if w.instant > now and still_wanted(w.instant, done, rule)]
    return replace(due, run=(*asked, *due.run, *ahead))


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
    """What fell into a pause is skipped, whoever runs it now: nothing is caught up.

    What was ready before the pause and due in it was told nobody: it is skipped as well.
    """
    outcome = Outcome(state="skipped", at=now, reason="paused")
    fell = await uow.routines.withdraw(stored.routine_id, outcome, due_by=now)
    since = stored.paused_at or now
    untold = await uow.routines.untold(stored.routine_id, since, now, outcome)
    for skipped in (*fell, *untold):
        tell_outcome(uow, stored.routine_id, skipped.key, skipped.due_at, outcome)
