"""A suspended business's work waits: nobody looks for it, and nothing spins over it."""

import pytest

from claw_testing.routine_world import RoutineWorld, Stub
from claw_testing.sync_world import World
from claw_testing.webhook_world import WebhookWorld


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    """A routine that ran and one that is due, a delivery, an endpoint and snapshots to thin."""
    routines, hooks = RoutineWorld(world), WebhookWorld(world)
    await hooks.add()
    await routines.add()
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-25T19:00")
    await routines.work(routines.lane(Stub()))
    await routines.add(name="second")
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute(
            "insert into claw.retention (tenant_id, due_at) values ($1, $2)",
            world.tenant.tenant_id,
            world.clock.now(),
        )
    return routines


async def looked_for(routines: RoutineWorld) -> set[str]:
    """Kinds of work that a worker would do for this tenant now."""
    tenant, now = routines.world.tenant.tenant_id, routines.world.clock.now()
    async with routines.db.platform() as uow:
        due = {
            "occurrence": await uow.due.occurrences(now, now, routines.tzdata),
            "delivery": await uow.due.deliveries(now),
            "retention": await uow.due.retention(now),
            "webhook": [tenant_id for tenant_id, _ in await uow.due.webhooks(1000)],
        }
    return {kind for kind, tenants in due.items() if tenant in tenants}


async def test_nobody_looks_for_work_of_a_suspended_business(routines: RoutineWorld) -> None:
    everything = {"occurrence", "delivery", "retention", "webhook"}
    tenant = routines.world.tenant.tenant_id
    assert await looked_for(routines) == everything

    async with routines.db.platform() as uow:
        await uow.tenants.set_status(tenant, "suspended")
    assert await looked_for(routines) == set()

    async with routines.db.platform() as uow:
        await uow.tenants.set_status(tenant, "active")
    assert await looked_for(routines) == everything
