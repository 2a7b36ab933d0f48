"""Thinning on a real database: what goes, what stays, and what comes in between."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claw.engine.retention import RetentionService, Thinned, next_thinning
from claw.engine.retention_lane import RetentionLane
from claw.engine.snapshots import SnapshotService
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw_testing.operations import operations
from claw_testing.sync_world import NOW, World, new_world

# Far enough ahead that a sync still reads it days later.
AHEAD, NOON = "2026-12-03T22:00", "2026-11-25T01:00"
ME = "tests"


def retention(world: World) -> RetentionService:
    return RetentionService(
        db=PostgresDatabase(world.pool),
        clock=world.clock,
        ids=RandomIds(),
        users=(lambda uow: uow.summaries, lambda uow: uow.routines),
    )


def snapshots(world: World) -> SnapshotService:
    return operations(world).snapshots


async def thin(world: World, **more: bool) -> Thinned:
    return await retention(world).thin(world.tenant, actor=ME, **more)


async def take(world: World) -> str:
    world.clock.pass_minutes(1)
    return (await snapshots(world).take(world.tenant)).id


async def change(world: World, title: str) -> None:
    """Visit 1 says something else, and is read."""
    world.vendor.visits[1]["title"] = title
    await world.sync()


async def names(world: World) -> list[str]:
    return [each.id for each in await snapshots(world).list(world.tenant)]


async def rest_a_day(world: World) -> None:
    """Let as much machine time pass as ends every rest."""
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute("update claw.unreferenced set since = since - interval '25 hours'")


async def all_hold(world: World) -> None:
    for name in await names(world):
        assert (await snapshots(world).verify(world.tenant, name)).ok


async def count(world: World, table: str) -> int:
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        found = await tx.fetchval(f"select count(*) from claw.{table}")
    assert isinstance(found, int)
    return found


@pytest.fixture
async def told(world: World) -> World:
    world.vendor.visit(1, AHEAD)
    world.vendor.visit(2, NOON)
    await world.sync()
    return world


async def test_of_an_old_day_the_last_is_kept_and_the_newest_always(told: World):
    first, second = await take(told), await take(told)
    told.clock.instant += timedelta(days=3)
    thinned = await thin(told)
    assert (thinned.snapshots, thinned.thinned) == (2, 1)
    assert await names(told) == [second]
    assert first != second
    told.clock.instant += timedelta(days=3000)
    assert (await thin(told)).in_use == 1
    assert await names(told) == [second]


async def test_what_a_summary_was_made_from_or_compared_with_is_kept(told: World):
    ops = operations(told)
    compared, between, made = await take(told), await take(told), await take(told)
    await take(told)
    summary = await ops.summaries.summarise(told.tenant, snapshot=made, previous=compared)
    told.clock.instant += timedelta(days=3)
    last = await take(told)
    thinned = await thin(told)
    assert set(await names(told)) >= {compared, made, last}
    assert between not in await names(told)
    assert thinned.in_use == 2
    await rest_a_day(told)
    await thin(told)
    assert (await ops.summaries.verify(told.tenant, summary.id)).outcome == "identical"
    await all_hold(told)


async def test_what_nothing_names_any_more_goes_a_day_later_and_not_before(told: World):
    await take(told)
    await change(told, "Other")
    await take(told)
    told.clock.instant += timedelta(days=3)
    before = await count(told, "record_blob")
    thinned = await thin(told)
    assert thinned.thinned == 1
    assert (thinned.collected.nodes, thinned.collected.records) == (0, 0)
    assert thinned.collected.waiting > 0
    assert (await thin(told)).collected.records == 0
    await rest_a_day(told)
    # Versions are found to be unreferenced once the parts that named them are gone.
    assert (await thin(told)).collected.nodes == 2
    await rest_a_day(told)
    assert (await thin(told)).collected.records == 1
    assert await count(told, "record_blob") == before - 1
    assert await count(told, "unreferenced") == 0
    await all_hold(told)


async def test_a_version_that_comes_back_begins_its_rest_anew(told: World):
    """It lay unreferenced for days and was current again: a take may have read it."""
    await take(told)
    await change(told, "Other")
    await take(told)
    told.clock.instant += timedelta(days=3)
    await thin(told)
    await rest_a_day(told)
    await thin(told)
    await rest_a_day(told)
    async with told.pool.tenant(told.tenant.tenant_id) as tx:
        assert await tx.fetchval("select count(*) from claw.unreferenced where kind = 'record'")
    await change(told, "visit 1")
    # Here a take that has read it would go on to name it.
    await change(told, "Third")
    thinned = await thin(told)
    assert (thinned.collected.records, thinned.collected.waiting) == (0, 1)
    await all_hold(told)


async def test_a_dry_run_counts_the_same_and_changes_nothing(told: World):
    await take(told)
    await take(told)
    told.clock.instant += timedelta(days=3)
    before = await names(told)
    dry = await thin(told, dry_run=True)
    assert await names(told) == before
    assert await count(told, "unreferenced") == 0
    assert await count(told, "audit_entry") == 0
    real = await thin(told)
    assert (dry.thinned, dry.collected) == (real.thinned, real.collected)
    assert await count(told, "audit_entry") == 1


async def test_thinning_waits_for_whoever_takes_and_takes_wait_for_it(told: World):
    db, tenant_id = PostgresDatabase(told.pool), told.tenant.tenant_id
    async with db.tenant(tenant_id) as uow:
        await uow.snapshots.hold_shared()
        thinning = asyncio.create_task(thin(told))
        done, _ = await asyncio.wait([thinning], timeout=0.2)
        assert not done
    await thinning
    async with db.tenant(tenant_id) as uow:
        await uow.snapshots.hold_alone()
        taking = asyncio.create_task(take(told))
        done, _ = await asyncio.wait([taking], timeout=0.2)
        assert not done
    await taking


async def test_takes_and_syncs_beside_collections_lose_nothing(told: World):
    """Everything at once, again and again, with bytes that come, go and come back."""
    stop = asyncio.Event()

    async def collect() -> None:
        while not stop.is_set():
            await rest_a_day(told)
            await thin(told)

    collecting = asyncio.create_task(collect())
    for turn in range(8):
        told.vendor.visits[1]["title"] = f"Title {turn % 2}"
        told.clock.instant += timedelta(days=1)
        await asyncio.gather(told.service().run(told.tenant), snapshots(told).take(told.tenant))
        await all_hold(told)
    stop.set()
    await collecting
    await take(told)
    await all_hold(told)


async def test_a_collection_that_is_killed_leaves_everything_as_it_was(told: World):
    await take(told)
    await change(told, "Other")
    await take(told)
    told.clock.instant += timedelta(days=3)
    before = (await names(told), await count(told, "snapshot_node"))
    db = PostgresDatabase(told.pool)
    for steps in (1, 2):
        with suppress(RuntimeError):
            async with db.tenant(told.tenant.tenant_id) as uow:
                await uow.snapshots.hold_alone()
                await uow.retention.thin(before[0][1:])
                if steps == 2:
                    await uow.retention.collect(rest_seconds=0, most=100)
                raise RuntimeError
        assert (await names(told), await count(told, "snapshot_node")) == before
        await all_hold(told)


async def test_at_most_so_much_is_collected_at_once(told: World):
    for turn in range(4):
        await change(told, f"Title {turn}")
        await take(told)
    told.clock.instant += timedelta(days=3)
    await thin(told)
    await rest_a_day(told)
    some = await retention(told).thin(told.tenant, actor=ME, most=2)
    assert some.collected.nodes == 2
    assert some.collected.more
    rest = await retention(told).thin(told.tenant, actor=ME)
    assert rest.collected.nodes == 4
    assert not rest.collected.more


class _Step:
    SYNC, TAKE, THIN, REST, DAY = range(5)


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=st.lists(st.tuples(st.sampled_from(range(5)), st.integers(0, 3)), max_size=14))
async def test_whatever_happens_in_whatever_order_what_is_kept_holds(
    pool, steps: list[tuple[int, int]]
):
    world = await new_world(pool)
    world.vendor.visit(1, AHEAD)
    await world.sync()
    for step, number in steps:
        match step:
            case _Step.SYNC:
                await change(world, f"Title {number}")
            case _Step.TAKE:
                await take(world)
            case _Step.THIN:
                await thin(world)
            case _Step.REST:
                await rest_a_day(world)
            case _:
                world.clock.instant += timedelta(days=number)
    await all_hold(world)


async def test_each_tenant_is_due_at_three_on_its_own_wall_once_a_day(told: World):
    lane = RetentionLane(db=PostgresDatabase(told.pool), retention=retention(told))
    me = told.tenant.tenant_id
    assert me not in await lane.due_tenants(NOW + timedelta(days=9))
    await take(told)
    # 03:00 on Thursday 26 November in Sydney.
    due = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert me not in await lane.due_tenants(due - timedelta(seconds=1))
    assert me in await lane.due_tenants(due)
    told.clock.instant = due + timedelta(hours=2)
    assert await lane.work(told.tenant, told.clock.now()) is False
    assert me not in await lane.due_tenants(due + timedelta(hours=23))
    assert me in await lane.due_tenants(due + timedelta(hours=24))


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Australia/Sydney", "2026-10-03T10:00", "2026-10-03T16:00"),
        ("Australia/Sydney", "2027-04-03T10:00", "2027-04-03T17:00"),
        ("Antarctica/Troll", "2026-03-28T12:00", "2026-03-29T01:00"),
        ("Pacific/Apia", "2011-12-29T20:00", "2011-12-30T13:00"),
    ],
)
def test_three_oclock_is_found_on_nights_that_change(zone: str, now: str, expected: str):
    found = next_thinning(zone, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


async def test_another_tenants_snapshots_are_left_alone(told: World):
    other = await new_world(told.pool)
    other.vendor.visit(1, AHEAD)
    await other.sync()
    await take(other)
    await take(other)
    told.clock.instant += timedelta(days=30)
    await thin(told)
    assert len(await names(other)) == 2
    assert await count(other, "unreferenced") == 0
