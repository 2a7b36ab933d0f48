"""Thinning as background work: once for each local day, at 03:00 on the tenant's wall."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from claw.engine.retention import RetentionService, next_thinning
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

ACTOR = "claw"


class RetentionLane:
    """Thins one tenant at a time. Doing it twice takes nothing more away.

    A day that was missed is not made up for: thinning looks at what is there.
    """

    kind = "retention"

    def __init__(self, *, db: Database, retention: RetentionService) -> None:
        self._db = db
        self._retention = retention

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        """Tenants whose time has come."""
        async with self._db.platform() as uow:
            return await uow.due.retention(now)

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        """Thin, collect one batch; True when more is left to collect today."""
        thinned = await self._retention.thin(tenant, actor=ACTOR)
        if thinned.collected.more:
            return True
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.retention.plan(next_thinning(tenant.zone, now))
        return False
