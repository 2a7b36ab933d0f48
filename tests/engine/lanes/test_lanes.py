"""Lanes on a real database: no call goes unheard, and everybody has a turn."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from claw.core.errors import SourceFailed
from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import ClockStopped, Sweep
from claw.engine.lanes.worker import Worker
from claw.ports.tenant_store import Tenant
from claw.ports.work import Answer
from claw.store.embedded import Urls
from claw.store.queue.runtime import QueueRuntime
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw.system.ids import RandomIds
from claw_testing.edge import edge
from claw_testing.sync_world import NOW, HandClock, Tally, World, new_world

Hook = Callable[[], Awaitable[None]]


@dataclass
class Pending:
    """Work of one kind that stands in memory: how many rows are due for whom."""

    due: dict[UUID, int] = field(default_factory=dict[UUID, int])
    kind: str = "pending"
    batch: int = 10
    served: list[UUID] = field(default_factory=list[UUID])
    after_reading: Hook | None = None
    trouble: list[Exception] = field(default_factory=list[Exception])
    looks: int = 0

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        self.looks += 1
        return [tenant for tenant, rows in self.due.items() if rows]

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        if self.trouble:
            raise self.trouble.pop()
        taken = min(self.batch, self.due.get(tenant.tenant_id, 0))
        self.due[tenant.tenant_id] -= taken
        self.served += [tenant.tenant_id] * taken
        more = self.due[tenant.tenant_id] > 0
        if self.after_reading is not None:
            hook, self.after_reading = self.after_reading, None
            await hook()
        return more


class Watched(PostgresDatabase):
    """A database that runs a hook around the release of a lane."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.before_release: Hook | None = None
        self.after_release: Hook | None = None

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncIterator[TenantStores]:
        async with super().tenant(tenant_id) as stores:
            release = stores.lanes.release

            async def watched(hold):
                if self.before_release is not None:
                    hook, self.before_release = self.before_release, None
                    await hook()
                return await release(hold)

            stores.lanes.release = watched
            yield stores
        if self.after_release is not None:
            hook, self.after_release = self.after_release, None
            await hook()


def runner(db: PostgresDatabase, pending: Pending) -> LaneRunner:
    """The lanes as another worker would build them."""
    return LaneRunner(
        db=db,
        clock=HandClock(NOW),
        ids=RandomIds(),
        kinds={pending.kind: pending},
        metrics=Tally(),
        log=Tally(),
    )


async def calls(pool: Pool) -> list[bytes]:
    """Entries that wait, as the queue takes them."""
    async with pool.platform() as tx:
        rows = await tx.fetch(
            "select payload from claw_queue.pgqueuer where status = 'queued' "
            "order by priority desc, id"
        )
        return [row["payload"] for row in rows]


@pytest.fixture
async def quiet(pool: Pool) -> Pool:
    """A database in which nobody has rung yet."""
    async with pool.platform() as tx:
        await tx.execute("delete from claw_queue.pgqueuer")
    return pool


@pytest.mark.parametrize("point", ["after_reading", "before_release", "after_release"])
async def test_work_that_comes_due_while_a_holder_ends_is_worked_without_a_sweep(
    quiet: Pool, world: World, point: str
) -> None:
    tenant = world.tenant.tenant_id
    db, pending = Watched(quiet), Pending({tenant: 1})

    async def comes_due() -> None:
        pending.due[tenant] += 1
        # What the doorbell does once the transaction that made it due has committed.
        await runner(PostgresDatabase(quiet), pending).answer(tenant, pending.kind)

    setattr(pending if point == "after_reading" else db, point, comes_due)
    await runner(db, pending).answer(tenant, pending.kind)

    assert pending.due[tenant] == 0
    assert await calls(quiet) == []


@edge("queue:7")
async def test_while_a_lane_is_worked_nobody_else_works_it(quiet: Pool, world: World) -> None:
    tenant = world.tenant.tenant_id
    pending = Pending({tenant: 1})
    at_once = 0

    async def look() -> None:
        nonlocal at_once
        lanes = runner(PostgresDatabase(quiet), pending)
        before = len(pending.served)
        await asyncio.gather(*(lanes.answer(tenant, pending.kind) for _ in range(5)))
        at_once = len(pending.served) - before

    pending.after_reading = look
    await runner(PostgresDatabase(quiet), pending).answer(tenant, pending.kind)

    assert at_once == 0


async def test_a_lane_with_more_to_do_goes_to_the_end_of_the_queue(
    quiet: Pool, world: World
) -> None:
    tenant = world.tenant.tenant_id
    pending = Pending({tenant: 25})

    await runner(PostgresDatabase(quiet), pending).answer(tenant, pending.kind)

    assert pending.due[tenant] == 15
    assert len(await calls(quiet)) == 1


async def test_a_holder_that_died_is_succeeded_when_its_lease_has_run_out(
    quiet: Pool, world: World
) -> None:
    tenant = world.tenant.tenant_id
    db, pending = PostgresDatabase(quiet), Pending({tenant: 1})
    async with db.tenant(tenant) as uow:
        assert await uow.lanes.call(pending.kind, RandomIds().new(), seconds=30)
    await runner(db, pending).answer(tenant, pending.kind)
    assert pending.due[tenant] == 1

    async with quiet.tenant(tenant) as tx:
        await tx.execute("update claw.lane set until = clock_timestamp()")
    await runner(db, pending).answer(tenant, pending.kind)

    assert pending.due[tenant] == 0


@pytest.mark.parametrize(
    "trouble", [SourceFailed("no", code="source_failed"), KeyError("a defect")]
)
async def test_trouble_in_a_batch_frees_the_lane_and_is_counted(
    quiet: Pool, world: World, trouble: Exception
) -> None:
    tenant = world.tenant.tenant_id
    pending = Pending({tenant: 1}, trouble=[trouble])
    lanes = runner(PostgresDatabase(quiet), pending)

    await lanes.answer(tenant, pending.kind)
    await lanes.answer(tenant, pending.kind)

    assert pending.due[tenant] == 0


@edge("queue:12")
async def test_one_call_is_made_for_a_kind_however_often_a_transaction_rings(
    quiet: Pool, world: World
) -> None:
    async with PostgresDatabase(quiet).tenant(world.tenant.tenant_id) as uow:
        for _ in range(3):
            await uow.work.ring("pending")
            await uow.work.ring("other")

    assert len(await calls(quiet)) == 2


async def test_a_transaction_that_fails_calls_nobody(quiet: Pool, world: World) -> None:
    async def fail() -> None:
        async with PostgresDatabase(quiet).tenant(world.tenant.tenant_id) as uow:
            await uow.work.ring("pending")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()

    assert await calls(quiet) == []


async def test_a_sweep_calls_for_what_is_due_and_idle_once(quiet: Pool, world: World) -> None:
    other = await new_world(quiet)
    db = PostgresDatabase(quiet)
    pending = Pending({world.tenant.tenant_id: 1, other.tenant.tenant_id: 1})
    async with db.tenant(other.tenant.tenant_id) as uow:
        await uow.lanes.call(pending.kind, RandomIds().new(), seconds=30)
    sweep = Sweep(
        db=db,
        clock=HandClock(NOW),
        kinds={pending.kind: pending},
        metrics=Tally(),
        log=Tally(),
    )

    assert [await sweep.once(), await sweep.once()] == [1, 1]
    assert len(await calls(quiet)) == 1


async def test_a_sweep_calls_again_where_whoever_answered_may_have_died(
    quiet: Pool, world: World
) -> None:
    pending = Pending({world.tenant.tenant_id: 1})
    sweep = Sweep(
        db=PostgresDatabase(quiet),
        clock=HandClock(NOW),
        kinds={pending.kind: pending},
        metrics=Tally(),
        log=Tally(),
    )
    await sweep.once()
    heard = "update claw_queue.pgqueuer set status = 'picked', updated = clock_timestamp()"
    async with quiet.platform() as tx:
        await tx.execute(heard)
    assert await sweep.once() == 1
    assert await calls(quiet) == [], "a call that was heard just now is not repeated"
    async with quiet.platform() as tx:
        await tx.execute(f"{heard} - interval '3 seconds'")

    await sweep.once()

    assert len(await calls(quiet)) == 1


class Deaf:
    """A runtime that hears nothing."""

    async def run(self, answer: Answer, *, stop: asyncio.Event) -> None:
        await stop.wait()


@pytest.mark.parametrize("held", [True, False])
async def test_what_is_due_and_comes_to_nothing_is_not_looked_at_in_a_spin(
    quiet: Pool, world: World, held: bool
) -> None:
    tenant, db = world.tenant.tenant_id, PostgresDatabase(quiet)
    pending = Pending({tenant: 1}, trouble=[SourceFailed("no", code="source_failed")] * 999)
    if held:
        async with db.tenant(tenant) as uow:
            await uow.lanes.call(pending.kind, RandomIds().new(), seconds=30)
    sweep = Sweep(
        db=db,
        clock=HandClock(NOW),
        kinds={pending.kind: pending},
        metrics=Tally(),
        log=Tally(),
    )
    worker = Worker(runtime=Deaf(), runner=runner(db, pending), sweep=sweep)

    assert not await worker.until_idle(seconds=0.5)

    assert pending.looks <= 6


async def test_much_that_is_due_is_worked_without_a_rest(quiet: Pool, world: World) -> None:
    db, pending = PostgresDatabase(quiet), Pending({world.tenant.tenant_id: 200}, batch=1)
    sweep = Sweep(
        db=db,
        clock=HandClock(NOW),
        kinds={pending.kind: pending},
        metrics=Tally(),
        log=Tally(),
    )
    worker = Worker(runtime=Deaf(), runner=runner(db, pending), sweep=sweep)

    assert await worker.until_idle(seconds=30)  # with a rest after each it would take 40


async def test_what_is_ready_goes_out_before_more_is_made(quiet: Pool, world: World) -> None:
    tenant = world.tenant.tenant_id
    db = PostgresDatabase(quiet)
    async with db.tenant(tenant) as uow:
        await uow.work.ring("pending")
    ready = Pending({tenant: 25}, kind="delivery")
    sweep = Sweep(
        db=db, clock=HandClock(NOW), kinds={"delivery": ready}, metrics=Tally(), log=Tally()
    )
    await sweep.once()

    assert [b"delivery" in call for call in await calls(quiet)] == [True, False]

    # The lane that has more to do joins the end, whoever called it.
    await runner(db, ready).answer(tenant, ready.kind)
    first, *_, last = await calls(quiet)
    assert b"delivery" in first
    assert b"delivery" in last


@edge("time:39")
async def test_a_wall_clock_that_gained_days_fires_nothing(quiet: Pool) -> None:
    clock = HandClock(NOW)
    sweep = Sweep(db=PostgresDatabase(quiet), clock=clock, kinds={}, metrics=Tally(), log=Tally())
    stop = asyncio.Event()
    running = asyncio.create_task(sweep.run(stop=stop))
    await asyncio.sleep(0.05)
    clock.pass_minutes(3 * 24 * 60)

    with pytest.raises(ClockStopped):
        await asyncio.wait_for(running, 5)


async def until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


@edge("queue:13")
async def test_a_committed_call_is_answered_by_any_process_at_once(
    quiet: Pool, world: World, server: Urls
) -> None:
    tenant = world.tenant.tenant_id
    pending = Pending({tenant: 1})
    stop = asyncio.Event()
    runtime = QueueRuntime(server.app, Tally())
    running = asyncio.create_task(
        runtime.run(runner(PostgresDatabase(quiet), pending).answer, stop=stop)
    )
    async with PostgresDatabase(quiet).tenant(tenant) as uow:
        await uow.work.ring(pending.kind)

    await until(lambda: pending.due[tenant] == 0)
    stop.set()
    await asyncio.wait_for(running, 10)


@edge("queue:14")
async def test_small_tenants_behind_a_large_backlog_are_served_in_the_first_twentieth(
    quiet: Pool, server: Urls
) -> None:
    hot = (await new_world(quiet)).tenant.tenant_id
    small = [(await new_world(quiet)).tenant.tenant_id for _ in range(199)]
    pending = Pending({hot: 100_000} | dict.fromkeys(small, 10), batch=50)
    db = PostgresDatabase(quiet)
    for tenant in (hot, *small):
        async with db.tenant(tenant) as uow:
            await uow.work.ring(pending.kind)
    stop = asyncio.Event()
    running = asyncio.create_task(
        QueueRuntime(server.app, Tally()).run(runner(db, pending).answer, stop=stop)
    )

    await until(lambda: not any(pending.due[tenant] for tenant in small))
    worked = len(pending.served)
    stop.set()
    await asyncio.wait_for(running, 20)

    assert worked <= (100_000 + 1_990) / 20
