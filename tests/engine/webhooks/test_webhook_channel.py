"""A summary through a named endpoint: signed, under the delivery's own id, once for each id."""

import json

import pytest

from claw.core.routines.routine import Target
from claw.engine.deliveries.lane import DeliveryLane
from claw.engine.webhooks.channel import WebhookChannel
from claw.ports.webhook_sender import CallResult
from claw_testing.delivery_world import DeliveryWorld, ScriptedChannel
from claw_testing.routine_world import RoutineWorld, packs
from claw_testing.sync_world import World
from claw_testing.webhook_world import ACTOR, REFUSED, URL, WebhookWorld

DUE = "2026-11-25T19:00"


@pytest.fixture
def hooks(world: World) -> WebhookWorld:
    return WebhookWorld(world)


@pytest.fixture
async def deliveries(world: World, hooks: WebhookWorld) -> DeliveryWorld:
    """A summary of 26 November that is due at the endpoint ``ops``."""
    world.vendor.visit(1, "2026-11-25T22:00")
    routines = RoutineWorld(world)
    await hooks.add()
    await routines.add(targets=(Target(channel="webhook", address="ops"),))
    routines.at(DUE)
    await routines.work()
    return DeliveryWorld(
        routines=routines,
        channel=ScriptedChannel(),
        summaries=routines.summaries(),
        verticals=packs(),
    )


async def deliver(deliveries: DeliveryWorld, hooks: WebhookWorld) -> tuple[str, str | None]:
    """Let the lane send what is due; state and reason of the delivery."""
    world = hooks.world
    channel = WebhookChannel(
        db=hooks.db, clock=world.clock, letters=hooks.letters, sender=hooks.sender
    )
    lane = DeliveryLane(
        db=hooks.db,
        clock=world.clock,
        summaries=deliveries.summaries,
        verticals=deliveries.verticals,
        channels={"webhook": channel},
        metrics=world.tally,
        log=world.tally,
    )
    await lane.work(world.tenant, world.clock.now())
    delivery = await deliveries.only()
    return delivery.state, delivery.reason


async def test_the_summary_arrives_whole_under_the_deliverys_id(
    hooks: WebhookWorld, deliveries: DeliveryWorld
) -> None:
    assert await deliver(deliveries, hooks) == ("sent", None)

    (call,) = hooks.sender.calls
    (event,) = hooks.sender.told
    delivery = await deliveries.only()
    assert call.url == URL
    assert call.headers["webhook-id"] == event.id == str(delivery.delivery_id)
    assert (event.type, event.seq) == ("claw.summary.delivered.v1", None)
    data = json.loads(bytes(event.data))
    assert data["delivery"] == str(delivery.delivery_id)
    assert data["summary"]["date"] == "2026-11-26"
    assert delivery.receipt == "http 200"
    # What the day holds went to that one endpoint and into no log.
    assert all(b"visit 1" not in event.data for event in await hooks.events())


@pytest.mark.parametrize("outcome", ["timed_out", "broke_off", "unreachable", "redirected"])
async def test_what_may_not_have_arrived_is_repeated_under_the_same_id(
    hooks: WebhookWorld, deliveries: DeliveryWorld, outcome: str
) -> None:
    hooks.sender.results = [CallResult(outcome=outcome)]  # type: ignore[arg-type]
    assert await deliver(deliveries, hooks) == ("planned", outcome)
    await deliveries.let_time_pass("rests")
    assert await deliver(deliveries, hooks) == ("sent", None)

    first, second = hooks.sender.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


async def test_a_refusal_is_repeated_and_its_wish_for_time_is_heard(
    hooks: WebhookWorld, deliveries: DeliveryWorld
) -> None:
    hooks.sender.results = [REFUSED]
    assert await deliver(deliveries, hooks) == ("planned", "refused")


async def test_an_endpoint_that_nobody_named_or_that_is_disabled_ends_in_the_open(
    hooks: WebhookWorld, deliveries: DeliveryWorld
) -> None:
    tenant = hooks.world.tenant
    await hooks.service.remove(tenant, "ops", actor=ACTOR)
    assert await deliver(deliveries, hooks) == ("failed", "webhook_unknown")
    await hooks.add()
    async with hooks.db.tenant(tenant.tenant_id) as uow:
        endpoint = await uow.webhooks.find("ops")
        assert endpoint is not None
        await uow.webhooks.switch_off(endpoint.endpoint_id, reason="gave_up")
    delivery = await deliveries.only()
    await deliveries.service.retry(tenant, str(delivery.delivery_id), actor=ACTOR)
    assert await deliver(deliveries, hooks) == ("failed", "webhook_disabled")
    assert hooks.sender.calls == []


async def test_an_endpoint_that_is_gone_is_disabled_for_events_too(
    hooks: WebhookWorld, deliveries: DeliveryWorld
) -> None:
    hooks.sender.results = [CallResult(outcome="gone", status=410)]
    assert await deliver(deliveries, hooks) == ("failed", "gone")
    known = await hooks.known()
    assert (known.endpoint.status, known.endpoint.disabled_reason) == ("disabled", "gone")
    assert "claw.webhook.disabled.v1" in await hooks.types()


async def test_a_summary_does_not_wait_for_events_that_are_not_taken(
    hooks: WebhookWorld, deliveries: DeliveryWorld
) -> None:
    await hooks.tell("a")
    hooks.sender.results = [REFUSED]
    await hooks.work()
    assert await deliver(deliveries, hooks) == ("sent", None)
