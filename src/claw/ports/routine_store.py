"""Routines and their occurrences, as they are kept.

Instants of an occurrence (due, prepared from, started, finished) are business time and come
in as parameters; how long a claim lasts and when a failed one is tried again is machine
time, the database's own.
"""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

from claw.core.routines.routine import Routine

RoutineStatus: TypeAlias = Literal["active", "paused", "removed"]
OccurrenceState: TypeAlias = Literal[
    "planned", "claimed", "done", "failed", "missed", "skipped", "cancelled"
]

REVERSIBLE = ("changed", "no_longer_named", "absent_date", "paused")
"""Why an occurrence was dropped, where planning it once more means that this holds no longer."""


class StoredRoutine(Struct, frozen=True, kw_only=True):
    """A routine as it is kept.

    Every occurrence due before ``planned_until`` has its row, computed in ``planned_zone`` by
    zone data of version ``planned_tzdata`` (both empty before the first planning).
    ``paused_at`` is when it was paused, while it is.
    """

    routine_id: UUID
    routine: Routine
    status: RoutineStatus
    paused_at: datetime | None
    created_at: datetime
    planned_until: datetime
    planned_zone: str = ""
    planned_tzdata: str = ""


class Occurrence(Struct, frozen=True, kw_only=True):
    """One due run of a routine, named by ``key`` for good.

    ``nominal`` is the naive wall time asked for in ``zone``; ``tzdata`` the version of the
    zone data that gave ``due_at``. ``due_at`` is None only where the date has no such
    time. ``asked`` when a person wants it run, however late it is and besides the planned
    ones. ``fence`` counts claims: a write that carries an old one is refused.
    """

    routine_id: UUID
    key: str
    local_date: date
    nominal: datetime
    zone: str
    tzdata: str
    odd: str | None
    due_at: datetime | None
    prepare_at: datetime | None
    state: OccurrenceState
    reason: str | None = None
    asked: bool = False
    fence: int = 0
    attempts: int = 0
    snapshot_id: str | None = None
    summary_id: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a claimed occurrence."""

    state: OccurrenceState
    at: datetime
    reason: str | None = None
    snapshot_id: str | None = None
    summary_id: str | None = None


class RoutineStore(Protocol):
    """Keeps one tenant's routines and occurrences."""

    async def add(self, routine: StoredRoutine) -> bool:
        """Store a routine; False when one of that name exists."""
        ...

    async def find(self, name: str) -> StoredRoutine | None:
        """The routine of a name, unless it was removed."""
        ...

    async def list(self) -> Sequence[StoredRoutine]:
        """Every routine that was not removed, by name."""
        ...

    async def save(self, routine: StoredRoutine) -> None:
        """Write definition, status, pause and planning of a known routine."""
        ...

    async def names(self) -> Mapping[UUID, str]:
        """What each routine is called, or was before it was removed."""
        ...

    async def lock(self, routine_id: UUID) -> RoutineStatus:
        """Let nobody else plan, pause or change it until the transaction ends; its status then."""
        ...

    async def plan(self, occurrences: Sequence[Occurrence]) -> Sequence[str]:
        """Add those that are not there; returns their keys.

        One that was dropped for a reversible reason is planned once more, as if it had never
        begun; any other that is known stays as it is.
        """
        ...

    async def planned(self, routine_id: UUID) -> Sequence[Occurrence]:
        """Those still ``planned``, by due time."""
        ...

    async def unfinished(self, routine_id: UUID) -> Sequence[Occurrence]:
        """Those ``planned`` or ``claimed``, whoever holds them, by due time."""
        ...

    async def move(self, occurrences: Sequence[Occurrence]) -> Sequence[str]:
        """Write times, zone and state of those that are unfinished; returns their keys.

        Whoever runs one has lost it.
        """
        ...

    async def open(self, until: datetime) -> Sequence[Occurrence]:
        """Of active routines: planned, or claimed by somebody who is gone; begun by ``until``.

        Leaves out what failed and is not to be tried again yet.
        """
        ...

    async def claim(
        self, routine_id: UUID, key: str, owner: UUID, *, seconds: int, now: datetime
    ) -> Occurrence | None:
        """Take an open occurrence with a higher fence and count the attempt.

        None if it was taken, or moved to a time that is not prepared at ``now`` yet.
        """
        ...

    async def keep(self, occurrence: Occurrence, *, seconds: int) -> bool:
        """Prolong a claim and lock its row; False when it was lost."""
        ...

    async def finish(self, occurrence: Occurrence, outcome: Outcome) -> bool:
        """End a claim; False, and nothing written, when it was lost."""
        ...

    async def put_back(self, occurrence: Occurrence, *, seconds: int, reason: str) -> bool:
        """Let it be tried again after ``seconds`` of machine time; False when it was lost."""
        ...

    async def let_go(self, occurrence: Occurrence) -> bool:
        """Give a claim back as if it had not been taken; False when it was lost."""
        ...

    async def settle(
        self, routine_id: UUID, keys: Collection[str], outcome: Outcome
    ) -> Sequence[str]:
        """End occurrences that nobody holds, without running them; returns those ended."""
        ...

    async def withdraw(
        self, routine_id: UUID, outcome: Outcome, *, due_by: datetime | None = None
    ) -> Sequence[Occurrence]:
        """End what is unfinished, with ``due_by`` only what is due by then.

        Whoever runs one has lost it. Returns those ended, as they are then.
        """
        ...

    async def untold(
        self, routine_id: UUID, since: datetime, until: datetime, outcome: Outcome
    ) -> Sequence[Occurrence]:
        """End those done and due from ``since`` to ``until`` that nobody was ever sent.

        Every delivery of them was cancelled before an attempt was made.
        Returns them as they are then; what they were made from stays with them.
        """
        ...

    async def troubled(self, limit: int) -> Sequence[Occurrence]:
        """Failed, or tried and not done yet; the latest due first."""
        ...

    async def retry(self, routine_id: UUID, key: str) -> bool:
        """Open a failed one again because a person asks; False when it is not failed."""
        ...

    async def last_done(self, routine_id: UUID) -> Occurrence | None:
        """The latest due one that is done, of those that nobody asked for."""
        ...

    async def last_snapshot(self, routine_id: UUID) -> str | None:
        """The snapshot of its latest run that reached somebody, None when none did.

        What waits for its time, or is on its way for the first time, counts as having reached
        them: runs may follow each other faster than their results are due.
        """
        ...

    async def snapshots_in_use(self) -> AbstractSet[str]:
        """The snapshots that occurrences were made from."""
        ...

    async def runs(self, routine_id: UUID, limit: int) -> Sequence[Occurrence]:
        """The latest occurrences that are not ahead, newest first."""
        ...
