"""How well the current records are known: what to say beside a list of them."""

from collections.abc import Sequence
from datetime import date

from claw.core.errors import NotFound
from claw.core.snapshots.content import SnapshotSource
from claw.core.time import local_date
from claw.engine.snapshot_taking import sources_of
from claw.engine.sync.plan import window_of
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database


class RecordSources:
    """The use case of asking what stands behind the records."""

    def __init__(self, *, db: Database, clock: Clock, catalog: ConnectorCatalog) -> None:
        self._db = db
        self._clock = clock
        self._catalog = catalog

    async def of(
        self,
        tenant: Tenant,
        *,
        connection: str | None = None,
        first: date | None = None,
        last: date | None = None,
    ) -> Sequence[SnapshotSource]:
        """What each stream contributes to some dates; without them to the default window.

        Raises:
            InvalidInput: when the range makes no sense.
            NotFound: when nothing was ever read, of any date, so that an empty list of
                records would say something that nobody knows.
        """
        first, last = window_of(local_date(self._clock.now(), tenant.zone), first, last)
        async with self._db.reading(tenant.tenant_id) as uow:
            known = [
                each
                for each in await uow.connections.list(removed=True)
                if connection in (None, each.name)
            ]
            if not [c for c in known if await uow.sync.ever_read(c.connection_id)]:
                raise NotFound(
                    f"nothing of {connection or tenant.slug} was ever read completely",
                    code="nothing_read",
                    hint=f"`claw sync --tenant {tenant.slug}`",
                )
            sources = await sources_of(uow, self._catalog, tenant.zone, first, last)
        return [source for source in sources if connection in (None, source.connection)]
