"""One order of events that nobody who follows ever sees change, and counts that add up."""

import asyncio
from datetime import date

import pytest

from claw.core.events.event import cloud_event
from claw.engine.events import EventService
from claw.engine.usage import UsageService
from claw.store.embedded import Urls
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw_testing.sync_world import World, new_world
from claw_testing.webhook_world import WebhookWorld, happened

WRITERS = 6


@pytest.fixture
async def hooks(world: World) -> WebhookWorld:
    return WebhookWorld(world)


async def _seen(hooks: WebhookWorld) -> list[int]:
    return [event.seq for event in await hooks.events()]


async def test_numbers_count_from_one_in_each_tenant(hooks: WebhookWorld) -> None:
    await hooks.tell("a", "b")
    await hooks.tell("c")
    other = WebhookWorld(await new_world(hooks.world.pool))
    await other.tell("x")

    assert [(e.seq, e.subject) for e in await hooks.events()] == [(1, "a"), (2, "b"), (3, "c")]
    assert [(e.seq, e.subject) for e in await other.events()] == [(1, "x")]


async def test_what_is_rolled_back_leaves_no_hole(hooks: WebhookWorld) -> None:
    async def tell_and_fail() -> None:
        async with hooks.db.tenant(hooks.world.tenant.tenant_id) as uow:
            uow.events.add(happened(), subject="b", at=hooks.world.clock.now())
            raise LookupError

    await hooks.tell("a")
    with pytest.raises(LookupError):
        await tell_and_fail()
    await hooks.tell("c")

    assert [(e.seq, e.subject) for e in await hooks.events()] == [(1, "a"), (2, "c")]


async def test_a_writer_that_stays_open_holds_nobody_up_and_is_not_skipped(
    hooks: WebhookWorld,
) -> None:
    """It told something first and commits last: its number is taken when it commits."""
    told, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with hooks.db.tenant(hooks.world.tenant.tenant_id) as uow:
            uow.events.add(happened(), subject="slow", at=hooks.world.clock.now())
            # It has written other things too: its transaction is as old as any can be.
            uow.metering.count(date(2026, 11, 25), "syncs")
            await uow.lanes.call("occurrence", hooks.world.tenant.tenant_id, seconds=1)
            told.set()
            await may_end.wait()

    writer = asyncio.create_task(slow())
    await told.wait()
    async with asyncio.timeout(20):
        await hooks.tell("first")
        await hooks.tell("second")
    seen = await hooks.events()
    assert [(e.seq, e.subject) for e in seen] == [(1, "first"), (2, "second")]

    may_end.set()
    await writer
    after = await hooks.events(seen[-1].seq)
    assert [(e.seq, e.subject) for e in after] == [(3, "slow")]


async def test_a_number_that_is_taken_keeps_later_ones_back_until_it_is_committed(
    hooks: WebhookWorld,
) -> None:
    """The gap that followers skip elsewhere: a number is visible while a smaller one is not."""
    taken, may_commit = asyncio.Event(), asyncio.Event()

    async def held_at_the_commit() -> None:
        async with hooks.world.pool.tenant(hooks.world.tenant.tenant_id) as tx:
            stores = TenantStores(tx, hooks.world.tenant.tenant_id)
            stores.events.add(happened(), subject="one", at=hooks.world.clock.now())
            await stores.flush()
            taken.set()
            await may_commit.wait()

    first = asyncio.create_task(held_at_the_commit())
    await taken.wait()
    second = asyncio.create_task(hooks.tell("two"))
    for _ in range(5):
        assert await _seen(hooks) == []
        await asyncio.sleep(0.01)
    assert not second.done()

    may_commit.set()
    await asyncio.gather(first, second)
    assert [(e.seq, e.subject) for e in await hooks.events()] == [(1, "one"), (2, "two")]


async def test_no_follower_skips_while_many_write(server: Urls, hooks: WebhookWorld) -> None:
    tenant = hooks.world.tenant
    async with Pool(server.app, largest=WRITERS + 1) as pool:
        db = PostgresDatabase(pool)

        async def write(number: int) -> None:
            for turn in range(10):
                async with db.tenant(tenant.tenant_id) as uow:
                    uow.events.add(
                        happened(), subject=f"{number}.{turn}", at=hooks.world.clock.now()
                    )
                    if (number + turn) % 3 == 0:
                        await asyncio.sleep(0.002)

        followed: list[int] = []

        async def follow() -> None:
            async for event in EventService(db).read(tenant, 0, patterns=["*"], follow=True):
                followed.append(event.seq)
                if len(followed) == WRITERS * 10:
                    return

        async with asyncio.timeout(30):
            await asyncio.gather(follow(), *(write(number) for number in range(WRITERS)))
    assert followed == list(range(1, WRITERS * 10 + 1))


async def test_pages_end_where_the_next_begins(
    hooks: WebhookWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claw.engine.events.PAGE", 3)
    await hooks.tell(*"abcdefg")
    assert await _seen(hooks) == [1, 2, 3, 4, 5, 6, 7]


async def test_an_event_is_told_as_a_cloud_event_that_never_changes(hooks: WebhookWorld) -> None:
    await hooks.tell("morning")
    (event,) = await hooks.events()
    tenant = str(hooks.world.tenant.tenant_id)

    told = cloud_event(tenant, event)
    assert told.id == f"evt_{tenant.replace('-', '')}_1"
    assert (told.specversion, told.source) == ("1.0", f"/tenants/{tenant}")
    assert bytes(told.data) == b'{"name":"morning","routine":"r"}'
    assert told == cloud_event(tenant, (await hooks.events())[0])


async def test_what_only_reads_cannot_tell(hooks: WebhookWorld) -> None:
    with pytest.raises(RuntimeError, match="only reads"):
        async with hooks.db.reading(hooks.world.tenant.tenant_id) as uow:
            uow.events.add(happened(), subject="a", at=hooks.world.clock.now())


async def test_counts_of_a_day_add_up_across_transactions(hooks: WebhookWorld) -> None:
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)

    async def use(day: date, n: int) -> None:
        async with hooks.db.tenant(hooks.world.tenant.tenant_id) as uow:
            uow.metering.count(day, "records_read", n)
            uow.metering.count(day, "syncs")
            uow.metering.count(day, "syncs")

    await asyncio.gather(*(use(monday, 10) for _ in range(4)), use(tuesday, 5))

    usage = UsageService(hooks.db, hooks.world.clock)
    used = await usage.used(hooks.world.tenant)
    assert [(u.day, u.what, u.count) for u in used] == [
        (monday, "records_read", 40),
        (monday, "syncs", 8),
        (tuesday, "records_read", 5),
        (tuesday, "syncs", 2),
    ]
    assert await usage.used(hooks.world.tenant, tuesday, tuesday) == used[2:]
    other = await new_world(hooks.world.pool)
    assert await usage.used(other.tenant) == []


async def test_whole_transactions_that_tell_and_count_never_wait_in_a_circle(
    server: Urls, hooks: WebhookWorld
) -> None:
    tenant, days = hooks.world.tenant, [date(2026, 11, day) for day in range(1, 6)]
    async with Pool(server.app, largest=WRITERS) as pool:
        db = PostgresDatabase(pool)

        async def use(number: int) -> None:
            for turn in range(8):
                async with db.tenant(tenant.tenant_id) as uow:
                    # Each in another order: what is written is in one.
                    for day in days if (number + turn) % 2 else reversed(days):
                        uow.metering.count(day, "syncs")
                    uow.events.add(happened(), subject="s", at=hooks.world.clock.now())

        async with asyncio.timeout(30):
            await asyncio.gather(*(use(number) for number in range(WRITERS)))
    assert len(await hooks.events()) == WRITERS * 8
