"""A routine that was paused or removed runs nothing, and delivers nothing, any more."""

import asyncio
from datetime import time

import pytest

from claw.core.errors import Refused, SourceFailed
from claw.core.time import Daily
from claw.engine.lanes.troubles import TroubleService
from claw.engine.routines.morning import Made, Morning
from claw.engine.routines.settling import MOST_ATTEMPTS
from claw.ports.channels import NotSent
from claw.ports.routine_store import Occurrence
from claw.system.ids import RandomIds
from claw_testing.delivery_world import DeliveryWorld, made
from claw_testing.routine_world import ACTOR, RoutineWorld
from claw_testing.sync_world import World

DUE = "2026-11-25T19:00"
AHEAD = "2026-11-25T18:58"
KEY = "2026-11-26"


class Slow(Morning):
    """The task without its work; each run waits until it is let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.started = asyncio.Event()
        self.go = asyncio.Event()

    async def run(self, tenant, stored, occurrence) -> Made:
        self.started.set()
        if self.error is not None:
            raise self.error
        await self.go.wait()
        return Made(snapshot_id="sha256:s", summary_id="sha256:m", degraded=False)


@pytest.fixture
async def deliveries(world: World) -> DeliveryWorld:
    return await made(world)


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    found = RoutineWorld(world)
    await found.add()
    await found.work(found.lane(Slow()))
    return found


async def end(routines: RoutineWorld, how: str) -> None:
    service, tenant = routines.service, routines.world.tenant
    await getattr(service, how)(tenant, "morning", actor=ACTOR)


async def begun(routines: RoutineWorld, at: str) -> tuple[Slow, asyncio.Task[int]]:
    """A run that has begun and goes on until it is let go."""
    slow = Slow()
    routines.at(at)
    running = asyncio.create_task(routines.work(routines.lane(slow)))
    await slow.started.wait()
    return slow, running


async def everything(routines: RoutineWorld) -> dict[str, Occurrence]:
    """What stands of the routine, also once it was removed."""
    async with routines.db.tenant(routines.world.tenant.tenant_id) as uow:
        (routine_id,) = await uow.routines.names()
        return {o.key: o for o in await uow.routines.runs(routine_id, 10)}


@pytest.mark.parametrize("how", ["pause", "remove"])
async def test_what_was_to_be_delivered_is_cancelled(deliveries: DeliveryWorld, how: str) -> None:
    await end(deliveries.routines, how)
    deliveries.routines.at(DUE)
    await deliveries.work()

    cancelled = await deliveries.only()
    assert (cancelled.state, cancelled.reason) == ("cancelled", f"routine_{how}d")
    assert deliveries.channel.parcels == []


@pytest.mark.parametrize("how", ["pause", "remove"])
async def test_what_a_worker_saw_before_the_end_is_not_attempted_after_it(
    deliveries: DeliveryWorld, how: str
) -> None:
    deliveries.routines.at(DUE)
    db, world = deliveries.routines.db, deliveries.routines.world
    async with db.tenant(world.tenant.tenant_id) as uow:
        (seen,) = await uow.deliveries.open(world.clock.now(), 1)
    deliveries.routines.at("2026-11-25T18:59")  # another machine's clock is a little behind
    await end(deliveries.routines, how)
    async with db.tenant(world.tenant.tenant_id) as uow:
        assert await uow.deliveries.attempt(seen, seconds=60) is None


@pytest.mark.parametrize("how", ["pause", "remove"])
async def test_what_came_back_from_an_attempt_that_was_under_way_is_cancelled(
    deliveries: DeliveryWorld, how: str
) -> None:
    deliveries.routines.at(DUE)
    db, tenant_id = deliveries.routines.db, deliveries.routines.world.tenant.tenant_id
    now = deliveries.routines.world.clock.now()
    async with db.tenant(tenant_id) as uow:
        (due,) = await uow.deliveries.open(now, 1)
        attempt = await uow.deliveries.attempt(due, seconds=60)
    assert attempt is not None
    await end(deliveries.routines, how)
    async with db.tenant(tenant_id) as uow:
        assert await uow.deliveries.rest(attempt, seconds=0, reason="unreachable")

    await deliveries.work()

    assert (await deliveries.only()).state == "cancelled"
    assert deliveries.channel.parcels == []


async def test_nothing_from_before_a_pause_is_delivered_after_it(
    deliveries: DeliveryWorld,
) -> None:
    await end(deliveries.routines, "pause")
    deliveries.routines.at(DUE)
    await end(deliveries.routines, "resume")
    await deliveries.work()

    assert (await deliveries.only()).state == "cancelled"

    assert await deliveries.routines.runs() == {KEY: "skipped"}


async def test_a_pause_that_ends_before_the_due_time_costs_nothing(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.routines.at(AHEAD)
    await end(deliveries.routines, "pause")
    await deliveries.work()
    deliveries.routines.at("2026-11-25T18:59")
    await end(deliveries.routines, "resume")
    deliveries.routines.at(DUE)
    await deliveries.work()

    assert (await deliveries.only()).state == "sent"
    assert await deliveries.routines.runs() == {KEY: "done"}


async def test_what_was_sent_before_a_pause_stays_done(deliveries: DeliveryWorld) -> None:
    deliveries.routines.at(DUE)
    await deliveries.work()
    await end(deliveries.routines, "pause")
    deliveries.routines.at("2026-11-25T19:30")
    await end(deliveries.routines, "resume")

    assert await deliveries.routines.runs() == {KEY: "done"}


async def test_what_came_due_in_a_pause_is_cancelled_by_a_worker_and_told_as_skipped(
    deliveries: DeliveryWorld,
) -> None:
    await end(deliveries.routines, "pause")
    deliveries.routines.at(DUE)
    await deliveries.work()
    await end(deliveries.routines, "resume")

    assert await deliveries.routines.runs() == {KEY: "skipped"}
    async with deliveries.routines.db.tenant(deliveries.routines.world.tenant.tenant_id) as uow:
        told = [e.type for e in await uow.events.after(0, 100) if e.subject.endswith(KEY)]
    assert told == ["claw.occurrence.done.v1", "claw.occurrence.skipped.v1"]


async def test_a_failed_delivery_of_a_paused_routine_waits_for_it_to_be_resumed(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.results = [NotSent("address_refused", again=False)]
    deliveries.routines.at(DUE)
    await deliveries.work()
    failed = await deliveries.only()
    await end(deliveries.routines, "pause")

    with pytest.raises(Refused, match="is paused"):
        await deliveries.service.retry(
            deliveries.routines.world.tenant, str(failed.delivery_id), actor=ACTOR
        )


@pytest.mark.parametrize("alive", [True, False])
async def test_removing_takes_an_occurrence_from_whoever_runs_it(
    routines: RoutineWorld, alive: bool
) -> None:
    slow, running = await begun(routines, DUE)
    if not alive:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    await end(routines, "remove")
    slow.go.set()
    await asyncio.gather(running, return_exceptions=True)

    ended = (await everything(routines))[KEY]
    assert (ended.state, ended.reason) == ("cancelled", "routine_removed")
    assert await routines.deliveries() == []


async def test_a_run_that_ends_within_a_pause_delivers_nothing(routines: RoutineWorld) -> None:
    slow, running = await begun(routines, AHEAD)
    await end(routines, "pause")
    slow.go.set()
    await running
    assert await routines.deliveries() == []

    await end(routines, "resume")
    await routines.work(routines.lane(slow))
    assert [key for key, *_ in await routines.deliveries()] == [KEY]
    assert (await routines.occurrence(KEY)).attempts == 1


async def test_what_a_worker_held_that_died_before_a_pause_is_skipped_too(
    routines: RoutineWorld,
) -> None:
    _, running = await begun(routines, AHEAD)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await end(routines, "pause")
    await routines.let_claims_lapse()
    routines.at(DUE)
    await end(routines, "resume")

    assert await routines.runs() == {KEY: "skipped"}


async def test_what_a_pause_outlasted_is_skipped_though_somebody_still_runs_it(
    routines: RoutineWorld,
) -> None:
    slow, running = await begun(routines, AHEAD)
    await end(routines, "pause")
    routines.at("2026-11-25T19:30")
    await end(routines, "resume")
    slow.go.set()
    await running

    assert await routines.runs() == {KEY: "skipped"}
    assert await routines.deliveries() == []


async def test_what_a_pause_cost_is_told_at_a_later_time_that_is_asked_for(
    deliveries: DeliveryWorld,
) -> None:
    routines = deliveries.routines
    first = await deliveries.only()
    await end(routines, "pause")
    routines.at(DUE)
    await end(routines, "resume")
    await routines.service.change(routines.world.tenant, "morning", Daily(at=time(9)), actor=ACTOR)
    routines.at("2026-11-25T22:00")
    await routines.work()
    await deliveries.work()

    sent = await deliveries.only()
    assert (sent.state, sent.attempts, f"{sent.not_before:%H:%M}") == ("sent", 1, "22:00")
    assert sent.delivery_id != first.delivery_id
    assert await routines.runs() == {KEY: "done"}


async def test_what_was_attempted_before_a_pause_is_never_sent_under_another_id(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.results = [NotSent("unreachable", again=True)]
    deliveries.routines.at(DUE)
    await deliveries.work()
    await end(deliveries.routines, "pause")
    deliveries.routines.at("2026-11-25T19:01")
    await end(deliveries.routines, "resume")

    cancelled = await deliveries.only()
    assert (cancelled.state, cancelled.attempts) == ("cancelled", 1)
    assert await deliveries.routines.runs() == {KEY: "done"}


async def test_what_failed_is_shown_once_its_routine_is_gone_and_can_run_no_more(
    routines: RoutineWorld,
) -> None:
    troubles = TroubleService(routines.db, routines.world.clock, RandomIds())
    tenant = routines.world.tenant
    broken = routines.lane(Slow(SourceFailed("no", code="unreachable")))
    routines.at(DUE)
    for _ in range(MOST_ATTEMPTS):
        await routines.work(broken)
        await routines.let_claims_lapse()
    await end(routines, "pause")
    with pytest.raises(Refused, match="is paused"):
        await troubles.retry(tenant, f"occurrence:morning/{KEY}", actor=ACTOR)

    await end(routines, "remove")
    await routines.add()

    (shown,) = await troubles.list(tenant)
    assert (shown.routine, shown.state, shown.dead) == ("morning", "failed", True)
    with pytest.raises(Refused, match="was removed"):
        await troubles.retry(tenant, shown.id, actor=ACTOR)


async def test_a_delivery_that_failed_is_shown_once_its_routine_is_gone(
    deliveries: DeliveryWorld,
) -> None:
    deliveries.channel.results = [NotSent("address_refused", again=False)]
    deliveries.routines.at(DUE)
    await deliveries.work()
    await end(deliveries.routines, "remove")
    world = deliveries.routines.world
    troubles = TroubleService(deliveries.routines.db, world.clock, RandomIds())

    (shown,) = await troubles.list(world.tenant)
    assert (shown.kind, shown.routine) == ("delivery", "morning")
    with pytest.raises(Refused, match="is removed"):
        await troubles.retry(world.tenant, shown.id, actor=ACTOR)
