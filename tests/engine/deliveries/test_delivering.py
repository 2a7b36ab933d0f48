"""Deliveries on a real database: recorded before, sent once, accounted for after."""

import asyncio
import json

import pytest

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.routines.routine import Target
from claw.engine.deliveries.judging import MOST_LAPSES
from claw.engine.deliveries.lane import BATCH
from claw.ports.channels import NotSent, Unknown
from claw_testing.delivery_world import OWNER, DeliveryWorld, ScriptedChannel, made
from claw_testing.edge import edge
from claw_testing.routine_world import ACTOR
from claw_testing.sync_world import World, new_world


@pytest.fixture
async def deliveries(world: World) -> DeliveryWorld:
    return await made(world)


@edge("time:61")
async def test_what_is_ready_early_leaves_on_the_minute_and_not_before(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.routines.at("2026-11-25T18:59:59")
    await deliveries.work()
    assert deliveries.channel.parcels == []

    deliveries.routines.at("2026-11-25T19:00:00")
    await deliveries.work()

    sent = await deliveries.only()
    assert (sent.state, sent.receipt, sent.attempts) == ("sent", "receipt", 1)


async def test_a_parcel_holds_the_summary_in_every_form(deliveries: DeliveryWorld) -> None:
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()

    (parcel,) = deliveries.channel.parcels
    assert parcel.address == "owner@example.com"
    assert parcel.subject == "Trades: Thu 26 Nov"
    assert "visit 1" in parcel.text
    assert "visit 1" in parcel.html
    assert parcel.sms.startswith("Thu 26 Nov: 1 job")
    assert json.loads(parcel.json)["date"] == "2026-11-26"
    assert "Due at" not in parcel.text


async def test_lateness_is_said_around_the_summary(deliveries: DeliveryWorld) -> None:
    deliveries.routines.at("2026-11-25T22:12")
    await deliveries.work()

    said = "Due at 6:00 am, sent at 9:12 am: nothing was running at the time."
    (parcel,) = deliveries.channel.parcels
    assert parcel.text.startswith(said + "\n\n")
    assert f"<body><p>{said}</p>" in parcel.html


async def test_many_workers_send_one_delivery_once(deliveries: DeliveryWorld) -> None:
    deliveries.routines.at("2026-11-25T19:00")

    await asyncio.gather(*(deliveries.work() for _ in range(6)))

    assert len(deliveries.channel.parcels) == 1


async def test_trouble_that_passes_is_tried_again_with_the_same_key(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.results = [NotSent("unreachable", again=True)]
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()
    await deliveries.work()
    assert len(deliveries.channel.parcels) == 1

    await deliveries.let_time_pass("rests")
    await deliveries.work()

    first, second = deliveries.channel.parcels
    assert first.key == second.key
    assert ((await deliveries.only()).state, (await deliveries.only()).attempts) == ("sent", 2)


async def test_a_refusal_is_not_repeated(deliveries: DeliveryWorld) -> None:
    deliveries.channel.results = [NotSent("address_refused", again=False)]
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()
    await deliveries.let_time_pass("rests")
    await deliveries.work()

    assert (await deliveries.only()).state == "failed"
    assert len(deliveries.channel.parcels) == 1


@pytest.mark.parametrize(
    ("repeatable", "state", "sent"), [(False, "unknown", 1), (True, "sent", 2)]
)
async def test_an_ambiguous_send_is_repeated_only_where_the_sink_takes_a_key_once(
    deliveries: DeliveryWorld, repeatable: bool, state: str, sent: int
) -> None:
    deliveries.channel.repeatable = repeatable
    deliveries.channel.results = [Unknown("broke_off")]
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()
    await deliveries.let_time_pass("rests")
    await deliveries.work()

    assert (await deliveries.only()).state == state
    assert len(deliveries.channel.parcels) == sent


@edge("time:36")
@pytest.mark.parametrize(
    ("repeatable", "state", "sent"), [(False, "unknown", 1), (True, "sent", 2)]
)
async def test_a_worker_that_died_while_sending_told_nobody_twice(
    deliveries: DeliveryWorld, repeatable: bool, state: str, sent: int
) -> None:
    deliveries.channel.repeatable = repeatable
    deliveries.channel.results = [asyncio.Event()]
    deliveries.routines.at("2026-11-25T19:00")
    dying = asyncio.create_task(deliveries.work())
    await deliveries.channel.started.wait()
    dying.cancel()

    await deliveries.work()
    assert len(deliveries.channel.parcels) == 1
    await deliveries.let_time_pass("claims")
    await deliveries.work()

    assert (await deliveries.only()).state == state
    assert len(deliveries.channel.parcels) == sent


async def test_an_attempt_that_was_overtaken_writes_nothing(deliveries: DeliveryWorld) -> None:
    gate = asyncio.Event()
    deliveries.channel.repeatable = True
    deliveries.channel.results = [gate]
    deliveries.routines.at("2026-11-25T19:00")
    slow = asyncio.create_task(deliveries.work())
    await deliveries.channel.started.wait()
    await deliveries.let_time_pass("claims")
    await deliveries.work()
    before = await deliveries.only()
    gate.set()
    await slow

    assert await deliveries.only() == before
    assert "attempt lost" in deliveries.routines.world.tally.lines


async def test_each_recipient_is_on_its_own(world: World) -> None:
    other = Target(channel="email", address="other@example.com")
    deliveries = await made(world, OWNER, other)
    deliveries.channel.results = [NotSent("address_refused", again=False)]
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()

    found = await deliveries.service.list(world.tenant, limit=10)
    assert sorted(d.state for d in found) == ["failed", "sent"]


@edge("queue:4")
async def test_one_that_rests_keeps_no_other_waiting(world: World) -> None:
    other = Target(channel="email", address="other@example.com")
    deliveries = await made(world, OWNER, other)
    deliveries.channel.results = [NotSent("unreachable", again=True)]
    deliveries.routines.at("2026-11-25T19:00")

    await deliveries.work()

    found = await deliveries.service.list(world.tenant, limit=10)
    assert sorted(d.state for d in found) == ["planned", "sent"]


@edge("queue:10")
async def test_one_that_brings_its_worker_down_each_time_is_given_up(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.repeatable = True
    deliveries.routines.at("2026-11-25T19:00")
    for _ in range(MOST_LAPSES):
        deliveries.channel.results = [asyncio.Event()]
        deliveries.channel.started.clear()
        dying = asyncio.create_task(deliveries.work())
        await deliveries.channel.started.wait()
        dying.cancel()
        await deliveries.let_time_pass("claims")
    await deliveries.work()

    given_up = await deliveries.only()
    assert (given_up.state, given_up.reason) == ("failed", "crashed")
    assert len(deliveries.channel.parcels) == MOST_LAPSES


async def test_more_than_a_batch_is_sent_over_several_turns(world: World) -> None:
    targets = [Target(channel="email", address=f"o{n}@example.com") for n in range(BATCH + 3)]
    deliveries = await made(world, *targets)
    deliveries.routines.at("2026-11-25T19:00")
    now = deliveries.routines.world.clock.now()

    assert await deliveries.lane().work(world.tenant, now)
    assert not await deliveries.lane().work(world.tenant, now)

    assert len(deliveries.channel.parcels) == BATCH + 3


async def test_a_channel_that_is_not_set_up_is_said(deliveries: DeliveryWorld) -> None:
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work(ScriptedChannel(name="sms"))

    assert ((await deliveries.only()).state, (await deliveries.only()).reason) == (
        "failed",
        "channel_missing",
    )


async def test_a_person_may_try_a_failed_one_again_and_it_is_recorded(
    deliveries: DeliveryWorld,
) -> None:
    tenant = deliveries.routines.world.tenant
    deliveries.channel.results = [NotSent("address_refused", again=False)]
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()
    failed = await deliveries.only()

    await deliveries.service.retry(tenant, str(failed.delivery_id)[:13], actor=ACTOR)
    await deliveries.work()

    assert (await deliveries.only()).state == "sent"
    with pytest.raises(Refused, match="is sent"):
        await deliveries.service.retry(tenant, str(failed.delivery_id), actor=ACTOR)


async def test_an_id_that_leads_nowhere_says_so(deliveries: DeliveryWorld) -> None:
    tenant = deliveries.routines.world.tenant
    with pytest.raises(InvalidInput, match="too short"):
        await deliveries.service.find(tenant, "abc")
    with pytest.raises(NotFound):
        await deliveries.service.find(tenant, "00000000-0000")


async def test_another_business_sees_nothing_of_it(deliveries: DeliveryWorld, pool) -> None:
    other = await new_world(pool)
    deliveries.routines.at("2026-11-25T19:00")

    assert await deliveries.service.list(other.tenant, limit=10) == []
    await deliveries.lane().work(other.tenant, deliveries.routines.world.clock.now())
    assert deliveries.channel.parcels == []


async def test_who_has_something_due_is_known_across_businesses(deliveries: DeliveryWorld) -> None:
    world = deliveries.routines.world
    deliveries.routines.at("2026-11-25T18:59")
    assert world.tenant.tenant_id not in await deliveries.lane().due_tenants(world.clock.now())

    deliveries.routines.at("2026-11-25T19:00")
    assert world.tenant.tenant_id in await deliveries.lane().due_tenants(world.clock.now())
    await deliveries.work()
    assert world.tenant.tenant_id not in await deliveries.lane().due_tenants(world.clock.now())
