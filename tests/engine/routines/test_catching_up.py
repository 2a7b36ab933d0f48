"""After a long outage: what is late ends together, and what is due is found once."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from claw.core.errors import SourceFailed
from claw.core.routines.routine import Lateness
from claw.core.time import EveryMinutes
from claw.ports.routine_store import Outcome
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw_testing.routine_world import RoutineWorld, Stub
from claw_testing.sync_world import World


class Counted(PostgresDatabase):
    """A database that counts in how many statements occurrences are ended."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.settled: list[tuple[str | None, int]] = []

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncIterator[TenantStores]:
        async with super().tenant(tenant_id) as stores:
            settle = stores.routines.settle

            async def counted(
                routine_id: UUID, keys: Collection[str], outcome: Outcome
            ) -> Sequence[str]:
                ended = await settle(routine_id, keys, outcome)
                self.settled.append((outcome.reason, len(ended)))
                return ended

            stores.routines.settle = counted
            yield stores


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    """It is 07:00 on Wednesday 25 November 2026 in Sydney."""
    routines = RoutineWorld(world)
    routines.db = Counted(world.pool)
    return routines


async def test_all_of_one_end_are_ended_in_one_statement(routines: RoutineWorld) -> None:
    await routines.add(recurrence=EveryMinutes(minutes=60))
    await routines.work(routines.lane(Stub(SourceFailed("no", code="source_failed"))))
    await routines.let_claims_lapse()
    assert isinstance(routines.db, Counted)
    routines.db.settled.clear()

    routines.pass_time(days=3)
    stub = Stub()
    await routines.work(routines.lane(stub))

    assert len(stub.runs) == 1
    assert sorted(routines.db.settled) == [
        ("source_failed", 1),
        ("superseded", 6),
        ("too_late", 65),
    ]


async def test_yesterday_is_not_told_once_today_was(routines: RoutineWorld) -> None:
    await routines.add(lateness=Lateness(catch_up="latest", most_seconds=2 * 86400))
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-25T19:00")
    await routines.work(routines.lane(Stub(SourceFailed("no", code="unreachable"))))
    routines.at("2026-11-26T19:00")  # and yesterday's still rests
    await routines.work(routines.lane(Stub()))
    await routines.let_claims_lapse()
    stub = Stub()
    await routines.work(routines.lane(stub))

    assert stub.runs == []
    assert await routines.runs() == {"2026-11-27": "done", "2026-11-26": "failed"}
