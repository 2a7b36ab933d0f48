"""Routines and their occurrences as commands print them."""

from typing import TYPE_CHECKING

import msgspec

from claw.core.routines.asking import say_recurrence
from claw.core.time import format_instant, local_wall
from claw.ports.routine_store import Occurrence, StoredRoutine

if TYPE_CHECKING:
    from claw.engine.routines.service import NextRun


class RoutineDocument(msgspec.Struct, kw_only=True, omit_defaults=True, rename={"for_": "for"}):
    """A routine. ``zone`` is absent when it follows the tenant's; addresses are shown as given."""

    name: str
    status: str
    recurs: str
    do: str
    view: str
    deliver: list[str]
    created_at: str
    zone: str | None = None
    for_: str | None = None
    paused_at: str | None = None


class NextDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An occurrence that lies ahead. ``note`` says why it is not where one would look."""

    local_date: str
    local: str
    instant: str
    zone: str
    note: str | None = None


class OccurrenceDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of an occurrence, and whether a person asked for it; lateness is at its end."""

    key: str
    local_date: str
    state: str
    zone: str
    due_at: str | None = None
    finished_at: str | None = None
    late_seconds: int | None = None
    reason: str | None = None
    attempts: int = 0
    asked: bool = False
    snapshot: str | None = None
    summary: str | None = None


def routine_document(stored: StoredRoutine) -> RoutineDocument:
    """A routine."""
    routine = stored.routine
    return RoutineDocument(
        name=routine.name,
        status=stored.status,
        recurs=say_recurrence(routine.recurrence),
        do="summary",
        view=routine.task.view,
        deliver=[f"{t.channel}:{t.address}" if t.address else t.channel for t in routine.targets],
        created_at=format_instant(stored.created_at),
        zone=routine.zone,
        for_=routine.task.audience,
        paused_at=None if stored.paused_at is None else format_instant(stored.paused_at),
    )


def next_document(found: "NextRun") -> NextDocument:
    """An occurrence that lies ahead."""
    wall = local_wall(found.due.instant, found.zone)
    return NextDocument(
        local_date=found.due.date.isoformat(),
        local=f"{wall:%Y-%m-%dT%H:%M}",
        instant=format_instant(found.due.instant),
        zone=found.zone,
        note=found.note,
    )


def occurrence_document(occurrence: Occurrence) -> OccurrenceDocument:
    """What became of an occurrence."""
    due, ended = occurrence.due_at, occurrence.finished_at
    late = None
    if due is not None and ended is not None and occurrence.state == "done":
        late = max(0, int((ended - due).total_seconds()))
    return OccurrenceDocument(
        key=occurrence.key,
        local_date=occurrence.local_date.isoformat(),
        state=occurrence.state,
        zone=occurrence.zone,
        due_at=None if due is None else format_instant(due),
        finished_at=None if ended is None else format_instant(ended),
        late_seconds=late,
        reason=occurrence.reason,
        attempts=occurrence.attempts,
        asked=occurrence.asked,
        snapshot=occurrence.snapshot_id,
        summary=occurrence.summary_id,
    )
