"""A summary says what changed since the last one that reached somebody."""

import asyncio
import json

import pytest

from claw.core.routines.routine import Channel, Target
from claw.engine.deliveries.console import ConsoleChannel
from claw.ports.channels import NotSent, SendResult, Sent, Unknown
from claw_testing.delivery_world import DeliveryWorld, ScriptedChannel
from claw_testing.routine_world import RoutineWorld, packs
from claw_testing.sync_world import World

FIRST, SECOND, THIRD = "2026-11-26", "2026-11-27", "2026-11-28"


async def mornings(world: World, channel: Channel) -> DeliveryWorld:
    """A routine that will tell what 26 November holds on one channel."""
    world.vendor.visit(1, "2026-11-26T22:00")
    routines = RoutineWorld(world)
    address = "" if channel == "console" else "owner@example.com"
    await routines.add(targets=(Target(channel=channel, address=address),))
    return DeliveryWorld(
        routines=routines,
        channel=ScriptedChannel(),
        summaries=routines.summaries(),
        verticals=packs(),
    )


async def compared_with(routines: RoutineWorld, key: str) -> object:
    """The snapshot that an occurrence's summary was compared with."""
    summary_id = (await routines.occurrence(key)).summary_id
    async with routines.world.pool.tenant(routines.world.tenant.tenant_id) as tx:
        (row,) = await tx.fetch("select inputs from claw.summary where summary_id = $1", summary_id)
    return json.loads(row["inputs"]).get("previous")


async def test_it_is_compared_with_what_the_console_told(world: World) -> None:
    told = await mornings(world, "console")
    routines = told.routines
    routines.at("2026-11-25T19:00")
    await routines.work()
    await told.work(ConsoleChannel())
    world.vendor.visit(2, "2026-11-26T23:00")
    await world.sync()
    await routines.morning().run(  # somebody looks in between, which tells nobody
        world.tenant,
        await routines.service.get(world.tenant, "morning"),
        await routines.occurrence(FIRST),
    )
    routines.at("2026-11-26T19:00")
    await routines.work()

    first = await routines.occurrence(FIRST)
    assert await compared_with(routines, SECOND) == first.snapshot_id


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        (Sent("receipt"), True),
        (NotSent("address_refused", again=False), False),
        (NotSent("unreachable", again=True), False),
        (Unknown("broke_off"), False),
    ],
)
async def test_a_summary_that_did_not_certainly_arrive_told_nobody(
    world: World, result: SendResult, counts: bool
) -> None:
    told = await mornings(world, "email")
    told.channel.results = [Sent("receipt"), result]
    routines = told.routines
    for moment in ("2026-11-25T19:00", "2026-11-26T19:00", "2026-11-27T19:00"):
        routines.at(moment)
        await routines.work()
        await told.work()

    last = await routines.occurrence(SECOND if counts else FIRST)
    assert await compared_with(routines, THIRD) == last.snapshot_id


async def test_what_waits_for_its_time_counts_as_told(world: World) -> None:
    told = await mornings(world, "email")
    routines = told.routines
    for moment in ("2026-11-25T19:00", "2026-11-26T18:59", "2026-11-27T18:59"):
        routines.at(moment)
        await routines.work()
        if moment < "2026-11-26":
            await told.work()

    second = await routines.occurrence(SECOND)
    assert await compared_with(routines, THIRD) == second.snapshot_id


@pytest.mark.parametrize("alive", [True, False])
async def test_what_is_on_its_way_counts_as_told_until_its_worker_is_gone(
    world: World, alive: bool
) -> None:
    told = await mornings(world, "email")
    told.channel.results = [Sent("receipt"), asyncio.Event()]
    routines = told.routines
    routines.at("2026-11-25T19:00")
    await routines.work()
    await told.work()
    told.channel.started.clear()
    routines.at("2026-11-26T19:00")
    await routines.work()
    sending = asyncio.create_task(told.work())
    await told.channel.started.wait()
    if not alive:
        await told.let_time_pass("claims")
    routines.at("2026-11-27T19:00")
    await routines.work()
    sending.cancel()

    last = await routines.occurrence(SECOND if alive else FIRST)
    assert await compared_with(routines, THIRD) == last.snapshot_id
