"""Puts the stores over a transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from claw.core.events.patterns import matches
from claw.ports.work import WEBHOOK
from claw.store.audit import PostgresAudit
from claw.store.connections import PostgresConnections
from claw.store.deliveries import PostgresDeliveries
from claw.store.due import PostgresDue
from claw.store.events import PostgresEvents
from claw.store.grants import PostgresGrants
from claw.store.hints import PostgresHints
from claw.store.lanes import PostgresIdleLanes, PostgresLanes
from claw.store.leases import PostgresLeases
from claw.store.metering import PostgresMetering
from claw.store.queue.doorbell import PlatformQueueDoorbell, QueueDoorbell
from claw.store.raws import PostgresRaws
from claw.store.reconnects import PostgresReconnects
from claw.store.records import PostgresRecords
from claw.store.removals import PostgresRemovals
from claw.store.retention import PostgresRetention
from claw.store.routines import PostgresRoutines
from claw.store.snapshots import PostgresSnapshots
from claw.store.summaries import PostgresSummaries
from claw.store.sync import PostgresSync
from claw.store.tenancy import Pool, Transaction
from claw.store.tenants import PostgresTenants
from claw.store.webhooks import PostgresWebhooks


class TenantStores:
    """``UnitOfWork``: the stores of one tenant inside one transaction."""

    def __init__(self, transaction: Transaction, tenant_id: UUID) -> None:
        self.connections = PostgresConnections(transaction, tenant_id)
        self.raws = PostgresRaws(transaction, tenant_id)
        self.records = PostgresRecords(transaction, tenant_id)
        self.sync = PostgresSync(transaction, tenant_id)
        self.hints = PostgresHints(transaction, tenant_id)
        self.leases = PostgresLeases(transaction, tenant_id)
        self.grants = PostgresGrants(transaction, tenant_id)
        self.reconnects = PostgresReconnects(transaction, tenant_id)
        self.removals = PostgresRemovals(transaction, tenant_id)
        self.audit = PostgresAudit(transaction, tenant_id)
        self.work = QueueDoorbell(transaction, tenant_id)
        self.lanes = PostgresLanes(transaction, tenant_id)
        self.routines = PostgresRoutines(transaction, tenant_id)
        self.deliveries = PostgresDeliveries(transaction, tenant_id)
        self.snapshots = PostgresSnapshots(transaction, tenant_id)
        self.summaries = PostgresSummaries(transaction, tenant_id)
        self.retention = PostgresRetention(transaction, tenant_id)
        self.events = PostgresEvents(transaction, tenant_id)
        self.metering = PostgresMetering(transaction, tenant_id)
        self.webhooks = PostgresWebhooks(transaction, tenant_id)

    async def flush(self) -> None:
        """Write what was told and counted: the end of the transaction, events last of all.

        Every transaction takes these locks in this order and holds them for no other work,
        so that nobody waits in a circle and a tenant's commits wait for each other briefly.
        """
        await self.metering.flush()
        await self._call_endpoints()
        await self.events.flush()

    async def _call_endpoints(self) -> None:
        told = {event.type for event in self.events.told}
        for endpoint_id, patterns in await self.webhooks.wanting() if told else ():
            if any(matches(patterns, type_) for type_ in told):
                await self.work.ring(f"{WEBHOOK}:{endpoint_id}")

    def refuse_writes(self) -> None:
        """What only reads tells nothing and counts nothing: that would be lost unseen."""
        if self.events.told or self.metering.counted:
            raise RuntimeError("a transaction that only reads was told something to keep")


class PlatformStores:
    """``PlatformUnitOfWork``: the installation's own tables inside one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.tenants = PostgresTenants(transaction)
        self.due = PostgresDue(transaction)
        self.work = PlatformQueueDoorbell(transaction)
        self.idle_lanes = PostgresIdleLanes(transaction)


class PostgresDatabase:
    """``Database`` over a pool of one application role."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncGenerator[TenantStores]:
        async with self._pool.tenant(tenant_id) as transaction:
            stores = TenantStores(transaction, tenant_id)
            yield stores
            await stores.flush()

    @asynccontextmanager
    async def reading(self, tenant_id: UUID) -> AsyncGenerator[TenantStores]:
        async with self._pool.reading(tenant_id) as transaction:
            stores = TenantStores(transaction, tenant_id)
            yield stores
            stores.refuse_writes()

    @asynccontextmanager
    async def platform(self) -> AsyncGenerator[PlatformStores]:
        async with self._pool.platform() as transaction:
            yield PlatformStores(transaction)
