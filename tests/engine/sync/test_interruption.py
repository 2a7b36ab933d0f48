"""Two syncs at once, a sync that is stopped, a sync that is killed."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from claw.core.errors import Refused
from claw.store.embedded import Urls
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.sync_world import World

KILLED = Path(__file__).parents[2] / "claw_testing" / "sync_to_be_killed.py"


@pytest.fixture
async def read_once(world: World) -> World:
    for number in range(1, 8):
        world.vendor.visit(number, f"2026-11-25T0{number}:00")
    await world.sync()
    return world


def hang(world: World, where: str) -> asyncio.Event:
    """Let the vendor answer no more at ``where``; the event says that it was asked."""
    asked = asyncio.Event()

    async def forever() -> None:
        asked.set()
        await asyncio.Event().wait()

    world.vendor.pauses[where] = forever
    return asked


async def test_a_second_sync_of_the_same_connection_is_refused_and_changes_nothing(
    read_once: World,
):
    world = read_once
    asked = hang(world, "page=2")
    first = asyncio.create_task(world.service().run(world.tenant))
    await asked.wait()
    world.vendor.pauses.clear()
    before = await world.visible()
    with pytest.raises(Refused) as refused:
        await world.sync()
    assert refused.value.code == "sync_running"
    assert await world.visible() == before
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_whoever_lost_its_lease_writes_nothing_more(read_once: World):
    world = read_once
    go_on = asyncio.Event()
    asked = asyncio.Event()

    async def wait() -> None:
        asked.set()
        await go_on.wait()

    world.vendor.pauses["page=2"] = wait
    slow = asyncio.create_task(world.service().run(world.tenant))
    await asked.wait()
    world.vendor.pauses.clear()
    await world.expire_leases()
    world.vendor.visit(1, "2026-11-25T01:30")
    await world.counts()
    after = await world.visible()
    world.vendor.visit(1, "2026-11-25T01:45")
    go_on.set()
    report = await slow
    assert report.connections[0].error.code == "lease_lost"
    assert await world.visible() == after


async def test_a_sync_of_another_connection_leaves_a_living_run_alone(read_once: World):
    world = read_once
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.connections.add(replace(world.connection, connection_id=uuid4(), name="diary"))
    world.clock.pass_minutes(1)
    asked = hang(world, "page=2")
    living = asyncio.create_task(world.service().run(world.tenant, connection="field"))
    await asked.wait()
    world.vendor.pauses.clear()
    world.clock.pass_minutes(1)
    await world.service().run(world.tenant, connection="diary")
    assert await world.outcomes() == ["ok", "running", "ok"]
    living.cancel()
    with pytest.raises(asyncio.CancelledError):
        await living


async def test_a_run_that_holds_no_stream_yet_is_left_alone(read_once: World):
    world = read_once
    seen: list[list[str]] = []

    async def another() -> None:
        world.vendor.pauses.clear()
        await world.sync()
        seen.append(await world.outcomes())

    world.vendor.pauses["/customers/0"] = another
    await world.sync()
    assert seen == [["ok", "running", "ok"]]
    assert await world.outcomes() == ["ok", "ok", "ok"]


async def test_runs_that_ended_leave_no_lease_of_their_own_behind(read_once: World):
    async with read_once.pool.tenant(read_once.tenant.tenant_id) as tx:
        rows = await tx.fetch("select subject from claw.lease where subject like 'run:%'")
    assert rows == []


async def test_rows_in_quarantine_are_not_looked_at_again_under_a_lost_lease(read_once: World):
    world = read_once
    world.vendor.visit(9, "2026-11-25T01:00", broken=True)
    await world.sync()
    # Away from the window, so that it must be asked for by id once all slices are read.
    world.vendor.visit(9, "2027-03-01T01:00")
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        asked.set()
        await go_on.wait()

    world.vendor.pauses["/visits/9"] = wait
    slow = asyncio.create_task(world.service().run(world.tenant))
    await asked.wait()
    world.vendor.pauses.clear()
    await world.expire_leases()
    await world.sync()
    after = await world.visible()
    world.vendor.visit(9, "2027-03-01T02:00")
    go_on.set()
    report = await slow
    assert report.connections[0].error.code == "lease_lost"
    assert await world.visible() == after


async def test_a_sync_that_is_stopped_leaves_nothing_half_done_and_says_so(read_once: World):
    world = read_once
    before = await world.visible()
    world.vendor.visit(1, "2026-11-25T01:30")
    asked = hang(world, "page=2")
    task = asyncio.create_task(world.sync())
    await asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await world.visible() == before
    assert (await world.outcomes())[-1] == "interrupted"
    world.vendor.pauses.clear()
    assert (await world.counts()).changed == 1


@pytest.mark.parametrize("where", ["reading", "mapping"])
async def test_a_sync_that_is_killed_leaves_nothing_half_done_and_is_told_later(
    read_once: World, server: Urls, where: str
):
    world = read_once
    before = await world.visible()
    killed = await asyncio.create_subprocess_exec(
        sys.executable,
        *(str(KILLED), server.app, world.tenant.slug, where),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert killed.stdout is not None
    assert await killed.stdout.readline() == b"here\n"
    killed.kill()
    await killed.communicate()
    assert await world.visible() == before
    with pytest.raises(Refused):
        await world.sync()
    await world.expire_leases()
    assert (await world.counts()).unchanged == 7
    assert "running" not in await world.outcomes()
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        alive = await tx.fetch("select subject from claw.lease where subject like 'run:%'")
    assert alive == []
    assert "interrupted" in await world.outcomes()
