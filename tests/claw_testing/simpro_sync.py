"""The engine syncing a simulated simPRO build into a real database, waits skipped."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx2

from claw.connect.limits import Limiters
from claw.connect.transport import Link, Transports
from claw.connectors.simpro.connector import CONNECTOR
from claw.engine.sync import SyncReport, SyncService
from claw.engine.sync.source import Sources
from claw.ports.connection_store import Connection
from claw.ports.connector import Connector, Http
from claw.ports.manifest import Manifest
from claw.ports.request_observer import RequestObserver
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.acme import FixedClock
from claw_testing.memory_budget import MemoryRateBudget
from claw_testing.simpro_world import NOW, TODAY, SimproWorld, TamperedHttp
from claw_testing.sync_world import OneConnector, Tally, World, new_world


class SimproCatalog(OneConnector):
    """``ConnectorCatalog`` in which the one connector is simPRO's."""

    def __init__(self) -> None:
        pass

    def load(self, key: str) -> Connector:
        return CONNECTOR

    def manifest(self, key: str) -> Manifest:
        return CONNECTOR.manifest


class SimproSync:
    """A build, a tenant who reads it, and the engine in between."""

    def __init__(self, build: SimproWorld, world: World) -> None:
        self.build = build
        self.world = world
        self.clock = world.clock
        self.clock.instant = NOW
        self.tally = Tally()
        machine = build.machine
        self._limiters = Limiters(MemoryRateBudget(machine), machine, str.encode)

    @asynccontextmanager
    async def open(
        self,
        manifest: Manifest,
        connection: Connection,
        secrets: Mapping[str, str],
        *,
        tenant_id: UUID,
        observer: RequestObserver,
        trace_id: str,
    ) -> AsyncGenerator[Http]:
        """``HttpFactory`` to the build."""
        link = Link(
            manifest=manifest,
            connection=connection.name,
            connection_id=str(connection.connection_id),
            settings=connection.settings,
            secrets={"api_key": self.build.api_key},
            trace_id=trace_id,
        )
        transports = Transports(
            limiters=self._limiters,
            clock=FixedClock(),
            machine=self.build.machine,
            observer=observer,
        )
        wire = httpx2.ASGITransport(app=self.build.simulator.app)
        async with transports.open(link, wire=wire) as http:
            yield TamperedHttp(http, self.build.tampering)

    async def changes(self) -> SyncReport:
        """Follow the change feeds after a minute has passed."""
        return await self._run(changes=True)

    async def sync(self, first: date = TODAY, days: int = 2) -> SyncReport:
        """Sync some days, after a minute has passed."""
        return await self._run(first=first, last=first + timedelta(days=days - 1))

    async def _run(self, **wanted: Any) -> SyncReport:
        self.clock.pass_minutes(1)
        sources = Sources(
            db=PostgresDatabase(self.world.pool),
            catalog=SimproCatalog(),
            http=self,
            box=AesGcmBox(bytes(32)),
            metrics=self.tally,
            log=self.tally,
        )
        service = SyncService(
            db=PostgresDatabase(self.world.pool),
            clock=self.clock,
            ids=RandomIds(),
            sources=sources,
            metrics=self.tally,
            lease_wait_seconds=0,
        )
        return await service.run(self.world.tenant, **wanted)


async def new_simpro_sync(pool: Pool, *faults: str, **settings: str) -> SimproSync:
    """A fresh tenant with a connection to a fresh build."""
    build = SimproWorld(*faults)
    world = await new_world(pool, settings={**build.settings, **settings})
    return SimproSync(build, world)
