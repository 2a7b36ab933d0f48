"""Runs of the sync and what they leave beside the records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from claw.core.model.reference import Ref

RunOutcome = Literal["running", "ok", "degraded", "failed", "interrupted"]


class SyncRun(Struct, frozen=True, kw_only=True):
    """One run: which local dates it was to read, and what became of it."""

    run_id: UUID
    outcome: RunOutcome
    first: date
    last: date
    started_at: datetime
    finished_at: datetime | None = None


class KeptRun(Struct, frozen=True, kw_only=True):
    """A run and what was kept of its report, as JSON: all of it, or one connection's part.

    ``report`` is None while the run lasts, where it was killed, or where its part was erased.
    """

    run: SyncRun
    report: bytes | None


class CoveredDay(Struct, frozen=True, kw_only=True):
    """A local date of the tenant that a stream was read completely for, and as of when."""

    connection_id: UUID
    stream: str
    local_date: date
    data_as_of: datetime


class QuarantinedRow(Struct, frozen=True, kw_only=True):
    """A source row that cannot be mapped."""

    connection_id: UUID
    stream: str
    source_id: str
    raw_hash: str
    code: str
    path: str
    detail: str
    since: datetime


class HeldRemoval(Struct, frozen=True, kw_only=True):
    """A removal that waits for a second read or a person."""

    connection_id: UUID
    stream: str
    ref: Ref
    run_id: UUID


class SyncStore(Protocol):
    """Reads and writes runs, coverage, quarantine and held removals."""

    async def start_run(self, run: SyncRun, connections: Collection[UUID]) -> None:
        """Record a run, and what it is to read, before its first request."""
        ...

    async def finish_run(
        self, run_id: UUID, outcome: RunOutcome, finished_at: datetime, report: bytes
    ) -> None:
        """Record what became of a run, with its report as JSON."""
        ...

    async def interrupt_runs(self, finished_at: datetime, *, except_run: UUID) -> int:
        """Mark runs that never ended as interrupted; returns how many there were.

        A run that holds any lease lives.
        """
        ...

    async def read_well(
        self,
        connections: Collection[UUID],
        first: date,
        last: date,
        *,
        begun_from: datetime,
        ended: tuple[datetime, datetime],
    ) -> bool:
        """Whether each connection was read for all these dates, and nothing of it failed.

        By a run that began at ``begun_from`` or later and after the connection was last
        changed, and ended within ``ended``.
        """
        ...

    async def find_run(self, run_id: UUID) -> SyncRun | None:
        """One run."""
        ...

    async def runs_of(self, connection_id: UUID, name: str, limit: int) -> Sequence[KeptRun]:
        """The runs that were to read a connection, newest first, with its part of each."""
        ...

    async def kept_runs(self, prefix: str) -> Sequence[KeptRun]:
        """Runs whose id begins so, two at the most, with their whole reports."""
        ...

    async def cover(
        self,
        connection_id: UUID,
        stream: str,
        days: Collection[date],
        as_of: datetime,
        run_id: UUID,
    ) -> None:
        """Record local dates as completely read."""
        ...

    async def ever_read(self, connection_id: UUID) -> bool:
        """Whether anything of this connection was ever read completely."""
        ...

    async def covered(self, first: date, last: date) -> Sequence[CoveredDay]:
        """What was completely read of these dates, by connection, stream and date."""
        ...

    async def quarantine(self, rows: Sequence[QuarantinedRow]) -> None:
        """Add or refresh; ``since`` of a known row stays."""
        ...

    async def release(self, connection_id: UUID, stream: str, source_ids: Collection[str]) -> None:
        """Take rows out of quarantine that can be mapped again or are gone."""
        ...

    async def quarantined(self) -> Sequence[QuarantinedRow]:
        """All rows in quarantine, in order."""
        ...

    async def hold(self, removals: Sequence[HeldRemoval]) -> None:
        """Hold removals; one already held keeps its run."""
        ...

    async def held(self, connection_id: UUID, stream: str) -> Mapping[Ref, HeldRemoval]:
        """Removals held now."""
        ...

    async def held_by(self, run_id: UUID) -> Sequence[HeldRemoval]:
        """Removals held by a run, in order."""
        ...

    async def drop_held(self, refs: Collection[Ref]) -> None:
        """Hold these no longer."""
        ...
