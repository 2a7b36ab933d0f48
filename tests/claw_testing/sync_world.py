"""A tenant with one connection to the scripted vendor, on a real database."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from claw.core.errors import NotFound
from claw.engine.records import RecordService
from claw.engine.sync import StreamReport, SyncReport, SyncService
from claw.engine.sync.source import Sources
from claw.ports.connection_store import Connection
from claw.ports.connector import Connector
from claw.ports.manifest import Manifest, WayIn
from claw.ports.tenant_store import Tenant
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.scripted_connector import ScriptedConnector, Vendor, VendorHttpFactory

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
"""07:00 on Wednesday, 25 November 2026 in Sydney."""

# Everything a sync makes visible; runs and leases are about the work, not the schedule.
_VISIBLE = (
    "raw_blob",
    "raw_current",
    "bundle_part",
    "record_blob",
    "record_current",
    "progress_seen",
    "coverage",
    "quarantine",
    "held_removal",
    "hint_cursor",
)


class HandClock:
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime) -> None:
        self.instant = now

    def now(self) -> datetime:
        return self.instant

    def pass_minutes(self, minutes: int) -> None:
        self.instant += timedelta(minutes=minutes)


class OneConnector:
    """``ConnectorCatalog`` with the scripted connector alone."""

    def __init__(self, connector: ScriptedConnector) -> None:
        self._connector = connector

    def manifests(self) -> Mapping[str, Manifest]:
        return {"scripted": self._connector.manifest}

    def manifest(self, key: str) -> Manifest:
        return self.load(key).manifest

    def load(self, key: str) -> Connector:
        if key != "scripted":
            raise NotFound(f"there is no connector {key!r}", code="connector_unknown")
        return self._connector

    def check_settings(
        self, key: str, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Mapping[str, str]:
        return settings

    def way_in(self, key: str, given: Collection[str]) -> WayIn | None:
        return "none"


class Tally:
    """``Metrics`` and ``Log`` that a test can read."""

    def __init__(self) -> None:
        self.counted: list[tuple[str, dict[str, str]]] = []
        self.lines: list[str] = []

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        self.counted.append((name, labels))

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        pass

    def info(self, event: str, **values: object) -> None:
        self.lines.append(event)

    def warning(self, event: str, **values: object) -> None:
        self.lines.append(event)


@dataclass
class World:
    """What a test of the sync holds in its hands."""

    pool: Pool
    vendor: Vendor
    connector: ScriptedConnector
    tenant: Tenant
    connection: Connection
    clock: HandClock = field(default_factory=lambda: HandClock(NOW))
    tally: Tally = field(default_factory=Tally)

    def service(self) -> SyncService:
        """The sync as another process would build it."""
        db = PostgresDatabase(self.pool)
        sources = Sources(
            db=db,
            catalog=OneConnector(self.connector),
            http=VendorHttpFactory(self.vendor),
            box=AesGcmBox(bytes(32)),
            metrics=self.tally,
            log=self.tally,
        )
        return SyncService(
            db=db,
            clock=self.clock,
            ids=RandomIds(),
            sources=sources,
            metrics=self.tally,
            lease_wait_seconds=0,
        )

    async def sync(self, first: str | None = None, last: str | None = None) -> SyncReport:
        """Sync after a minute has passed."""
        self.clock.pass_minutes(1)
        return await self.service().run(self.tenant, first=_date(first), last=_date(last))

    async def changes(self) -> SyncReport:
        """Follow the change feed after a minute has passed."""
        self.clock.pass_minutes(1)
        return await self.service().run(self.tenant, changes=True)

    async def counts(self, first: str | None = None, last: str | None = None) -> StreamReport:
        """Sync, which must go well, and its counts."""
        report = await self.sync(first, last)
        assert [c.status for c in report.connections] == ["ok"], report
        return report.connections[0].streams[0]

    async def lines(self, *, raw: bool = False) -> list[dict[str, Any]]:
        """What ``claw records`` prints."""
        service = RecordService(PostgresDatabase(self.pool))
        return [json.loads(line) for line in await service.lines(self.tenant, raw=raw)]

    async def visit(self, number: int) -> dict[str, Any]:
        """One appointment as printed."""
        ref = f"{self.connection.name}/visit:{number}"
        (line,) = [line for line in await self.lines() if line["ref"] == ref]
        return line

    async def gone(self) -> list[str]:
        """References of what is gone, in order."""
        return [line["ref"] for line in await self.lines() if line.get("gone")]

    async def visible(self) -> dict[str, list[str]]:
        """Every row that a sync makes visible, as the database writes it."""
        async with self.pool.tenant(self.tenant.tenant_id) as tx:
            return {
                table: [
                    row["row"]
                    for row in await tx.fetch(
                        f'select r::text as row from claw.{table} r order by r::text collate "C"'
                    )
                ]
                for table in _VISIBLE
            }

    async def outcomes(self) -> list[str]:
        """What became of each run, in order of their start."""
        async with self.pool.tenant(self.tenant.tenant_id) as tx:
            rows = await tx.fetch("select outcome from claw.sync_run order by started_at, run_id")
        return [row["outcome"] for row in rows]

    async def expire_leases(self) -> None:
        """Let as much machine time pass as ends every lease."""
        async with self.pool.tenant(self.tenant.tenant_id) as tx:
            await tx.execute("update claw.lease set until = clock_timestamp()")


async def new_world(
    pool: Pool,
    *,
    vendor: Vendor | None = None,
    connector: ScriptedConnector | None = None,
    zone: str = "Australia/Sydney",
    settings: Mapping[str, str] | None = None,
    slug: str | None = None,
) -> World:
    """A fresh tenant and its connection ``field`` in the database."""
    tenant_id = uuid4()
    tenant = Tenant(
        tenant_id=tenant_id,
        slug=slug or f"t-{tenant_id.hex}",
        name="Trades",
        zone=zone,
        country="AU",
        locale="en-AU",
        vertical="trades",
        status="active",
        created_at=NOW,
    )
    connection = Connection(
        connection_id=uuid4(),
        name="field",
        connector="scripted",
        settings=settings or {},
        status="active",
        paused_reason=None,
        facts=None,
        created_at=NOW,
    )
    db = PostgresDatabase(pool)
    async with db.platform() as platform:
        await platform.tenants.add(tenant)
    async with db.tenant(tenant_id) as uow:
        await uow.connections.add(connection)
    return World(
        pool=pool,
        vendor=vendor or Vendor(),
        connector=connector or ScriptedConnector(),
        tenant=tenant,
        connection=connection,
    )


async def connection_status(world: World) -> tuple[str, str | None]:
    """Whether the connection is read, and if not why."""
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        connection = await uow.connections.find(world.connection.name)
    assert connection is not None
    return connection.status, connection.paused_reason


def run_id(report: SyncReport) -> UUID:
    """The run a report is about."""
    return UUID(report.run)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
