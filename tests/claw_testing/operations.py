"""The operations on connections as an engine would wire them, over a world of the sync."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from claw.core.model.versions import released_versions
from claw.engine.connection_checks import ConnectionChecks
from claw.engine.connection_removal import ConnectionRemoval
from claw.engine.connection_settings import ConnectionSettings
from claw.engine.connections import ConnectionService
from claw.engine.data_ages import DataAges
from claw.engine.quality import QualityService
from claw.engine.quarantine import QuarantineService
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.engine.sync.source import Sources
from claw.engine.sync_history import SyncHistory
from claw.ports.connection_store import Connection
from claw.ports.connector import Bundle, MapEnv, Mapped, MapResult, Skipped
from claw.ports.manifest import SettingSpec
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.holidays import PackagedHolidays
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.bayside import pack
from claw_testing.scripted_connector import ScriptedConnector, VendorHttpFactory, scripted_manifest
from claw_testing.sync_world import NOW, OneConnector, World, new_world

ME = "cli:test"

_SETTINGS = (
    SettingSpec(name="base_url", title="", kind="origin", default="https://a.example"),
    SettingSpec(name="company", title="", affects="account"),
    SettingSpec(name="rate", title="", affects="reading"),
    SettingSpec(name="status", title=""),
    SettingSpec(name="leave_out", title=""),
)


class SettledConnector(ScriptedConnector):
    """Scripted, with settings: ``status`` is everybody's, ``leave_out`` a title to skip."""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        assert "rate" not in env.settings, "mapping sees no setting of the reading"
        mapped = super().map(bundle, env)
        if not isinstance(mapped, Mapped):
            return mapped
        first: Any = mapped.records[0]
        if first.title == env.settings.get("leave_out"):
            return Skipped(code="left_out")
        status = env.settings.get("status", first.status)
        return Mapped(records=(replace(first, status=status), *mapped.records[1:]))


@dataclass
class Operations:
    """The use cases about one world's connection."""

    world: World
    connections: ConnectionService
    settings: ConnectionSettings
    checks: ConnectionChecks
    removal: ConnectionRemoval
    quality: QualityService
    quarantine: QuarantineService
    history: SyncHistory
    ages: DataAges
    snapshots: SnapshotService
    summaries: SummaryService

    async def take(self, **dates: date) -> str:
        """A snapshot, a minute later; its name."""
        self.world.clock.pass_minutes(1)
        return (await self.snapshots.take(self.world.tenant, **dates)).id

    async def audited(self) -> list[tuple[str, str, str, dict[str, str]]]:
        """Who did what to which subject, in order."""
        async with self.world.pool.tenant(self.world.tenant.tenant_id) as tx:
            rows = await tx.fetch("select * from claw.audit_entry order by at, action")
        return [(r["actor"], r["action"], r["subject"], json.loads(r["detail"])) for r in rows]

    async def rows(self, table: str) -> int:
        """How many rows of the tenant a table holds."""
        async with self.world.pool.tenant(self.world.tenant.tenant_id) as tx:
            found = await tx.fetchval(f"select count(*) from claw.{table}")
        assert isinstance(found, int)
        return found


async def settled_world(pool: Pool) -> World:
    """A world whose connector has settings."""
    manifest = replace(scripted_manifest(), settings=_SETTINGS)
    return await new_world(pool, connector=SettledConnector(manifest))


def operations(world: World, db: PostgresDatabase | None = None) -> Operations:
    """The operations as another process would build them, over its own way to the data."""
    db, ids = db or PostgresDatabase(world.pool), RandomIds()
    catalog, box = OneConnector(world.connector), AesGcmBox(bytes(32))
    sources = Sources(
        db=db,
        catalog=catalog,
        http=VendorHttpFactory(world.vendor),
        box=box,
        metrics=world.tally,
        log=world.tally,
    )
    connections = ConnectionService(db, world.clock, ids, catalog, box)
    snapshots = SnapshotService(
        db=db,
        clock=world.clock,
        catalog=catalog,
        versions=released_versions(),
        tzdata_version="2026f",
    )
    return Operations(
        world=world,
        connections=connections,
        settings=ConnectionSettings(
            db=db, clock=world.clock, ids=ids, catalog=catalog, connections=connections
        ),
        checks=ConnectionChecks(clock=world.clock, sources=sources, connections=connections),
        removal=ConnectionRemoval(db=db, clock=world.clock, ids=ids, connections=connections),
        quality=QualityService(db=db, clock=world.clock, connections=connections),
        quarantine=QuarantineService(
            db=db, clock=world.clock, ids=ids, catalog=catalog, connections=connections
        ),
        history=SyncHistory(db=db, connections=connections),
        ages=DataAges(db=db, clock=world.clock),
        snapshots=snapshots,
        summaries=SummaryService(
            db=db,
            clock=world.clock,
            snapshots=snapshots,
            verticals={"trades": pack()},
            holidays=PackagedHolidays(),
            tzdata_version="2026f",
        ),
    )


async def second_connection(world: World, name: str = "rooms") -> Connection:
    """Another connection of the tenant, to the same vendor."""
    other = Connection(
        connection_id=uuid4(),
        name=name,
        connector="scripted",
        settings={},
        status="active",
        paused_reason=None,
        facts=None,
        created_at=NOW,
    )
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.connections.add(other)
    return other
