"""Snapshots on a real database: taken from what was synced, kept, compared and proved."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import UNSET

from claw.core.errors import CheckFailed, InstallationBroken, InvalidInput, NotFound
from claw.core.model.canonical import short_hash
from claw.core.model.normalise import store_form
from claw.core.model.versions import released_versions
from claw.core.snapshots.tree import build_tree
from claw.engine.snapshot_documents import SnapshotDocument
from claw.engine.snapshots import SnapshotService
from claw.ports.connection_store import Connection
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw_testing.schedule_2 import SCHEMA_2, both_versions, visit_2
from claw_testing.schedules import leaves, snapshot, visit
from claw_testing.sync_world import NOW, OneConnector, World, new_world
from claw_testing.two_streams import VisitsFail, two_streams

# 25 November 2026 in Sydney, when the tests begin.
MORNING, NOON = "2026-11-24T22:00", "2026-11-25T01:00"
TOMORROW, FAR = "2026-11-25T22:00", "2026-12-20T22:00"
TOMORROW_DAY = date(2026, 11, 26)
TODAY_ONLY = {"first": date(2026, 11, 25), "last": date(2026, 11, 25)}


def service(world: World, **fields: Any) -> SnapshotService:
    stated: dict[str, Any] = {
        "db": PostgresDatabase(world.pool),
        "clock": world.clock,
        "catalog": OneConnector(world.connector),
        "versions": released_versions(),
        "tzdata_version": "2026f",
    }
    return SnapshotService(**stated | fields)


async def take(world: World, **dates: date) -> SnapshotDocument:
    world.clock.pass_minutes(1)
    return await service(world).take(world.tenant, **dates)


async def refs(world: World, taken: SnapshotDocument) -> list[str]:
    return [json.loads(line)["ref"] for line in await service(world).export(world.tenant, taken.id)]


async def add_connection(world: World, name: str) -> None:
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.connections.add(
            Connection(
                connection_id=uuid4(),
                name=name,
                connector="scripted",
                settings={},
                status="active",
                paused_reason=None,
                facts=None,
                created_at=NOW,
            )
        )


def fill(world: World) -> None:
    world.vendor.customer(7, "Kim", "0412 345 678")
    world.vendor.customer(8, "Lee", "0412 345 679")
    world.vendor.visit(1, MORNING, customer=7)
    world.vendor.visit(2, NOON)
    world.vendor.visit(3, TOMORROW, customer=8)


async def test_a_snapshot_holds_the_window_and_all_it_refers_to(world: World) -> None:
    fill(world)
    await world.sync()
    taken = await take(world, **TODAY_ONLY)
    assert await refs(world, taken) == ["field/customer:7", "field/visit:1", "field/visit:2"]
    assert taken.counts == {"appointment": 2, "customer": 1}
    assert taken.tenant == world.tenant.slug
    assert not taken.degraded


async def test_without_dates_it_is_yesterday_to_two_weeks_ahead(world: World) -> None:
    await world.sync()
    taken = await take(world)
    assert (taken.window.first, taken.window.last) == (date(2026, 11, 24), date(2026, 12, 9))


async def test_two_takes_of_an_unchanged_schedule_share_the_tree(world: World) -> None:
    fill(world)
    await world.sync()
    first = await take(world)
    await world.sync()
    second = await take(world)
    assert (first.tree, first.counts) == (second.tree, second.counts)
    assert first.id != second.id
    assert second.previous == first.id
    differences = await service(world).diff(world.tenant, first.id, second.id)
    assert differences.changes == []


async def test_two_installations_give_the_same_tree(pool: Pool) -> None:
    one, other = await new_world(pool), await new_world(pool)
    for world in (one, other):
        fill(world)
    other.vendor.order = lambda rows: rows[::-1]
    other.clock.pass_minutes(30)
    for world in (one, other):
        await world.sync()
    assert (await take(one)).tree == (await take(other)).tree


async def test_nothing_was_ever_read(world: World) -> None:
    with pytest.raises(NotFound) as refused:
        await service(world).take(world.tenant)
    assert refused.value.code == "nothing_read"
    assert refused.value.hint is not None
    assert "claw sync" in refused.value.hint
    assert await service(world).list(world.tenant) == []


async def test_a_window_that_was_read_in_part_is_degraded_and_says_how_far(world: World) -> None:
    fill(world)
    await world.sync("2026-11-25", "2026-11-26")
    taken = await take(world, first=date(2026, 11, 25), last=date(2026, 11, 27))
    (source,) = taken.sources
    assert taken.degraded
    assert (source.connection, source.stream, source.complete) == ("field", "visits", False)
    assert source.note == "1 of 3 days were never read completely"
    whole = await take(world, first=date(2026, 11, 25), last=date(2026, 11, 26))
    assert not whole.degraded


async def test_data_is_as_old_as_its_oldest_day(world: World) -> None:
    await world.sync("2026-11-25", "2026-11-25")
    oldest = (await take(world, **TODAY_ONLY)).sources[0].data_as_of
    world.clock.pass_minutes(60)
    await world.sync("2026-11-26", "2026-11-26")
    both = await take(world, first=date(2026, 11, 25), last=date(2026, 11, 26))
    assert both.sources[0].data_as_of == oldest


async def test_a_connection_that_was_never_read_is_named(world: World) -> None:
    await world.sync()
    await add_connection(world, "diary")
    taken = await take(world)
    assert [(s.connection, s.complete, s.data_as_of is None) for s in taken.sources] == [
        ("diary", False, True),
        ("field", True, False),
    ]
    assert taken.degraded


async def test_rows_in_quarantine_are_counted(world: World) -> None:
    fill(world)
    world.vendor.visit(9, MORNING, broken=True)
    await world.sync()
    (source,) = (await take(world)).sources
    assert source.held_back == 1


async def test_a_row_that_goes_bad_is_not_held_back_while_its_record_is_told(world: World) -> None:
    fill(world)
    await world.sync()
    world.vendor.visit(1, MORNING, broken=True)
    await world.sync()
    today, tomorrow = await take(world), await take(world, first=TOMORROW_DAY, last=TOMORROW_DAY)
    assert [s.held_back for s in (*today.sources, *tomorrow.sources)] == [0, 0]
    kept = [await service(world).find(world.tenant, taken.id) for taken in (today, tomorrow)]
    assert [snapshot.sources[0].outdated for snapshot in kept] == [("field/visit:1",), ()]


async def test_a_row_is_held_back_by_its_own_connection_alone(world: World) -> None:
    fill(world)
    world.vendor.visit(9, MORNING, broken=True)
    await world.sync()
    await add_connection(world, "diary")
    del world.vendor.visits[9]
    await world.service().run(world.tenant, connection="diary")
    sources = (await take(world)).sources
    assert [(s.connection, s.held_back) for s in sources] == [("diary", 0), ("field", 1)]


async def test_a_stream_that_was_never_read_is_no_empty_one(pool: Pool) -> None:
    world = await new_world(pool, connector=VisitsFail(two_streams()))
    await world.sync()
    taken = await take(world)
    assert [(s.stream, s.complete) for s in taken.sources] == [("shifts", True), ("visits", False)]
    assert taken.degraded


async def test_an_optional_stream_that_is_refused_to_us_is_not_missed(pool: Pool) -> None:
    world = await new_world(pool, connector=VisitsFail(two_streams(required=False)))
    await world.sync()
    taken = await take(world)
    assert [(s.stream, s.complete) for s in taken.sources] == [("shifts", True)]


async def test_a_diff_tells_added_moved_and_who_changed(world: World) -> None:
    fill(world)
    await world.sync()
    before = await take(world)
    world.vendor.visit(1, "2026-11-24T22:30", customer=7)
    world.vendor.visit(4, NOON)
    world.vendor.customer(7, "Kim", "0498 765 432")
    await world.sync()
    after = await take(world)
    found = await service(world).diff(world.tenant, short_hash(before.id), after.id)
    assert [(c.ref, c.change, c.classes, c.moved_seconds or 0) for c in found.changes] == [
        ("field/visit:1", "changed", ("contact", "moved"), 1800),
        ("field/visit:4", "added", (), 0),
        ("field/customer:7", "changed", ("contact",), 0),
    ]
    assert (found.from_, found.to) == (before.id, after.id)


async def test_a_diff_tells_gone_and_returned(world: World) -> None:
    fill(world)
    await world.sync()
    whole = await take(world)
    row = world.vendor.visits.pop(2)
    while not await world.gone():
        await world.sync()
    without = await take(world)
    world.vendor.visits[2] = row
    await world.sync()
    again = await take(world)

    async def changes(before: SnapshotDocument, after: SnapshotDocument) -> list[tuple[str, str]]:
        found = await service(world).diff(world.tenant, before.id, after.id)
        return [(change.ref, change.change) for change in found.changes]

    assert await changes(whole, without) == [("field/visit:2", "gone")]
    assert await changes(without, again) == [("field/visit:2", "returned")]
    assert await changes(whole, again) == []
    assert again.tree == whole.tree


async def test_a_visit_that_moved_out_of_the_window_is_not_gone(world: World) -> None:
    fill(world)
    await world.sync()
    before = await take(world)
    world.vendor.visit(2, FAR)
    await world.sync()
    after = await take(world)
    found = await service(world).diff(world.tenant, before.id, after.id)
    assert [(change.ref, change.change) for change in found.changes] == [
        ("field/visit:2", "moved_out")
    ]


async def test_snapshots_are_listed_newest_first_and_shown_by_a_prefix(world: World) -> None:
    fill(world)
    await world.sync()
    taken = [await take(world), await take(world, **TODAY_ONLY)]
    assert await service(world).list(world.tenant) == taken[::-1]
    assert await service(world).show(world.tenant, short_hash(taken[0].id)) == taken[0]


async def test_takes_within_one_second_are_a_chain_in_their_order(world: World) -> None:
    await world.sync()
    taken = [await service(world).take(world.tenant) for _ in range(5)]
    assert [each.previous for each in taken] == [UNSET, *(each.id for each in taken[:-1])]
    assert await service(world).list(world.tenant) == taken[::-1]


async def test_a_snapshot_taken_while_the_clock_was_a_day_ahead_does_not_stay_the_newest(
    world: World,
) -> None:
    await world.sync()
    world.clock.pass_minutes(24 * 60)
    ahead = await take(world)
    world.clock.pass_minutes(-24 * 60)
    right = await take(world)
    assert right.previous == ahead.id
    assert [each.id for each in await service(world).list(world.tenant)] == [right.id, ahead.id]


@pytest.mark.parametrize("wanted", ["deadbeefdead", "not a name", "1234567"])
async def test_a_name_that_leads_nowhere_says_so(world: World, wanted: str) -> None:
    expected = NotFound if wanted == "deadbeefdead" else InvalidInput
    with pytest.raises(expected) as refused:
        await service(world).show(world.tenant, wanted)
    assert refused.value.field == "snapshot"


async def test_another_tenant_sees_nothing_of_it(world: World, pool: Pool) -> None:
    fill(world)
    await world.sync()
    taken = await take(world)
    other = await new_world(pool)
    assert await service(other).list(other.tenant) == []
    with pytest.raises(NotFound):
        await service(other).export(other.tenant, taken.id)


async def test_a_kept_snapshot_is_proved_whole(world: World) -> None:
    fill(world)
    await world.sync()
    taken = await take(world)
    proved = await service(world).verify(world.tenant, taken.id)
    assert (proved.ok, proved.records, proved.problems) == (True, 5, [])


async def test_damage_in_the_database_is_found(world: World, owner: Pool) -> None:
    fill(world)
    await world.sync()
    taken = await take(world)
    async with owner.tenant(world.tenant.tenant_id) as tx:
        await tx.execute("alter table claw.snapshot_node no force row level security")
        await tx.execute(
            "delete from claw.snapshot_node where tenant_id = $1 and kind = 'part'"
            " and node_hash <> (select min(node_hash) from claw.snapshot_node"
            "                   where tenant_id = $1 and kind = 'part')",
            world.tenant.tenant_id,
        )
        await tx.execute("alter table claw.snapshot_node force row level security")
    proved = await service(world).verify(world.tenant, taken.id)
    assert not proved.ok
    assert all("missing" in problem for problem in proved.problems)
    with pytest.raises(CheckFailed) as refused:
        await service(world).export(world.tenant, taken.id)
    assert refused.value.code == "snapshot_incomplete"


async def test_a_sync_in_the_middle_of_a_take_does_not_tear_it(world: World) -> None:
    fill(world)
    await world.sync()
    expected = await take(world)
    pausing = PausingDatabase(PostgresDatabase(world.pool))
    taking = asyncio.create_task(service(world, db=pausing).take(world.tenant))
    await asyncio.wait_for(pausing.reached.wait(), 10)
    world.vendor.visit(1, "2026-11-24T22:30", customer=7)
    world.vendor.customer(7, "Kim", "0498 765 432")
    await world.sync()
    pausing.resume.set()
    assert (await taking).tree == expected.tree
    assert (await take(world)).tree != expected.tree


class PausingDatabase:
    """The database, with a reading that waits after its first look until it may go on."""

    def __init__(self, db: PostgresDatabase) -> None:
        self._db = db
        self.reached = asyncio.Event()
        self.resume = asyncio.Event()

    @asynccontextmanager
    async def reading(self, tenant_id: UUID) -> AsyncIterator[TenantStores]:
        async with self._db.reading(tenant_id) as uow:
            await uow.snapshots.hold_shared()  # The first query fixes the moment that is seen.
            self.reached.set()
            await self.resume.wait()
            yield uow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


async def test_takes_at_once_do_not_stand_in_each_others_way(world: World) -> None:
    fill(world)
    await world.sync()
    taken = await asyncio.gather(*(service(world).take(world.tenant) for _ in range(3)))
    assert len({document.tree for document in taken}) == 1
    for document in taken:
        assert (await service(world).verify(world.tenant, document.id)).ok


async def test_a_snapshot_of_a_newer_schema_is_proved_and_exported_but_not_read(
    world: World,
) -> None:
    newer = visit_2(visit(1, notes="Gate code 4711"))
    kept, tree = snapshot(newer, schema=SCHEMA_2), build_tree(leaves([newer]))
    form = store_form(newer)
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.records.put_blobs({form.content_hash: form.canonical})
        await uow.snapshots.put(kept, tree, {"appointment": 1})
    (line,) = await service(world).export(world.tenant, kept.snapshot_id)
    assert json.loads(line)["schema"] == SCHEMA_2
    assert (await service(world).verify(world.tenant, kept.snapshot_id)).ok
    with pytest.raises(InstallationBroken) as refused:
        await service(world).content(world.tenant, kept)
    assert refused.value.code == "schema_unknown"
    read = await service(world, versions=both_versions()).content(world.tenant, kept)
    assert read.records[newer.ref] == newer


async def test_an_old_snapshot_is_compared_after_an_upgrade(world: World) -> None:
    old, same = visit(1, notes="Gate code 4711"), visit(2)
    newer = [visit_2(visit(1, notes="Ring twice")), visit_2(same)]
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        for records, schema in (([old, same], "claw.schedule/1"), (newer, SCHEMA_2)):
            forms = [store_form(record) for record in records]
            await uow.records.put_blobs({form.content_hash: form.canonical for form in forms})
            await uow.snapshots.put(
                snapshot(*records, schema=schema), build_tree(leaves(records)), {"appointment": 2}
            )
    found = await service(world, versions=both_versions()).diff(
        world.tenant, snapshot(old, same).snapshot_id, snapshot(*newer, schema=SCHEMA_2).snapshot_id
    )
    (change,) = found.changes
    assert (change.ref, change.fields) == (old.ref, ("instructions",))
