"""Source rows that cannot be mapped: tried again with the code and settings of now."""

from collections.abc import Sequence

from msgspec import Struct

from claw.engine.audit import Auditor
from claw.engine.connections import ConnectionService
from claw.engine.remapping import Remapped, Remapping
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.ids import Ids
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database


class Retried(Struct, frozen=True, kw_only=True):
    """What trying a connection's quarantined rows again came to."""

    connection: str
    remapped: Remapped

    @property
    def released(self) -> int:
        """Rows that left quarantine."""
        return self.remapped.rows - self.remapped.quarantined


class QuarantineService:
    """The use case of trying quarantined rows again."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        catalog: ConnectorCatalog,
        connections: ConnectionService,
    ) -> None:
        self._db = db
        self._connections = connections
        self._auditor = Auditor(clock, ids)
        self._remapping = Remapping(db=db, clock=clock, ids=ids, catalog=catalog)

    async def retry(
        self, tenant: Tenant, *, connection: str | None = None, actor: str
    ) -> Sequence[Retried]:
        """Map the quarantined rows of one connection, or of all, from what is kept of them.

        Each connection is a transaction of its own. Rows that still cannot be mapped stay,
        with what is wrong with them now; no source is asked.

        Raises:
            NotFound, Refused: no such connection, it was removed, or it is being read.
        """
        if connection is None:
            chosen = await self._connections.list(tenant)
        else:
            chosen = [await self._connections.present(tenant, connection)]
        async with self._db.tenant(tenant.tenant_id) as uow:
            waiting = {row.connection_id for row in await uow.sync.quarantined()}
        retried: list[Retried] = []
        for each in chosen:
            if each.connection_id not in waiting:
                continue
            async with self._remapping.writing(tenant, each) as writing:
                remapped = await writing.map_quarantined()
                one = Retried(connection=each.name, remapped=remapped)
                await self._auditor.note(
                    writing.uow,
                    actor=actor,
                    action="quarantine.retry",
                    subject=each.name,
                    rows=str(remapped.rows),
                    released=str(one.released),
                )
            retried.append(one)
        return retried
