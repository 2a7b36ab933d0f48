"""Transactions of one tenant, and of the platform.

``tenant(id)`` opens one transaction that can see and write one tenant's rows only;
``platform()`` one that sees the installation's own tables. There is no other way to the
data, and neither is held across a network call.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from claw.ports.audit_store import AuditStore
from claw.ports.connection_store import ConnectionStore
from claw.ports.delivery_store import DeliveryStore
from claw.ports.due_store import DueStore
from claw.ports.event_store import EventStore
from claw.ports.grant_store import GrantStore
from claw.ports.hint_store import HintStore
from claw.ports.lease_store import LeaseStore
from claw.ports.metering_store import MeteringStore
from claw.ports.raw_store import RawStore
from claw.ports.reconnect_store import ReconnectStore
from claw.ports.record_store import RecordStore
from claw.ports.removal_store import RemovalStore
from claw.ports.retention_store import RetentionStore
from claw.ports.routine_store import RoutineStore
from claw.ports.snapshot_store import SnapshotStore
from claw.ports.summary_store import SummaryStore
from claw.ports.sync_store import SyncStore
from claw.ports.tenant_store import TenantStore
from claw.ports.webhook_store import WebhookStore
from claw.ports.work import Doorbell, IdleLanes, LaneStore, PlatformDoorbell


class UnitOfWork(Protocol):
    """The stores of one tenant inside one transaction."""

    @property
    def connections(self) -> ConnectionStore:
        """Connections and their sealed secrets."""
        ...

    @property
    def raws(self) -> RawStore:
        """Bodies as the sources sent them, and what each record was made from."""
        ...

    @property
    def records(self) -> RecordStore:
        """Current canonical records."""
        ...

    @property
    def sync(self) -> SyncStore:
        """Runs, coverage, quarantine, held removals."""
        ...

    @property
    def hints(self) -> HintStore:
        """How far change feeds were followed."""
        ...

    @property
    def leases(self) -> LeaseStore:
        """The right to write something across network calls."""
        ...

    @property
    def grants(self) -> GrantStore:
        """OAuth 2 grants of connections and the right to renew them."""
        ...

    @property
    def reconnects(self) -> ReconnectStore:
        """What a person must do before a source can be read again."""
        ...

    @property
    def removals(self) -> RemovalStore:
        """Taking away what belongs to a connection that is removed."""
        ...

    @property
    def audit(self) -> AuditStore:
        """What people did."""
        ...

    @property
    def work(self) -> Doorbell:
        """Calls for work that this transaction makes due."""
        ...

    @property
    def lanes(self) -> LaneStore:
        """Who works what, across network calls."""
        ...

    @property
    def routines(self) -> RoutineStore:
        """Routines and their occurrences."""
        ...

    @property
    def deliveries(self) -> DeliveryStore:
        """What is to be delivered, and what became of it."""
        ...

    @property
    def snapshots(self) -> SnapshotStore:
        """Snapshots, trees and parts."""
        ...

    @property
    def summaries(self) -> SummaryStore:
        """Kept summaries and their contexts."""
        ...

    @property
    def retention(self) -> RetentionStore:
        """What is kept of the past."""
        ...

    @property
    def events(self) -> EventStore:
        """What happened."""
        ...

    @property
    def metering(self) -> MeteringStore:
        """What was used."""
        ...

    @property
    def webhooks(self) -> WebhookStore:
        """Endpoints that are told what happened."""
        ...


class PlatformUnitOfWork(Protocol):
    """The installation's own tables inside one transaction."""

    @property
    def tenants(self) -> TenantStore:
        """The businesses of this installation."""
        ...

    @property
    def due(self) -> DueStore:
        """Which tenants have work that is due; names of tenants and nothing else."""
        ...

    @property
    def work(self) -> PlatformDoorbell:
        """Calls for work of many tenants."""
        ...

    @property
    def idle_lanes(self) -> IdleLanes:
        """Which lanes nobody holds."""
        ...


class Database(Protocol):
    """Where units of work come from."""

    def tenant(self, tenant_id: UUID) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction of one tenant; committed when the block ends well.

        Raises:
            TenantMissing: before any SQL, when there is no tenant.
        """
        ...

    def reading(self, tenant_id: UUID) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction of one tenant that only reads and sees one moment throughout.

        For what must agree with itself across statements while others commit.

        Raises:
            TenantMissing: before any SQL, when there is no tenant.
        """
        ...

    def platform(self) -> AbstractAsyncContextManager[PlatformUnitOfWork]:
        """One transaction over the installation's own tables."""
        ...
