"""A tenant whose connection signs in to a simulated simPRO build by OAuth 2.

The database is real and so is every request; waiting is skipped, on one clock that the
simulator shares. ``elsewhere()`` is what another process would be: its own token sources
and limits on the same database. Machine time of the database is moved by ``pass_seconds``.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from claw.connect.auth.decision import TokenPolicy
from claw.connect.auth.tokens import TokenSources
from claw.connect.catalog import InstalledConnectors
from claw.connect.factory import TransportFactory
from claw.connect.limits import Limiters
from claw.connect.simulator import serve
from claw.connect.token_server import TokenServer
from claw.connect.transport import Transport
from claw.connectors.simpro.connector import CONNECTOR
from claw.connectors.simpro.simulator import Simulator
from claw.engine.connections import ConnectionService
from claw.engine.keeping_alive import KeepAliveService
from claw.engine.sync import SyncReport, SyncService
from claw.engine.sync.source import Sources
from claw.ports.connection_store import Connection
from claw.ports.connector import Log
from claw.ports.reconnect_store import ReconnectTask
from claw.ports.tenant_store import Tenant
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.acme import TRACE, Notebook, QuickMachine
from claw_testing.memory_budget import MemoryRateBudget
from claw_testing.sync_world import HandClock, Tally

TODAY = date(2026, 11, 25)
NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
COMPANIES = "/api/v1.0/companies/"

QUICK = TokenPolicy(cool_down_seconds=0.0, longest_wait_seconds=30.0)
"""Without the rest after passing trouble, which the database would count in real time."""


@dataclass
class OAuthWorld:
    """What a test of signing in holds in its hands."""

    pool: Pool
    machine: QuickMachine
    simulator: Simulator
    tenant: Tenant
    connection: Connection
    policy: TokenPolicy = QUICK
    clock: HandClock = field(default_factory=lambda: HandClock(NOW))
    tally: Tally = field(default_factory=Tally)
    log: Log = field(default_factory=Tally)
    notebook: Notebook = field(default_factory=Notebook)

    def __post_init__(self) -> None:
        self.db = PostgresDatabase(self.pool)
        self.box = AesGcmBox(bytes(32))
        self.catalog = InstalledConnectors(allow_plain_http_loopback=True)
        self.budget = MemoryRateBudget(self.machine)
        self.http = self.elsewhere()

    @property
    def tokens(self) -> TokenServer:
        return self.simulator.tokens

    @property
    def connections(self) -> ConnectionService:
        return ConnectionService(self.db, self.clock, RandomIds(), self.catalog, self.box)

    def elsewhere(self) -> TransportFactory:
        """The way to the source as another process would build it."""
        return TransportFactory(
            limiters=Limiters(self.budget, self.machine, str.encode),
            tokens=TokenSources(
                db=self.db,
                box=self.box,
                ids=RandomIds(),
                machine=self.machine,
                policy=self.policy,
            ),
            clock=self.clock,
            machine=self.machine,
            plain_loopback=True,
        )

    @asynccontextmanager
    async def transport(self, http: TransportFactory | None = None) -> AsyncGenerator[Transport]:
        """The connection opened for reading."""
        connection = await self.connections.get(self.tenant, self.connection.name)
        secrets = await self.connections.opened_secrets(self.tenant, connection)
        async with (http or self.http).open(
            CONNECTOR.manifest,
            connection,
            secrets,
            tenant_id=self.tenant.tenant_id,
            observer=self.notebook,
            trace_id=TRACE,
        ) as transport:
            yield transport

    async def read(self, http: TransportFactory | None = None) -> int:
        """Read something small; returns the status."""
        async with self.transport(http) as transport:
            return (await transport.get(COMPANIES, path={})).status

    async def sync(self) -> SyncReport:
        """A whole sync of today."""
        return await self._service().run(self.tenant, first=TODAY, last=TODAY)

    async def check(self) -> None:
        """Prove the connection. Raises connector errors."""
        sources = self._sources()
        connection = await self.connections.get(self.tenant, self.connection.name)
        async with sources.open(
            self.tenant, connection, now=self.clock.now(), trace_id=TRACE
        ) as source:
            await sources.check(source)

    def _sources(self) -> Sources:
        return Sources(
            db=self.db,
            catalog=self.catalog,
            http=self.http,
            box=self.box,
            metrics=self.tally,
            log=self.log,
        )

    def _service(self) -> SyncService:
        return SyncService(
            db=self.db,
            clock=self.clock,
            ids=RandomIds(),
            sources=self._sources(),
            metrics=self.tally,
            lease_wait_seconds=0,
        )

    def keep_alive(self) -> KeepAliveService:
        """The keep-alive of this process."""
        return KeepAliveService(
            db=self.db,
            clock=self.clock,
            ids=RandomIds(),
            catalog=self.catalog,
            connections=self.connections,
            renewer=self.http,
            metrics=self.tally,
            log=self.log,
        )

    async def grant(self) -> Mapping[str, Any]:
        """The grant's row as it lies in the database."""
        async with self.pool.tenant(self.tenant.tenant_id) as tx:
            row = await tx.fetchrow("select * from claw.oauth_grant")
        assert row is not None
        return dict(row)

    async def state(self) -> str:
        """The state of the grant."""
        async with self.db.tenant(self.tenant.tenant_id) as uow:
            grant = await uow.grants.find(self.connection.connection_id)
        assert grant is not None
        return grant.state

    async def task(self) -> ReconnectTask | None:
        """The open reconnect task."""
        async with self.db.tenant(self.tenant.tenant_id) as uow:
            return await uow.reconnects.opened(self.connection.connection_id)

    async def tasks(self) -> list[Mapping[str, Any]]:
        """Every reconnect task there ever was."""
        async with self.pool.tenant(self.tenant.tenant_id) as tx:
            rows = await tx.fetch("select * from claw.reconnect_task order by number")
        return [dict(row) for row in rows]

    async def status(self) -> tuple[str, str | None]:
        """Whether the connection is read, and if not why."""
        found = await self.connections.get(self.tenant, self.connection.name)
        return found.status, found.paused_reason

    async def pass_seconds(self, seconds: float) -> None:
        """Let time pass: for the database's tokens and leases, and for the simulator."""
        times = ("expires_at", "renewed_at", "lease_taken_at", "lease_until", "cool_until")
        moved = ", ".join(f"{name} = {name} - make_interval(secs => $1)" for name in times)
        async with self.pool.tenant(self.tenant.tenant_id) as tx:
            await tx.execute(f"update claw.oauth_grant set {moved}", seconds)
        await self.machine.sleep(seconds)


@asynccontextmanager
async def oauth_world(
    pool: Pool,
    *faults: str,
    consent: bool = True,
    policy: TokenPolicy = QUICK,
    secrets_given: Mapping[str, str] | None = None,
    monotonic: Callable[[], float] | None = None,
) -> AsyncGenerator[OAuthWorld]:
    """A fresh tenant connected to a fresh build, by consent or as the application itself."""
    machine = QuickMachine()
    simulator = Simulator(
        seed=1, today=TODAY, faults=faults, monotonic=monotonic or machine.seconds
    )
    tenant = Tenant(
        tenant_id=uuid4(),
        slug=f"t-{uuid4().hex}",
        name="Harbour",
        zone="Australia/Sydney",
        country="AU",
        locale="en-AU",
        vertical="trades",
        status="active",
        created_at=NOW,
    )
    async with PostgresDatabase(pool).platform() as platform:
        await platform.tenants.add(tenant)
    secrets = dict(secrets_given or simulator.tokens.secrets)
    if not consent:
        secrets.pop("refresh_token", None)
    async with serve(simulator.app) as running:
        world = OAuthWorld(pool, machine, simulator, tenant, connection=_UNMADE)
        world.policy = policy
        world.http = world.elsewhere()
        world.connection = await world.connections.add(
            tenant,
            "simpro",
            name="simpro",
            settings={
                "base_url": running.base_url,
                "company_id": "2",
                "requests_per_second": "10",
            },
            secrets=secrets,
            actor="test",
        )
        yield world


_UNMADE = Connection(
    connection_id=uuid4(),
    name="unmade",
    connector="simpro",
    settings={},
    status="active",
    paused_reason=None,
    facts=None,
    created_at=NOW,
)
