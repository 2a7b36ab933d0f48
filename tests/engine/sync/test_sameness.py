"""The same schedule gives the same records: whatever the order, the paging, the tenant."""

from datetime import datetime
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claw.ports.record_store import RecordFilter
from claw.store.staging import ARRAYS_BELOW
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.scripted_connector import Row, ScriptedConnector, Vendor, scripted_manifest
from claw_testing.sync_world import World, new_world

ROWS = st.lists(
    st.tuples(
        st.integers(0, 15),
        st.integers(0, 23),
        st.sampled_from([None, 1, 2, 3]),
        st.sampled_from([{}, {}, {}, {"skip": True}, {"broken": True}]),
    ),
    max_size=14,
)


def vendor_of(rows: list[tuple[int, int, int | None, Row]]) -> Vendor:
    vendor = Vendor()
    for number in (1, 2):
        vendor.customer(number, f"customer {number}", "0412 345 678")
    for number, (day, hour, customer, more) in enumerate(rows, 1):
        month, day = ("11", 24 + day) if day < 7 else ("12", day - 6)
        start = f"2026-{month}-{day:02}T{hour:02}:00"
        vendor.visit(number, start, customer=customer, **more)
    return vendor


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, seed=st.integers(0, 2**16), width=st.sampled_from([None, 1, 3, 16]))
async def test_order_and_slicing_do_not_matter(
    pool: Pool, rows: list[tuple[int, int, int | None, Row]], seed: int, width: int | None
):
    plain = await new_world(pool, vendor=vendor_of(rows))
    shuffled = vendor_of(rows)
    order = list(range(1, len(rows) + 1))
    Random(seed).shuffle(order)
    shuffled.order = lambda listed: sorted(listed, key=lambda row: order[row["id"] - 1])
    connector = ScriptedConnector(scripted_manifest(widest_window_days=width))
    other = await new_world(pool, vendor=shuffled, connector=connector)
    await plain.sync()
    await other.sync()
    assert await plain.lines(raw=True) == await other.lines(raw=True)
    assert await content(plain) == await content(other)


async def test_two_businesses_that_read_one_source_have_nothing_in_common(pool: Pool):
    vendor = vendor_of([(1, 1, 1, {}), (2, 2, 2, {})])
    one = await new_world(pool, vendor=vendor)
    two = await new_world(pool, vendor=vendor)
    await one.sync()
    assert await two.lines() == []
    await two.sync()
    before = await two.visible()
    vendor.customer(1, "changed", "0498 765 432")
    await one.sync()
    assert await two.visible() == before
    assert await one.lines() != await two.lines()


@pytest.mark.parametrize("visits", [ARRAYS_BELOW - 1, ARRAYS_BELOW + 1])
async def test_few_and_many_rows_are_written_alike(pool: Pool, visits: int):
    rows: list[tuple[int, int, int | None, Row]] = [
        (1 + n % 12, n % 24, 1, {}) for n in range(visits)
    ]
    world = await new_world(pool, vendor=vendor_of(rows))
    counts = await world.counts()
    assert (counts.read, counts.added) == (visits, visits + 1)
    world.vendor.customer(1, "Ada", "0498 765 432")
    assert (await world.counts()).changed == visits + 1
    assert (await world.counts()).unchanged == visits + 1


async def content(world: World) -> list[str]:
    """Names of the records' contents."""
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        rows = await tx.fetch("select content_hash from claw.record_current order by 1")
    return [row["content_hash"] for row in rows]


async def test_when_a_record_was_first_seen_and_last_changed_stays(world: World):
    async def instants() -> tuple[datetime, datetime]:
        async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
            (record,) = await uow.records.list(RecordFilter())
        return record.first_seen_at, record.changed_at

    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    begun = world.clock.now()
    await world.sync()
    assert await instants() == (begun, begun)
    world.vendor.visit(1, "2026-11-25T02:00")
    await world.sync()
    assert await instants() == (begun, world.clock.now())
