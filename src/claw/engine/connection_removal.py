"""Removing a connection: reading ends for good, and its name is never used again.

With its history kept, what was read stays where it is and only leaves the current set; it
is not gone from the source, so nothing is marked so. With its data, everything read goes.
Stored versions of records are blanked instead of deleted: a snapshot still says what it held
and that it was erased, and a summary made from it keeps its bytes and can be explained, but
not made again.
"""

from msgspec import Struct

from claw.core.errors import Refused
from claw.core.events.catalog import ConnectionRemoved
from claw.engine.audit import Auditor
from claw.engine.connections import ConnectionService, refuse_removed
from claw.engine.sync.leases import subjects_of
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection, Removal
from claw.ports.ids import Ids
from claw.ports.removal_store import Erased
from claw.ports.snapshot_store import Naming
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


class Removed(Struct, frozen=True, kw_only=True):
    """What a removal took away, or would.

    ``named`` of the erased versions are in snapshots. ``snapshots`` and ``summaries`` stay;
    they are those that name records which were erased.
    """

    connection: str
    removal: Removal
    dry_run: bool
    secrets: int
    grant: bool
    held_removals: int
    erased: Erased
    named: int
    snapshots: int
    summaries: int


class _DryRun(Exception):
    """Takes everything back that a dry run has done and counted."""

    def __init__(self, removed: Removed) -> None:
        super().__init__()
        self.removed = removed


class ConnectionRemoval:
    """The use case of removing a connection."""

    def __init__(
        self, *, db: Database, clock: Clock, ids: Ids, connections: ConnectionService
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._connections = connections
        self._auditor = Auditor(clock, ids)

    async def remove(
        self, tenant: Tenant, name: str, removal: Removal, *, actor: str, dry_run: bool = False
    ) -> Removed:
        """Remove a connection, or say what removing it would do and leave it as it is.

        Raises:
            NotFound: no such connection.
            Refused: ``connection_removed`` already; ``sync_running``, while it is read.
        """
        connection = await self._connections.get(tenant, name)
        try:
            async with self._db.tenant(tenant.tenant_id) as uow:
                removed = await self._remove(uow, connection, removal, actor, dry_run=dry_run)
                if dry_run:
                    raise _DryRun(removed)
        except _DryRun as dry:
            return dry.removed
        return removed

    async def _remove(
        self,
        uow: UnitOfWork,
        connection: Connection,
        removal: Removal,
        actor: str,
        *,
        dry_run: bool,
    ) -> Removed:
        connection_id, now = connection.connection_id, self._clock.now()
        # From here on nobody begins to read it, see ``Leases``.
        refuse_removed(await uow.connections.lock(connection_id))
        if not await uow.leases.break_all(subjects_of(connection_id), self._ids.new()):
            raise Refused(
                f"{connection.name} is being read",
                code="sync_running",
                hint="wait for the sync to end, or stop it",
            )
        held = await uow.removals.drop_held(connection_id)
        erased, naming = Erased(), Naming(versions=0, snapshots=0, summaries=0)
        if removal == "with_data":
            await uow.snapshots.hold_alone()
            naming = await uow.snapshots.naming(connection.name)
            erased = await uow.removals.erase(connection_id, connection.name)
        grant = await uow.grants.find(connection_id) is not None
        await uow.grants.forget(connection_id)
        await uow.reconnects.close(connection_id, by=actor, at=now)
        removed = Removed(
            connection=connection.name,
            removal=removal,
            dry_run=dry_run,
            secrets=await uow.connections.remove(connection_id, removal, by=actor, at=now),
            grant=grant,
            held_removals=held,
            erased=erased,
            named=naming.versions,
            snapshots=naming.snapshots,
            summaries=naming.summaries,
        )
        told = ConnectionRemoved(connection=connection.name, by="person", removal=removal)
        uow.events.add(told, subject=connection.name, at=now)
        await self._auditor.note(
            uow,
            actor=actor,
            action="connection.remove",
            subject=connection.name,
            removal=removal,
            records=str(erased.records),
            raws=str(erased.raws),
            versions=str(erased.versions),
            snapshots=str(naming.snapshots),
        )
        return removed
