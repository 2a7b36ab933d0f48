"""Endpoints among the other lanes: called for when something happens, found by the sweep."""

import pytest

from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import Sweep
from claw.ports.work import WEBHOOK
from claw.store.tenancy import Pool
from claw.system.ids import RandomIds
from claw_testing.sync_world import World, new_world
from claw_testing.webhook_world import REFUSED, WebhookWorld


@pytest.fixture
async def hooks(world: World) -> WebhookWorld:
    return WebhookWorld(world)


def runner(hooks: WebhookWorld) -> LaneRunner:
    world = hooks.world
    return LaneRunner(
        db=hooks.db,
        clock=world.clock,
        ids=RandomIds(),
        kinds={},
        families=[hooks.lanes()],
        metrics=world.tally,
        log=world.tally,
    )


def sweep(hooks: WebhookWorld) -> Sweep:
    world = hooks.world
    return Sweep(
        db=hooks.db,
        clock=world.clock,
        kinds={},
        families=[hooks.lanes()],
        metrics=world.tally,
        log=world.tally,
    )


async def rung(pool: Pool, hooks: WebhookWorld) -> list[str]:
    """Kinds that this tenant was called for, oldest first; each call is taken away."""
    tenant = str(hooks.world.tenant.tenant_id)
    async with pool.platform() as tx:
        rows = await tx.fetch(
            "delete from claw_queue.pgqueuer where convert_from(payload, 'utf8') like $1 "
            "returning id, convert_from(payload, 'utf8')::json ->> 'kind' as kind",
            f"%{tenant}%",
        )
    return [row["kind"] for row in sorted(rows, key=lambda row: row["id"])]


async def test_what_happens_calls_for_the_endpoints_that_want_it(
    pool: Pool, hooks: WebhookWorld
) -> None:
    await hooks.add()
    await hooks.add("syncs", "claw.sync.*")
    kind = (await hooks.lane()).kind
    await hooks.tell("a", "b")
    assert await rung(pool, hooks) == [kind]


async def test_an_endpoint_that_rests_is_not_called_for(pool: Pool, hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    hooks.sender.results = [REFUSED]
    await hooks.work()
    await rung(pool, hooks)
    await hooks.tell("b")
    assert await rung(pool, hooks) == []
    await sweep(hooks).once()
    assert await rung(pool, hooks) == []


async def test_a_lost_call_costs_no_more_than_a_sweep(pool: Pool, hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    (kind,) = await rung(pool, hooks)
    await sweep(hooks).once()
    assert await rung(pool, hooks) == [kind]


async def test_a_call_is_answered_by_its_endpoint_alone(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.add("other")
    await hooks.tell("a")
    await runner(hooks).answer(hooks.world.tenant.tenant_id, (await hooks.lane()).kind)
    assert hooks.sender.numbers == [1]
    assert (await hooks.known("other")).behind == 1
    # Counted as one kind: there is no end of endpoints.
    assert ("lane_batches", {"kind": "webhook", "outcome": "ok"}) in hooks.world.tally.counted


@pytest.mark.parametrize("kind", [WEBHOOK, "webhook:", "webhook:nobody", "hook:x"])
async def test_a_call_for_no_endpoint_is_answered_with_nothing(
    hooks: WebhookWorld, kind: str
) -> None:
    await hooks.add()
    await hooks.tell("a")
    await runner(hooks).answer(hooks.world.tenant.tenant_id, kind)
    assert hooks.sender.calls == []


async def test_everything_due_is_worked_here_and_now_and_then_it_is_idle(
    hooks: WebhookWorld,
) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    sweeping, working = sweep(hooks), runner(hooks)
    while (await sweeping.work(working)).due:
        pass
    # The sweep works every tenant of this database.
    mine = f"/tenants/{hooks.world.tenant.tenant_id}"
    assert [event.seq for event in hooks.sender.told if event.source == mine] == [1, 2]


async def test_a_suspended_tenant_tells_nothing_until_it_goes_on(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    kind, tenant = (await hooks.lane()).kind, hooks.world.tenant
    async with hooks.db.platform() as uow:
        await uow.tenants.set_status(tenant.tenant_id, "suspended")
    await runner(hooks).answer(tenant.tenant_id, kind)
    assert hooks.sender.calls == []


async def test_many_tenants_have_lanes_of_their_own(pool: Pool, hooks: WebhookWorld) -> None:
    other = WebhookWorld(await new_world(pool))
    for each in (hooks, other):
        await each.add()
        await each.tell("a")
    due = await hooks.lanes().due(hooks.world.clock.now())
    mine = {(w.world.tenant.tenant_id, (await w.lane()).kind) for w in (hooks, other)}
    assert mine <= set(due)
