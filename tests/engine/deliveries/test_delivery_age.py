"""How long a delivery is tried: as long as somebody wants it, on every channel alike."""

import asyncio
from dataclasses import dataclass, field

import pytest

from claw.core.routines.routine import Channel, Lateness, Target
from claw.engine.deliveries.console import ConsoleChannel
from claw.engine.webhooks.channel import WebhookChannel
from claw.ports.channels import NotSent, Parcel, SendingChannel, SendResult
from claw.providers.sms.sandbox import SandboxSms
from claw_testing.delivery_world import DeliveryWorld, made
from claw_testing.routine_world import ACTOR
from claw_testing.sync_world import World
from claw_testing.webhook_world import WebhookWorld

DOWN = NotSent("unreachable", again=True)


@pytest.fixture
async def deliveries(world: World) -> DeliveryWorld:
    return await made(world)


async def keep_trying(deliveries: DeliveryWorld, *, minutes: int, step: int = 20) -> None:
    """Let business time and every rest pass, step by step, with a worker that looks."""
    for _ in range(minutes // step):
        await deliveries.work()
        deliveries.routines.pass_time(minutes=step)
        await deliveries.let_time_pass("rests")


async def test_a_server_that_is_down_for_three_hours_gets_it_when_it_is_back(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.results = [DOWN] * 18
    deliveries.routines.at("2026-11-25T19:00")
    await keep_trying(deliveries, minutes=180, step=10)

    await deliveries.work()

    sent = await deliveries.only()
    assert (sent.state, sent.attempts) == ("sent", 19)
    assert len({parcel.key for parcel in deliveries.channel.parcels}) == 1
    assert deliveries.channel.parcels[-1].text.startswith(
        "Due at 6:00 am, sent at 9:00 am: earlier tries did not succeed."
    )


async def test_what_nobody_wants_any_more_is_given_up_in_the_open(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.results = [DOWN] * 100
    deliveries.routines.at("2026-11-25T19:00")
    await keep_trying(deliveries, minutes=400)

    failed = await deliveries.only()
    assert (failed.state, failed.reason) == ("failed", "too_late")
    assert len(deliveries.channel.parcels) == failed.attempts == 19


async def test_a_rest_ends_when_the_delivery_does(deliveries: DeliveryWorld, pool) -> None:
    deliveries.channel.results = [NotSent("busy", again=True, after_seconds=9000)]
    deliveries.routines.at("2026-11-26T00:59:50")
    await deliveries.work()

    async with pool.tenant(deliveries.routines.world.tenant.tenant_id) as tx:
        rests = await tx.fetchval(
            "select extract(epoch from try_again_at - clock_timestamp())::integer "
            "from claw.delivery"
        )
    assert rests <= 10


async def test_customer_messages_are_tried_within_their_grace_only(world: World) -> None:
    deliveries = await made(world, lateness=Lateness(catch_up="none"))
    deliveries.routines.at("2026-11-25T19:05:01")
    await deliveries.work()

    assert (await deliveries.only()).reason == "too_late"
    assert deliveries.channel.parcels == []


async def test_one_that_a_person_opens_again_is_sent_however_late_it_is(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.routines.at("2026-11-27T03:00")
    await deliveries.work()
    failed = await deliveries.only()
    assert failed.reason == "too_late"

    tenant = deliveries.routines.world.tenant
    await deliveries.service.retry(tenant, str(failed.delivery_id), actor=ACTOR)
    await deliveries.work()

    assert (await deliveries.only()).state == "sent"
    assert deliveries.channel.parcels[0].text.startswith(
        "Due at Thu 26 Nov 6:00 am, sent at Fri 27 Nov 2:00 pm: "
    )


@dataclass
class Watched:
    """A channel of ours, with what it was handed; a worker dies after a send where a test asks."""

    channel: SendingChannel
    hang: bool = False
    parcels: list[Parcel] = field(default_factory=list[Parcel])
    sent: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def name(self) -> Channel:
        return self.channel.name

    @property
    def repeatable(self) -> bool:
        return self.channel.repeatable

    async def send(self, parcel: Parcel) -> SendResult:
        self.parcels.append(parcel)
        result = await self.channel.send(parcel)
        self.sent.set()
        if self.hang:
            self.hang = False
            await asyncio.Event().wait()
        return result


TARGETS = {
    "console": Target(channel="console"),
    "sms": Target(channel="sms", address="+61491570006"),
    "webhook": Target(channel="webhook", address="ops"),
}


@pytest.fixture(params=sorted(TARGETS))
async def sending(world: World, request) -> tuple[DeliveryWorld, Watched, WebhookWorld]:
    """A delivery to a channel as it is in use, which a test watches."""
    hooks = WebhookWorld(world)
    await hooks.add("ops")
    channels: dict[str, SendingChannel] = {
        "console": ConsoleChannel(),
        "sms": SandboxSms(),
        "webhook": WebhookChannel(
            db=hooks.db, clock=world.clock, letters=hooks.letters, sender=hooks.sender
        ),
    }
    return await made(world, TARGETS[request.param]), Watched(channels[request.param]), hooks


async def test_every_channel_takes_a_delivery_once_though_its_worker_dies(sending) -> None:
    deliveries, watched, hooks = sending
    watched.hang = True
    deliveries.routines.at("2026-11-25T19:00")
    dying = asyncio.create_task(deliveries.work(watched))
    await watched.sent.wait()
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    await deliveries.let_time_pass("claims")

    await deliveries.work(watched)
    await deliveries.work(watched)

    sent = await deliveries.only()
    assert (sent.state, sent.attempts) == ("sent", 2)
    assert [parcel.key for parcel in watched.parcels] == [str(sent.delivery_id)] * 2
    assert {call.headers["webhook-id"] for call in hooks.sender.calls} <= {str(sent.delivery_id)}


async def test_every_channel_has_the_same_bound_of_age(sending) -> None:
    deliveries, watched, _ = sending
    deliveries.routines.at("2026-11-26T01:00:01")

    await deliveries.work(watched)

    assert ((await deliveries.only()).state, (await deliveries.only()).reason) == (
        "failed",
        "too_late",
    )
    assert watched.parcels == []


async def test_every_channel_is_used_until_that_bound(sending) -> None:
    deliveries, watched, _ = sending
    deliveries.routines.at("2026-11-26T01:00")

    await deliveries.work(watched)

    assert (await deliveries.only()).state == "sent"
