"""Routines of one business that are due at one minute share one read of its sources."""

from datetime import time
from uuid import uuid4

import pytest
from msgspec.structs import replace

from claw.core.time import Daily, EveryMinutes
from claw.engine.connections import secret_purpose
from claw.ports.connector_errors import Transient
from claw.system.secret_box import AesGcmBox
from claw_testing.routine_world import ACTOR, RoutineWorld
from claw_testing.sync_world import World

DUE = "2026-11-25T19:00"


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    world.vendor.visit(1, "2026-11-25T22:00")
    found = RoutineWorld(world)
    await found.add(name="owner")
    await found.add(name="office")
    await found.work()
    return found


async def reads(routines: RoutineWorld) -> list[str]:
    """How each read ended, in order."""
    async with routines.world.pool.tenant(routines.world.tenant.tenant_id) as tx:
        rows = await tx.fetch("select outcome from claw.sync_run order by started_at, run_id")
    return [row["outcome"] for row in rows]


async def test_one_read_is_enough_for_all_of_a_minute(routines: RoutineWorld) -> None:
    routines.at("2026-11-25T18:57")
    await routines.work()

    assert await routines.runs("owner") == await routines.runs("office") == {"2026-11-26": "done"}
    assert await reads(routines) == ["ok"]


async def test_those_that_are_late_share_one_as_well_and_none_from_long_ago(
    routines: RoutineWorld,
) -> None:
    routines.at("2026-11-25T18:59")
    await routines.world.sync()
    routines.at("2026-11-25T22:00")
    await routines.work()

    assert await reads(routines) == ["ok", "ok"]


async def test_the_next_minute_that_is_due_is_read_for_anew(routines: RoutineWorld) -> None:
    await routines.add(name="later", recurrence=Daily(at=time(6, 30)))
    for moment in (DUE, "2026-11-25T19:28"):
        routines.at(moment)
        await routines.work()

    assert await reads(routines) == ["ok", "ok"]


async def test_a_read_that_did_not_go_well_is_made_again(routines: RoutineWorld) -> None:
    routines.at("2026-11-25T18:30")
    await routines.world.sync()
    routines.world.vendor.faults["visits"] = Transient("no answer", cause="unreachable")
    routines.at(DUE)
    await routines.work()

    assert await reads(routines) == ["ok", "failed", "failed"]


async def test_a_read_of_other_days_or_of_changes_alone_is_not_enough(
    routines: RoutineWorld,
) -> None:
    routines.at("2026-11-25T18:58")
    await routines.world.sync("2026-11-26", "2026-11-26")
    await routines.world.changes()
    before = len(await reads(routines))
    routines.at(DUE)
    await routines.work()

    assert len(await reads(routines)) == before + 1


async def test_who_asks_for_a_run_gets_a_read_of_its_own(routines: RoutineWorld) -> None:
    routines.at(DUE)
    await routines.work()
    await routines.service.run_now(routines.world.tenant, "owner", actor=ACTOR)
    await routines.work()

    assert await reads(routines) == ["ok", "ok"]


async def test_a_routine_that_follows_itself_closely_reads_anew_each_time(
    routines: RoutineWorld,
) -> None:
    await routines.add(name="often", recurrence=EveryMinutes(minutes=1))
    for second in ("18:50:00", "18:51:00", "18:52:00"):
        routines.at(f"2026-11-25T{second}")
        await routines.work()

    done = [state for state in (await routines.runs("often")).values() if state == "done"]
    assert len(done) > 2
    assert await reads(routines) == ["ok"] * len(done)


@pytest.mark.parametrize("what", ["settings", "secret"])
async def test_a_read_from_before_a_connection_was_changed_is_not_enough(
    routines: RoutineWorld, what: str
) -> None:
    routines.at("2026-11-25T18:56")
    await routines.world.sync()
    connection, now = routines.world.connection, routines.world.clock.now()
    async with routines.db.tenant(routines.world.tenant.tenant_id) as uow:
        if what == "settings":
            await uow.connections.save_settings(connection.connection_id, {"a": "b"}, at=now)
        else:
            box, purpose = AesGcmBox(bytes(32)), secret_purpose(connection, "key")
            sealed = box.seal(routines.world.tenant.tenant_id, purpose, "new")
            await uow.connections.put_secret(connection.connection_id, "key", sealed, at=now)
    routines.at("2026-11-25T18:58")
    await routines.work()

    assert await reads(routines) == ["ok", "ok"]


async def test_a_paused_connection_keeps_nobody_from_sharing(routines: RoutineWorld) -> None:
    async with routines.db.tenant(routines.world.tenant.tenant_id) as uow:
        other = replace(
            routines.world.connection, connection_id=uuid4(), name="old", status="paused"
        )
        await uow.connections.add(other)
    routines.at("2026-11-25T18:57")
    await routines.work()

    assert await routines.runs("owner") == await routines.runs("office") == {"2026-11-26": "done"}
    assert await reads(routines) == ["failed"]


async def test_a_read_that_takes_longer_than_the_lead_is_shared_as_well(
    routines: RoutineWorld,
) -> None:
    async def wait() -> None:
        routines.at("2026-11-25T19:04")

    routines.world.vendor.pauses["/visits"] = wait
    routines.at("2026-11-25T18:57")
    await routines.work()

    assert await routines.runs("owner") == await routines.runs("office") == {"2026-11-26": "done"}
    assert await reads(routines) == ["ok"]
