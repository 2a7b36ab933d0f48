"""Removing a connection: what stays, what goes, and what is said about it afterwards."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from claw.core.errors import CheckFailed, NotFound, Refused
from claw.engine.connection_removal import Removed
from claw.engine.sync.leases import subject_of
from claw.ports.connection_store import Removal
from claw.store.snapshots import PostgresSnapshots
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw_testing.operations import ME, Operations, operations, second_connection
from claw_testing.sync_world import NOW, World, new_world

TODAY = date(2026, 11, 25)
BOTH: tuple[Removal, ...] = ("keep_history", "with_data")


@pytest.fixture
async def world(pool: Pool) -> World:
    """Two connections, read an hour ago; each holds two visits of today."""
    made = await new_world(pool)
    made.clock.instant = NOW - timedelta(hours=10)
    await second_connection(made)
    made.vendor.customer(7, "Kim", "0412 345 678")
    made.vendor.visit(1, "2026-11-25T01:00", customer=7)
    made.vendor.visit(2, "2026-11-25T02:00", progress=[_progress()])
    made.vendor.visit(3, "2026-11-25T03:00", broken=True)
    await made.sync()
    return made


def _progress() -> dict[str, str]:
    return {"id": "e1", "state": "on_site", "at": "2026-11-25T02:01:00+00:00"}


async def remove(
    world: World, removal: Removal, *, name: str = "field", dry_run: bool = False
) -> Removed:
    world.clock.pass_minutes(1)
    return await operations(world).removal.remove(
        world.tenant, name, removal, actor=ME, dry_run=dry_run
    )


async def secret(world: World) -> None:
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.connections.put_secret(
            world.connection.connection_id, "api_key", b"sealed", at=NOW
        )
        await uow.grants.begin(
            world.connection.connection_id,
            kind="authorization_code",
            seed=b"seed",
            refresh_token=b"sealed",
        )


async def naming_tables(world: World) -> list[str]:
    """The tables whose rows can name a connection."""
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        rows = await tx.fetch(
            """
            select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'claw' and c.relkind in ('r', 'p') and exists (
                select from pg_attribute where attrelid = c.oid and attname = 'connection_id')
            """
        )
    return [row["relname"] for row in rows]


async def kept_rows(world: World) -> dict[str, int]:
    """Rows that name the connection, in every table that can."""
    counts: dict[str, int] = {}
    for table in await naming_tables(world):
        async with world.pool.tenant(world.tenant.tenant_id) as tx:
            found = await tx.fetchval(
                f"select count(*) from claw.{table} where connection_id = $1",
                world.connection.connection_id,
            )
        assert isinstance(found, int)
        if found:
            counts[table] = found
    return counts


async def refs(ops: Operations, snapshot: str) -> list[str]:
    lines = await ops.snapshots.export(ops.world.tenant, snapshot)
    return [line.decode().split('"ref":"')[1].split('"')[0] for line in lines]


async def test_every_table_that_names_a_connection_is_thought_of(world: World):
    """A new one joins what ``RemovalStore`` takes away, or stays here with its reason."""
    erased = {
        "bundle_part",
        "coverage",
        "held_removal",
        "hint_cursor",
        "quarantine",
        "raw_current",
        "record_current",
        "sync_run_connection",
    }
    destroyed_always = {"connection_secret", "oauth_grant"}
    kept = {"connection", "reconnect_task"}  # its name, and a closed request to a person
    assert set(await naming_tables(world)) == erased | destroyed_always | kept


async def test_what_is_written_is_not_taken_away_meanwhile(world: World):
    """Syncs, takes and removals of one tenant: writers beside each other, removal alone."""
    tenant_id = world.tenant.tenant_id
    async with world.pool.tenant(tenant_id) as tx, world.pool.tenant(tenant_id) as other:
        await PostgresSnapshots(tx, tenant_id).hold_shared()
        await PostgresSnapshots(other, tenant_id).hold_shared()
        async with world.pool.tenant(tenant_id) as removal:
            await removal.execute("set local lock_timeout = '20ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await PostgresSnapshots(removal, tenant_id).hold_alone()


@pytest.mark.parametrize("removal", BOTH)
async def test_nothing_lets_anybody_in_any_more_and_nothing_is_read(world: World, removal: Removal):
    await secret(world)
    removed = await remove(world, removal)
    assert (removed.secrets, removed.grant) == (1, True)
    ops = operations(world)
    assert await ops.rows("connection_secret") == await ops.rows("oauth_grant") == 0
    world.vendor.log.clear()
    report = await world.sync()
    assert [c.connection for c in report.connections] == ["rooms"]
    with pytest.raises(Refused) as refused:
        await world.service().run(world.tenant, connection="field")
    assert refused.value.code == "connection_removed"


@pytest.mark.parametrize("removal", BOTH)
async def test_its_records_leave_the_current_set_and_the_others_stay(
    world: World, removal: Removal
):
    before = [line for line in await world.lines() if line["ref"].startswith("rooms/")]
    await remove(world, removal)
    assert await world.lines() == before
    assert await world.gone() == []


@pytest.mark.parametrize("removal", BOTH)
async def test_the_name_is_never_used_again(world: World, removal: Removal):
    await remove(world, removal)
    with pytest.raises(Refused) as refused:
        await operations(world).connections.add(
            world.tenant, "scripted", name="field", settings={}, secrets={}, actor=ME
        )
    assert refused.value.code == "connection_exists"


@pytest.mark.parametrize("removal", BOTH)
async def test_tomorrows_summary_does_not_call_its_jobs_off(world: World, removal: Removal):
    ops = operations(world)
    await ops.take()
    await remove(world, removal)
    world.clock.instant = NOW
    await world.sync()
    await ops.take()
    told = await ops.summaries.summarise(world.tenant)
    (changes,) = [block for block in told.blocks if block.block == "changes"]
    assert changes.items == ()
    assert told.headline.appointments == 2
    assert "field was removed: what it held is no longer told here" in told.banners
    assert [age.connection for age in told.data] == ["rooms"]


@pytest.mark.parametrize("removal", BOTH)
async def test_a_diff_leaves_it_out_and_says_so(world: World, removal: Removal):
    ops = operations(world)
    before = await ops.take()
    await remove(world, removal)
    found = await ops.snapshots.diff(world.tenant, before, await ops.take())
    assert (found.changes, found.left_out) == ([], ["field"])


@pytest.mark.parametrize("removal", BOTH)
async def test_what_was_told_keeps_its_bytes_and_is_never_called_tampered(
    world: World, removal: Removal
):
    ops = operations(world)
    snapshot = await ops.take()
    told = await ops.summaries.summarise(world.tenant, day=TODAY)
    await remove(world, removal)
    proof = await ops.snapshots.verify(world.tenant, snapshot)
    verified = await ops.summaries.verify(world.tenant, told.id)
    assert (proof.ok, proof.problems, proof.records) == (True, [], 6)
    if removal == "keep_history":
        assert (proof.erased, verified.outcome) == (0, "identical")
        assert len(await refs(ops, snapshot)) == 6
    else:
        assert proof.erased == 3
        assert (verified.outcome, verified.reason) == ("not replayable", "erased")
        assert await refs(ops, snapshot) == ["rooms/customer:7", "rooms/visit:1", "rooms/visit:2"]


async def test_a_summary_that_the_erased_records_had_no_part_in_is_still_identical(world: World):
    ops = operations(world)
    await ops.take()
    await remove(world, "with_data")
    world.clock.instant = NOW
    await world.sync()
    await ops.take()
    told = await ops.summaries.summarise(world.tenant)
    assert told.previous is not None
    assert (await ops.summaries.verify(world.tenant, told.id)).outcome == "identical"


async def test_a_snapshot_with_erased_records_is_not_told_as_an_emptier_day(world: World):
    ops = operations(world)
    await ops.take()
    await remove(world, "with_data")
    with pytest.raises(NotFound) as refused:
        await ops.summaries.summarise(world.tenant, day=TODAY)
    assert refused.value.code == "snapshot_erased"
    assert "claw snapshot take" in (refused.value.hint or "")


async def test_erased_bytes_of_another_record_are_tampering(world: World):
    ops = operations(world)
    snapshot = await ops.take()
    await remove(world, "with_data")
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute(
            """
            update claw.record_blob
            set canonical = convert_to('{"erased":true,"ref":"field/visit:9"}', 'UTF8')
            where convert_from(canonical, 'UTF8') like '%field/visit:1"%'
            """
        )
    proof = await ops.snapshots.verify(world.tenant, snapshot)
    assert not proof.ok
    assert len(proof.problems) == 1


async def test_with_its_data_no_row_of_it_is_left_and_none_of_another_is_touched(world: World):
    world.vendor.visit(1, "2026-11-25T01:30", customer=7)
    await world.sync()  # so that a version is stored that nothing names
    await secret(world)
    await operations(world).take()
    before = await world.visible()
    removed = await remove(world, "with_data")
    # Whether somebody has to connect it again is closed history; the connection keeps its name.
    assert set(await kept_rows(world)) <= {"connection", "reconnect_task"}
    after = await world.visible()
    for table, rows in after.items():
        changed = [row for row in rows if row not in before[table]]
        assert len(changed) == (4 if table == "record_blob" else 0)
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        texts = await tx.fetch(
            "select convert_from(canonical, 'UTF8') as text from claw.record_blob"
        )
        unnamed = await tx.fetchval(
            """
            select count(*) from claw.raw_blob b where not exists (
                select from claw.raw_current c where c.raw_hash = b.raw_hash)
            """
        )
    left = [row["text"] for row in texts if "field/" in row["text"]]
    assert len(left) == 4
    assert all(text.startswith('{"erased":true') for text in left)
    assert unnamed == 0
    erased = removed.erased
    assert (erased.records, erased.raws, erased.versions, removed.named) == (3, 4, 4, 3)
    assert (erased.quarantined, erased.covered_days, erased.runs) == (1, 16, 2)
    assert (removed.snapshots, removed.summaries) == (1, 0)
    await world.sync()
    assert len(await world.lines()) == 3


async def test_with_its_data_the_runs_keep_the_other_connections_part(world: World):
    ops = operations(world)
    (run,) = await ops.history.of_connection(world.tenant, "field", last=9)
    await remove(world, "with_data")
    assert await ops.history.of_connection(world.tenant, "field", last=9) == []
    past = await ops.history.of_run(world.tenant, str(run.run.run_id))
    assert [c.connection for c in past.report.connections] == ["rooms"]


async def test_with_its_history_everything_read_is_where_it_was(world: World):
    before = await world.visible()
    await remove(world, "keep_history")
    assert await world.visible() == before
    history = await operations(world).history.of_connection(world.tenant, "field", last=9)
    assert len(history) == 1


async def test_a_dry_run_counts_and_changes_nothing(world: World):
    await secret(world)
    ops = operations(world)
    await ops.take()
    before, audited = await world.visible(), await ops.audited()
    planned = await remove(world, "with_data", dry_run=True)
    assert await world.visible() == before
    assert await ops.audited() == audited
    assert (await ops.connections.get(world.tenant, "field")).status == "active"
    assert await ops.rows("connection_secret") == await ops.rows("oauth_grant") == 1
    done = await remove(world, "with_data")
    assert done.erased == planned.erased
    assert (done.secrets, done.snapshots) == (planned.secrets, planned.snapshots)


@pytest.mark.parametrize("removal", BOTH)
async def test_while_it_is_read_nothing_is_removed(world: World, removal: Removal):
    async def now() -> None:
        world.vendor.pauses.clear()
        for dry_run in (True, False):
            with pytest.raises(Refused) as refused:
                await remove(world, removal, dry_run=dry_run)
            assert refused.value.code == "sync_running"
        world.vendor.log.append("refused")

    world.vendor.pauses["/visits?"] = now
    await world.sync()
    assert "refused" in world.vendor.log
    assert len(await world.lines()) == 6


@pytest.mark.parametrize("removal", BOTH)
async def test_a_holder_whose_lease_ran_out_writes_nothing_after_the_removal(
    world: World, removal: Removal
):
    async def stall() -> None:
        world.vendor.pauses.clear()
        await world.expire_leases()
        await remove(world, removal)

    world.vendor.visit(4, "2026-11-25T04:00")
    world.vendor.pauses["/visits?"] = stall
    report = await world.service().run(world.tenant)
    (field,) = [c for c in report.connections if c.connection == "field"]
    assert field.status == "failed"
    assert [line["ref"] for line in await world.lines() if line["ref"].startswith("field/")] == []
    rows = await kept_rows(world)
    assert (removal == "keep_history") == ("record_current" in rows)


async def test_a_sync_that_has_not_begun_to_read_begins_no_more(world: World):
    async def during_the_check() -> None:
        world.vendor.pauses.clear()
        await remove(world, "with_data")

    world.vendor.pauses["/customers/0"] = during_the_check
    report = await world.service().run(world.tenant)
    (field,) = [c for c in report.connections if c.connection == "field"]
    assert field.error
    assert field.error.code == "connection_removed"
    assert set(await kept_rows(world)) <= {"connection", "reconnect_task", "sync_run_connection"}
    facts = (await operations(world).connections.get(world.tenant, "field")).facts
    assert facts is None, "what the late check learnt is not kept"


async def test_a_secret_that_comes_late_is_not_kept(world: World):
    await remove(world, "keep_history")
    await secret(world)
    ops = operations(world)
    assert await ops.rows("connection_secret") == await ops.rows("oauth_grant") == 0


class Overtaken(PostgresDatabase):
    """The connection is removed when what was read is about to be written."""

    def __init__(self, world: World) -> None:
        super().__init__(world.pool)
        self._world = world

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncGenerator[TenantStores]:
        await remove(self._world, "with_data")
        async with super().tenant(tenant_id) as uow:
            yield uow


class Impatient(PostgresDatabase):
    """Waits for no lock."""

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncGenerator[TenantStores]:
        async with self._pool.tenant(tenant_id) as tx:
            await tx.execute("set local lock_timeout = '20ms'")
            yield TenantStores(tx, tenant_id)


async def test_a_snapshot_that_a_removal_overtakes_is_not_kept(world: World):
    with pytest.raises(Refused) as refused:
        await operations(world, Overtaken(world)).snapshots.take(world.tenant)
    assert refused.value.code == "connection_removed"
    assert await operations(world).rows("snapshot") == 0


@pytest.mark.parametrize("removal", BOTH)
async def test_removals_that_were_held_wait_no_longer(world: World, removal: Removal):
    for number in range(10, 20):
        world.vendor.visit(number, f"2026-11-25T{number}:00")
    await world.sync()
    world.vendor.visits = {1: world.vendor.visits[1]}
    report = await world.sync()
    assert [c.streams[0].held for c in report.connections] == [11, 11]
    removed = await remove(world, removal)
    assert removed.held_removals == 11
    accepted = await world.service().accept(world.tenant, report.run, actor=ME)
    assert {ref.split("/")[0] for ref in accepted} == {"rooms"}


@pytest.mark.parametrize("removal", BOTH)
async def test_it_is_audited_and_done_once(world: World, removal: Removal):
    ops = operations(world)
    await remove(world, removal)
    with pytest.raises(Refused) as refused:
        await remove(world, removal)
    assert refused.value.code == "connection_removed"
    ((actor, action, subject, detail),) = await ops.audited()
    assert (actor, action, subject) == (ME, "connection.remove", "field")
    assert detail["removal"] == removal
    connection = await ops.connections.get(world.tenant, "field")
    assert (connection.status, connection.removal, connection.status_by) == ("removed", removal, ME)
    assert [c.name for c in await ops.connections.list(world.tenant)] == ["rooms"]
    assert len(await ops.connections.list(world.tenant, removed=True)) == 2


async def test_every_other_operation_on_it_is_refused(world: World):
    await remove(world, "keep_history")
    ops = operations(world)
    tenant = world.tenant
    for attempt in (
        ops.connections.pause(tenant, "field", reason="x", actor=ME),
        ops.connections.resume(tenant, "field", actor=ME),
        ops.connections.rotate(tenant, "field", {}, actor=ME),
        ops.settings.change(tenant, "field", {"status": "unknown"}, actor=ME),
        ops.checks.check(tenant, "field", trace_id="0" * 32),
        ops.quality.report(tenant, "field"),
        ops.quarantine.retry(tenant, connection="field", actor=ME),
    ):
        with pytest.raises(Refused) as refused:
            await attempt
        assert refused.value.code == "connection_removed"
    assert [c.name for c, _ in await world.service().quarantined(tenant)] == ["rooms"]


async def test_an_unknown_one_is_not_found(world: World):
    with pytest.raises(NotFound):
        await remove(world, "with_data", name="nowhere")


async def test_a_lease_of_another_connection_is_no_hindrance(world: World):
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        assert await uow.leases.take(subject_of(uuid4(), "visits"), uuid4(), 60)
    assert (await remove(world, "with_data")).erased.records == 3


async def test_a_blob_that_really_is_missing_is_still_a_fault(world: World, owner: Pool):
    ops = operations(world)
    snapshot = await ops.take()
    await remove(world, "with_data")
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute(
            """
            delete from claw.record_blob
            where convert_from(canonical, 'UTF8') like '{"erased":true%field/visit:1"%'
            """
        )
    assert not (await ops.snapshots.verify(world.tenant, snapshot)).ok
    with pytest.raises(CheckFailed):
        await ops.snapshots.export(world.tenant, snapshot)


async def test_a_writer_that_takes_its_time_is_told_and_nothing_is_removed(world: World):
    """Another connection's slice that is written for longer than a lock is waited for."""
    tenant_id = world.tenant.tenant_id
    async with world.pool.tenant(tenant_id) as tx:
        await PostgresSnapshots(tx, tenant_id).hold_shared()
        removal = operations(world, Impatient(world.pool)).removal
        with pytest.raises(Refused) as refused:
            await removal.remove(world.tenant, "field", "with_data", actor=ME)
    assert refused.value.code == "busy"
    assert len(await world.lines()) == 6
