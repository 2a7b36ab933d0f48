"""A new zone, or new zone data, is noticed at the next look and not at the next planning."""

from datetime import time

import pytest
from msgspec.structs import replace

from claw.core.time import Daily
from claw_testing.edge import edge
from claw_testing.routine_world import ACTOR, RoutineWorld, Stub
from claw_testing.sync_world import World


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    """It is 07:00 on Wednesday 25 November 2026 in Sydney."""
    return RoutineWorld(world)


async def due(routines: RoutineWorld) -> bool:
    """Whether a worker would look at this tenant now."""
    found = await routines.lane(Stub()).due_tenants(routines.world.clock.now())
    return routines.world.tenant.tenant_id in found


async def move(routines: RoutineWorld, zone: str) -> None:
    """Let the business move."""
    async with routines.world.pool.platform() as tx:
        await tx.execute(
            "update claw.tenant set zone = $1 where tenant_id = $2",
            zone,
            routines.world.tenant.tenant_id,
        )
    routines.world.tenant = replace(routines.world.tenant, zone=zone)


@edge("time:26")
async def test_newer_zone_data_is_noticed_at_once_and_only_once(routines: RoutineWorld) -> None:
    await routines.add()
    await routines.work(routines.lane(Stub()))
    assert not await due(routines)

    routines.tzdata = "2027a"
    assert await due(routines)
    await routines.work(routines.lane(Stub()))

    assert not await due(routines)
    assert {o.tzdata for o in await routines.planned()} == {"2027a"}


async def test_two_versions_in_one_installation_do_not_take_turns(routines: RoutineWorld) -> None:
    await routines.add()
    routines.tzdata = "2027a"
    await routines.work(routines.lane(Stub()))

    routines.tzdata = "2026f"  # a worker that has not been upgraded yet

    assert not await due(routines)


@edge("time:41")
async def test_a_business_that_moves_is_noticed_at_once(routines: RoutineWorld) -> None:
    await routines.add(recurrence=Daily(at=time(9)))
    await routines.work(routines.lane(Stub()))

    await move(routines, "Australia/Perth")
    assert await due(routines)
    await routines.work(routines.lane(Stub()))

    assert not await due(routines)
    assert {o.zone for o in await routines.planned()} == {"Australia/Perth"}


async def test_a_routine_with_a_zone_of_its_own_does_not_move(routines: RoutineWorld) -> None:
    await routines.add(zone="Australia/Sydney")
    await routines.work(routines.lane(Stub()))

    await move(routines, "Australia/Perth")

    assert not await due(routines)


async def test_a_run_that_was_asked_for_is_no_reason_to_plan_anew(routines: RoutineWorld) -> None:
    await routines.add()
    await routines.service.run_now(routines.world.tenant, "morning", actor=ACTOR)
    await routines.work(routines.lane(Stub()))

    routines.tzdata = "2027a"
    await routines.work(routines.lane(Stub()))

    assert not await due(routines)


async def test_what_a_move_brings_into_a_pause_is_skipped_with_it(routines: RoutineWorld) -> None:
    await move(routines, "Australia/Perth")
    await routines.add()
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-25T18:00")
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)
    await move(routines, "Australia/Sydney")  # 06:00 is at 19:00 UTC now, and was at 22:00

    routines.at("2026-11-25T19:30")
    await routines.service.resume(routines.world.tenant, "morning", actor=ACTOR)
    stub = Stub()
    await routines.work(routines.lane(stub))

    assert stub.runs == []
    assert (await routines.runs())["2026-11-26"] == "skipped"
