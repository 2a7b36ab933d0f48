"""A business with a routine, a source and the lane that runs what is due, on a real database."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import claw.core.verticals
from claw.core.model.versions import released_versions
from claw.core.routines.routine import Lateness, Routine, SummaryTask, Target
from claw.core.time import Daily, Recurrence
from claw.core.verticals import VerticalPack, parse_pack
from claw.engine.routines.lane import OccurrenceLane
from claw.engine.routines.morning import Made, Morning
from claw.engine.routines.service import RoutineService
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.ports.routine_store import Occurrence, StoredRoutine
from claw.ports.tenant_store import Tenant
from claw.store.unit_of_work import PostgresDatabase
from claw.system.holidays import PackagedHolidays
from claw.system.ids import RandomIds
from claw_testing.sync_world import OneConnector, World

TZDATA = "2026f"
ACTOR = "test"


class Stub(Morning):
    """The task without its work: what a crash, a slow source or a defect looks like."""

    def __init__(self, *outcomes: object) -> None:
        self.outcomes = list(outcomes)
        self.runs: list[str] = []
        self.started = asyncio.Event()

    async def run(self, tenant: Tenant, stored: StoredRoutine, occurrence: Occurrence) -> Made:
        self.runs.append(occurrence.key)
        self.started.set()
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, asyncio.Event):
            await outcome.wait()
        return Made(snapshot_id="sha256:s", summary_id="sha256:m", degraded=False)


@dataclass
class RoutineWorld:
    """What a test of routines holds in its hands; ``tzdata`` is what its engine has."""

    world: World
    tzdata: str = TZDATA
    ran: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.db = PostgresDatabase(self.world.pool)

    @property
    def service(self) -> RoutineService:
        return RoutineService(self.db, self.world.clock, RandomIds(), self.tzdata)

    def lane(self, morning: Morning | None = None) -> OccurrenceLane:
        """The lane as another worker would build it."""
        return OccurrenceLane(
            db=self.db,
            clock=self.world.clock,
            ids=RandomIds(),
            morning=morning or self.morning(),
            tzdata_version=self.tzdata,
            log=self.world.tally,
        )

    def morning(self) -> Morning:
        return Morning(
            sync=self.world.service(),
            snapshots=self.snapshots(),
            summaries=self.summaries(),
            db=self.db,
            log=self.world.tally,
        )

    def snapshots(self) -> SnapshotService:
        return SnapshotService(
            db=self.db,
            clock=self.world.clock,
            catalog=OneConnector(self.world.connector),
            versions=released_versions(),
            tzdata_version=TZDATA,
        )

    def summaries(self) -> SummaryService:
        return SummaryService(
            db=self.db,
            clock=self.world.clock,
            snapshots=self.snapshots(),
            verticals=packs(),
            holidays=PackagedHolidays(),
            tzdata_version=TZDATA,
        )

    async def add(
        self,
        *,
        name: str = "morning",
        recurrence: Recurrence | None = None,
        zone: str | None = None,
        lateness: Lateness | None = None,
        targets: tuple[Target, ...] = (Target(channel="console"),),
    ) -> StoredRoutine:
        """A routine that tells the owner, on the console unless said otherwise."""
        routine = Routine(
            name=name,
            recurrence=recurrence or Daily(at=time(6)),
            zone=zone,
            task=SummaryTask(),
            targets=targets,
            lateness=lateness or Lateness(),
        )
        return await self.service.add(self.world.tenant, routine, actor=ACTOR)

    def at(self, text: str) -> None:
        """Set the clock: UTC, to the minute or second."""
        self.world.clock.instant = datetime.fromisoformat(text).replace(tzinfo=UTC)

    async def work(self, lane: OccurrenceLane | None = None) -> int:
        """Let the lane do everything that is due now; how many times it was asked."""
        lane = lane or self.lane()
        rounds = 1
        while await lane.work(self.world.tenant, self.world.clock.now()):
            rounds += 1
        return rounds

    async def runs(self, name: str = "morning") -> dict[str, str]:
        """State by key of everything that is not ahead."""
        found = await self.service.runs(self.world.tenant, name, limit=100)
        return {o.key: o.state for o in found}

    async def occurrence(self, key: str, name: str = "morning") -> Occurrence:
        found = await self.service.runs(self.world.tenant, name, limit=100)
        return next(o for o in found if o.key == key)

    async def planned(self, name: str = "morning") -> Sequence[Occurrence]:
        stored = await self.service.get(self.world.tenant, name)
        async with self.db.tenant(self.world.tenant.tenant_id) as uow:
            return await uow.routines.planned(stored.routine_id)

    async def deliveries(self) -> list[tuple[str, str, datetime]]:
        """Occurrence, channel and due time of each delivery."""
        async with self.world.pool.tenant(self.world.tenant.tenant_id) as tx:
            rows = await tx.fetch(
                "select occurrence, channel, not_before from claw.delivery order by not_before"
            )
        return [(row["occurrence"], row["channel"], row["not_before"]) for row in rows]

    async def let_claims_lapse(self) -> None:
        """Let as much machine time pass as ends every claim and every rest."""
        async with self.world.pool.tenant(self.world.tenant.tenant_id) as tx:
            await tx.execute(
                "update claw.occurrence set claimed_until = clock_timestamp() where "
                "claimed_until is not null"
            )
            await tx.execute(
                "update claw.occurrence set try_again_at = clock_timestamp() where "
                "try_again_at is not null"
            )

    def pass_time(self, **parts: int) -> None:
        self.world.clock.instant += timedelta(**parts)


def packs() -> dict[str, VerticalPack]:
    """The trades' words."""
    folder = Path(claw.core.verticals.__file__).parent
    return {"trades": parse_pack((folder / "trades.toml").read_bytes())}
