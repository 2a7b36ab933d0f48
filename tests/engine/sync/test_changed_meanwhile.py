"""What a person does to a connection while it is read: neither undone nor mixed in."""

from collections.abc import Awaitable, Callable

import pytest

from claw.core.errors import Refused
from claw.engine.sync import SyncReport
from claw.ports.connection_store import Connection
from claw.ports.connector_errors import AuthRevoked
from claw.ports.reconnect_store import ReconnectTask
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.operations import ME, Operations, operations, second_connection, settled_world
from claw_testing.sync_world import World, connection_status

CHECK, READ = "/customers/0", "page=1"


@pytest.fixture
async def world(pool: Pool) -> World:
    made = await settled_world(pool)
    made.vendor.visit(1, "2026-11-25T01:00")
    return made


def once(world: World, where: str, happens: Callable[[], Awaitable[object]]) -> None:
    """Let something happen before the vendor's next answer at ``where``."""

    async def pause() -> None:
        del world.vendor.pauses[where]
        await happens()

    world.vendor.pauses[where] = pause


def code_of(report: SyncReport) -> str | None:
    (connection,) = report.connections
    return connection.error.code if connection.error else None


async def stored(world: World) -> Connection:
    return await operations(world).connections.get(world.tenant, "field")


async def task_of(world: World) -> ReconnectTask | None:
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        return await uow.reconnects.opened(world.connection.connection_id)


async def rotate(ops: Operations) -> None:
    await ops.connections.rotate(ops.world.tenant, "field", {"key": "new"}, actor=ME)


async def pause(ops: Operations) -> None:
    await ops.connections.pause(ops.world.tenant, "field", reason="holidays", actor=ME)


@pytest.mark.parametrize("where", [CHECK, READ])
async def test_a_key_that_was_replaced_is_refused_without_pausing_its_successor(
    world: World, where: str
) -> None:
    world.vendor.faults[where] = AuthRevoked("the old key is no longer accepted")
    once(world, where, lambda: rotate(operations(world)))
    assert code_of(await world.sync()) == "auth_revoked"
    assert await connection_status(world) == ("active", None)
    assert await task_of(world) is None
    world.vendor.faults.clear()
    assert (await world.counts()).added == 1


async def test_a_key_that_is_refused_again_after_it_was_replaced_pauses_the_connection(
    world: World,
) -> None:
    world.vendor.faults[READ] = AuthRevoked("no key is accepted")
    once(world, READ, lambda: rotate(operations(world)))
    await world.sync()
    await world.sync()
    assert (await connection_status(world))[0] == "paused"
    assert await task_of(world) is not None


async def test_a_refusal_leaves_a_pause_that_a_person_made_meanwhile(world: World) -> None:
    world.vendor.faults[READ] = AuthRevoked("no")
    once(world, READ, lambda: pause(operations(world)))
    await world.sync()
    assert await connection_status(world) == ("paused", "holidays")
    assert (await stored(world)).status_by == ME


async def test_a_check_lifts_no_pause_that_a_person_made_while_it_ran(world: World) -> None:
    ops = operations(world)
    world.vendor.faults[READ] = AuthRevoked("no")
    await world.sync()
    world.vendor.faults.clear()
    once(world, CHECK, lambda: pause(ops))
    await ops.checks.check(world.tenant, "field", trace_id="0" * 32)
    assert await connection_status(world) == ("paused", "holidays")


async def test_a_check_of_settings_that_were_replaced_is_not_remembered(world: World) -> None:
    ops = operations(world)

    async def move() -> None:
        await ops.settings.change(world.tenant, "field", {"company": "2"}, actor=ME)

    once(world, CHECK, move)
    await ops.checks.check(world.tenant, "field", trace_id="0" * 32)
    assert (await stored(world)).facts is None


async def status_of(world: World) -> object:
    return (await world.visit(1))["status"]


async def test_a_setting_changed_while_a_sync_opens_is_what_the_sync_maps_with(
    world: World,
) -> None:
    ops = operations(world)
    once(
        world,
        CHECK,
        lambda: ops.settings.change(world.tenant, "field", {"status": "tentative"}, actor=ME),
    )
    counts = await world.counts()
    assert await status_of(world) == "tentative"
    assert (counts.read, counts.added) == (1, 1)
    assert (await stored(world)).settings == {"status": "tentative"}
    assert (await world.counts()).changed == 0


async def test_a_setting_changed_back_and_forth_ends_in_a_sync_that_says_so(
    world: World,
) -> None:
    ops = operations(world)
    count = 0

    async def change() -> None:
        nonlocal count
        count += 1
        await ops.settings.change(world.tenant, "field", {"rate": str(count)}, actor=ME)

    world.vendor.pauses[CHECK] = change
    assert code_of(await world.sync()) == "settings_changed"
    assert await world.lines() == []
    assert count == 3


async def test_another_account_is_refused_while_the_first_one_is_being_read(
    world: World,
) -> None:
    refused: list[str] = []

    async def change() -> None:
        with pytest.raises(Refused) as caught:
            await operations(world).settings.change(
                world.tenant, "field", {"company": "2"}, actor=ME
            )
        refused.append(caught.value.code)

    once(world, READ, change)
    assert code_of(await world.sync()) is None
    assert refused == ["sync_running"]
    assert (await stored(world)).settings == {}


async def test_a_connection_paused_while_another_was_read_is_not_read(world: World) -> None:
    other = await second_connection(world, "diary")
    ops = operations(world)
    # "diary" comes first, and pauses the one after it.
    once(world, READ, lambda: pause(ops))
    report = await world.service().run(world.tenant)
    found = {c.connection: c.error.code if c.error else None for c in report.connections}
    assert found == {other.name: None, "field": "connection_paused"}
