"""Puts the stores over a transaction."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from claw.store.audit import PostgresAudit
from claw.store.connections import PostgresConnections
from claw.store.deliveries import PostgresDeliveries
from claw.store.due import PostgresDue
from claw.store.grants import PostgresGrants
from claw.store.hints import PostgresHints
from claw.store.lanes import PostgresIdleLanes, PostgresLanes
from claw.store.leases import PostgresLeases
from claw.store.queue.doorbell import PlatformQueueDoorbell, QueueDoorbell
from claw.store.raws import PostgresRaws
from claw.store.reconnects import PostgresReconnects
from claw.store.records import PostgresRecords
from claw.store.removals import PostgresRemovals
from claw.store.routines import PostgresRoutines
from claw.store.snapshots import PostgresSnapshots
from claw.store.summaries import PostgresSummaries
from claw.store.sync import PostgresSync
from claw.store.tenancy import Pool, Transaction
from claw.store.tenants import PostgresTenants


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
            yield TenantStores(transaction, tenant_id)

    @asynccontextmanager
    async def reading(self, tenant_id: UUID) -> AsyncGenerator[TenantStores]:
        async with self._pool.reading(tenant_id) as transaction:
            yield TenantStores(transaction, tenant_id)

    @asynccontextmanager
    async def platform(self) -> AsyncGenerator[PlatformStores]:
        async with self._pool.platform() as transaction:
            yield PlatformStores(transaction)
