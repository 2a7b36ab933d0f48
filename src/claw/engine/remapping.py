"""Mapping what is kept once more, because the settings or the code that mapped it changed.

No source is asked: the bodies are those of the last read, so a row that the source has
changed since follows with the next sync. All of it is one transaction under the leases of
the connection's streams, so that a sync with the old settings cannot write after it.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from msgspec import Struct

from claw.engine.sync.applying import Place, apply_records, remove
from claw.engine.sync.leases import Leases, writing
from claw.engine.sync.remap import map_kept
from claw.engine.sync.source import map_env
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.connector import Connector
from claw.ports.ids import Ids
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

_ROWS_AT_ONCE = 2000


class Remapped(Struct, kw_only=True):
    """What mapping kept rows again came to.

    ``rows`` and ``quarantined`` count source rows, the others canonical records. ``gone``
    are records of rows that are now left out on purpose.
    """

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    quarantined: int = 0


class Writing:
    """The one transaction in which nobody else writes a connection's records.

    ``connection`` is locked in it, as it is since nobody else writes.
    """

    def __init__(
        self,
        uow: UnitOfWork,
        tenant: Tenant,
        connection: Connection,
        connector: Connector,
        places: Sequence[Place],
    ) -> None:
        self.uow = uow
        self.connection = connection
        self._tenant = tenant
        self._connector = connector
        self._places = places

    async def map_all(self, connection: Connection) -> Remapped:
        """Map every kept row with the settings and facts of ``connection``."""
        done = Remapped()
        for place in self._places:
            ids = await self.uow.raws.primaries(place.connection_id, place.stream)
            await self._map(place, connection, ids, done)
        return done

    async def map_quarantined(self) -> Remapped:
        """Map the rows in quarantine; those that can be mapped now leave it."""
        done = Remapped()
        rows = await self.uow.sync.quarantined()
        for place in self._places:
            ids = [
                row.source_id
                for row in rows
                if (row.connection_id, row.stream) == (place.connection_id, place.stream)
            ]
            await self._map(place, self.connection, ids, done)
        return done

    async def _map(
        self, place: Place, connection: Connection, ids: Sequence[str], done: Remapped
    ) -> None:
        env = map_env(self._tenant, connection, self._connector.manifest)
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            chunk = ids[start : start + _ROWS_AT_ONCE]
            bundles = await map_kept(self.uow, place, self._connector, env, chunk)
            applied = await apply_records(self.uow, place, [], bundles)
            done.rows += len(bundles)
            done.added += applied.added
            done.changed += applied.changed
            done.unchanged += applied.unchanged
            done.quarantined += sum(1 for bundle in bundles if bundle.quarantined)
            left_out = [bundle.primary_id for bundle in bundles if bundle.skipped]
            done.gone += await self._leave_out(place, left_out)

    async def _leave_out(self, place: Place, primary_ids: Sequence[str]) -> int:
        """A person decided it, so there is nothing to confirm and nothing to hold."""
        if not primary_ids:
            return 0
        records = await self.uow.records.current_of_primaries(
            place.connection_id, place.stream, primary_ids
        )
        standing = [record for record in records if not record.gone]
        await remove(self.uow, standing, place.now)
        return len(standing)


class Remapping:
    """Opens transactions in which kept rows are mapped again."""

    def __init__(self, *, db: Database, clock: Clock, ids: Ids, catalog: ConnectorCatalog) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._catalog = catalog
        # A person waits for this: better to be told at once that a sync runs.
        self._leases = Leases(db, clock, wait_seconds=0)

    @asynccontextmanager
    async def writing(self, tenant: Tenant, connection: Connection) -> AsyncGenerator[Writing]:
        """Hold the connection's leases and one transaction; committed when all went well.

        Raises:
            Refused: ``sync_running``, while a sync holds one of the leases.
            NotFound: the connector is not installed any more.
        """
        connector = self._catalog.load(connection.connector)
        owner, now = self._ids.new(), self._clock.now()
        places = [
            Place(
                connection_id=connection.connection_id,
                stream=stream.name,
                run_id=owner,
                now=now,
            )
            for stream in connector.manifest.streams
        ]
        async with AsyncExitStack() as stack:
            held = [
                await stack.enter_async_context(
                    self._leases.lease(tenant.tenant_id, place.connection_id, place.stream, owner)
                )
                for place in places
            ]
            async with writing(self._db, tenant.tenant_id, *held) as uow:
                now = await uow.connections.lock(connection.connection_id)
                yield Writing(uow, tenant, now, connector, places)
