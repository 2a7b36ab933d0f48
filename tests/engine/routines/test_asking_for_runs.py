"""What a person asks for runs besides what is planned, and stays asked for until it has run."""

import json

import pytest

from claw.core.errors import SourceFailed
from claw.core.time import EveryMinutes
from claw.engine.routines.settling import MOST_ATTEMPTS
from claw_testing.routine_world import ACTOR, RoutineWorld, Stub
from claw_testing.sync_world import World

DOWN = SourceFailed("no", code="source_failed")


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    """It is 07:00 on Wednesday 25 November 2026 in Sydney."""
    return RoutineWorld(world)


async def run_now(routines: RoutineWorld) -> str:
    occurrence = await routines.service.run_now(routines.world.tenant, "morning", actor=ACTOR)
    return occurrence.key


async def test_a_run_that_is_asked_for_when_one_is_due_takes_nothing_from_it(
    routines: RoutineWorld,
) -> None:
    await routines.add()
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-25T19:05")  # the one at 06:00 is due, and no worker has looked
    asked = await run_now(routines)

    stub = Stub()
    await routines.work(routines.lane(stub))

    assert sorted(stub.runs) == ["2026-11-26", asked]
    assert set((await routines.runs()).values()) == {"done"}


async def test_a_planned_run_takes_nothing_from_one_that_is_asked_for(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=EveryMinutes(minutes=60))
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-24T20:30")
    asked = await run_now(routines)
    routines.at("2026-11-24T21:00")

    stub = Stub()
    await routines.work(routines.lane(stub))

    assert sorted(stub.runs) == ["2026-11-24T21:00:00Z", asked]


async def test_a_run_that_was_asked_for_is_made_however_late_also_after_failures(
    routines: RoutineWorld,
) -> None:
    await routines.add()
    asked = await run_now(routines)
    await routines.work(routines.lane(Stub(DOWN)))
    await routines.let_claims_lapse()
    routines.pass_time(hours=7)

    stub = Stub()
    await routines.work(routines.lane(stub))

    assert stub.runs == [asked]


async def test_what_is_asked_for_again_outlasts_the_first_passing_failure(
    routines: RoutineWorld,
) -> None:
    await routines.add()
    routines.at("2026-11-25T19:00")
    for _ in range(MOST_ATTEMPTS):
        await routines.work(routines.lane(Stub(DOWN)))
        await routines.let_claims_lapse()
    stored = await routines.service.get(routines.world.tenant, "morning")
    routines.at("2026-11-26T08:00")  # long too late
    async with routines.db.tenant(routines.world.tenant.tenant_id) as uow:
        assert await uow.routines.retry(stored.routine_id, "2026-11-26")

    await routines.work(routines.lane(Stub(DOWN)))
    await routines.let_claims_lapse()
    assert (await routines.planned())[0].reason == "source_failed"
    stub = Stub()
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-26"]
    assert (await routines.occurrence("2026-11-26")).state == "done"


async def test_a_run_that_is_asked_for_calls_a_worker_at_once(routines: RoutineWorld) -> None:
    await routines.add()
    tenant = routines.world.tenant.tenant_id

    await run_now(routines)

    async with routines.world.pool.platform() as tx:
        calls = await tx.fetch(
            "select payload from claw_queue.pgqueuer where status = 'queued' "
            "and position($1 in convert_from(payload, 'UTF8')) > 0",
            str(tenant),
        )
    assert [json.loads(call["payload"])["kind"] for call in calls] == ["occurrence"]
