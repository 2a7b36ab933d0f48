"""One worker for each (connection, stream): a lease, kept alive while the work lasts.

A run holds one of its own besides, which says that it lives while it holds no other: as it
checks a connection, and between two streams.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from uuid import UUID

from claw.core.errors import ClawError, InternalError, Refused
from claw.engine.heartbeat import beating
from claw.ports.clock import Clock
from claw.ports.lease_store import Lease
from claw.ports.unit_of_work import Database, UnitOfWork

LEASE_SECONDS = 30
HEARTBEAT_SECONDS = 10
_LIVING = "run:"
# A killed holder's lease ends by itself, so waiting a little longer than it lasts tells a
# sync that was killed from one that runs.
LEASE_WAIT_SECONDS = LEASE_SECONDS + 5


class LeaseLost(InternalError):
    """Another run took over; nothing of this one may be written any more."""

    def __init__(self) -> None:
        super().__init__(
            "another sync took over this connection",
            code="lease_lost",
            hint="nothing was lost; run `claw sync` again",
        )


def subjects_of(connection_id: UUID) -> str:
    """How the subjects of all leases on a connection begin."""
    return f"sync:{connection_id}:"


def subject_of(connection_id: UUID, stream: str) -> str:
    """What a lease on one stream of a connection is called."""
    return f"{subjects_of(connection_id)}{stream}"


@asynccontextmanager
async def writing(db: Database, tenant_id: UUID, *leases: Lease) -> AsyncGenerator[UnitOfWork]:
    """A transaction in which nobody else writes what the leases are for.

    Raises:
        LeaseLost: when somebody took over; nothing is written.
    """
    async with db.tenant(tenant_id) as uow:
        await _hold(uow, leases)
        await uow.snapshots.hold_shared()
        yield uow
        # No beat could prolong them meanwhile, and that may be longer than they last.
        await _hold(uow, leases)


async def _hold(uow: UnitOfWork, leases: Sequence[Lease]) -> None:
    for lease in leases:
        if not await uow.leases.hold(lease, LEASE_SECONDS):
            raise LeaseLost


class Leases:
    """Takes leases of tenants."""

    def __init__(self, db: Database, clock: Clock, *, wait_seconds: int) -> None:
        self._db = db
        self._clock = clock
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def lease(
        self, tenant_id: UUID, connection_id: UUID, stream: str, run_id: UUID
    ) -> AsyncGenerator[Lease]:
        """Hold the right to write one stream, kept alive while the block runs.

        Raises:
            Refused: when another run holds it for longer than a killed one could, or the
                connection was removed.
        """
        lease = await self._take(tenant_id, connection_id, stream, run_id)
        try:
            async with self._kept(tenant_id, lease):
                yield lease
        finally:
            # A lease that cannot be given back ends by itself.
            with suppress(ClawError):
                async with self._db.tenant(tenant_id) as uow:
                    await uow.leases.end(lease)

    @asynccontextmanager
    async def living(self, tenant_id: UUID, run_id: UUID) -> AsyncGenerator[None]:
        """Say that a run lives while the block runs: nobody takes it for one that was killed.

        To be entered before the run is recorded, and left after its end is.
        """
        async with self._db.tenant(tenant_id) as uow:
            lease = await uow.leases.take(f"{_LIVING}{run_id}", run_id, LEASE_SECONDS)
        if lease is None:
            raise LookupError("a run's id is nobody else's")
        try:
            async with self._kept(tenant_id, lease):
                yield
        finally:
            with suppress(ClawError):
                async with self._db.tenant(tenant_id) as uow:
                    await uow.leases.discard(lease)

    def _kept(self, tenant_id: UUID, lease: Lease) -> AbstractAsyncContextManager[None]:
        async def beat() -> None:
            async with self._db.tenant(tenant_id) as uow:
                await uow.leases.renew(lease, LEASE_SECONDS)

        # Trouble with the database shows where the work is done; the lease outlasts two
        # missed beats.
        return beating(beat, HEARTBEAT_SECONDS)

    async def _take(self, tenant_id: UUID, connection_id: UUID, stream: str, run_id: UUID) -> Lease:
        subject = subject_of(connection_id, stream)
        for attempt in range(self._wait_seconds + 1):
            if attempt:
                await asyncio.sleep(1)
            async with self._db.tenant(tenant_id) as uow:
                lease = await uow.leases.take(subject, run_id, LEASE_SECONDS)
                if lease is not None:
                    if not await uow.connections.keep_present(connection_id):
                        raise Refused(
                            "the connection was removed meanwhile", code="connection_removed"
                        )
                    # Whoever held it before and never said that it ended was killed.
                    await uow.sync.interrupt_runs(self._clock.now(), except_run=run_id)
                    await uow.leases.forget_ended(_LIVING, except_owner=run_id)
                    return lease
        raise Refused(
            "another sync of this connection is running",
            code="sync_running",
            hint="wait for it to end",
        )
