"""The history of syncs: of a connection, and of one run."""

import pytest

from claw.core.errors import InvalidInput, NotFound
from claw.ports.connector_errors import Transient
from claw_testing.operations import operations, second_connection
from claw_testing.sync_world import World

NO_ANSWER = Transient("no answer", cause="unreachable", hint="check the network")


async def history(world: World, name: str = "field", last: int = 20):
    return await operations(world).history.of_connection(world.tenant, name, last=last)


async def test_runs_come_newest_first_with_their_counts(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    first = await world.sync()
    world.vendor.visits[1]["title"] = "renamed"
    second = await world.sync("2026-11-25", "2026-11-26")
    newest, oldest = await history(world)
    assert [str(newest.run.run_id), str(oldest.run.run_id)] == [second.run, first.run]
    assert (oldest.status, oldest.read, oldest.added, oldest.changed) == ("ok", 1, 1, 0)
    assert (newest.added, newest.changed, newest.requests) == (0, 1, 1)
    assert (f"{newest.run.first}", f"{newest.run.last}") == ("2026-11-25", "2026-11-26")
    assert newest.run.finished_at == world.clock.now()


async def test_a_failed_one_keeps_why(world: World):
    world.vendor.faults["/visits?"] = NO_ANSWER
    await world.sync()
    (past,) = await history(world)
    assert past.status == "failed"
    assert past.error is not None
    assert (past.error.code, past.error.hint) == ("transient", "check the network")


async def test_each_connection_has_its_own_part_of_a_run(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    await second_connection(world)
    await world.sync()
    assert [(p.status, p.added) for p in await history(world)] == [("ok", 0), ("ok", 1)]
    assert [(p.status, p.added) for p in await history(world, "rooms")] == [("ok", 1)]


async def test_a_run_that_never_ended_is_in_the_history(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")

    async def killed() -> None:
        async with world.pool.tenant(world.tenant.tenant_id) as tx:
            await tx.execute("delete from claw.lease")
        world.vendor.pauses.clear()
        assert [past.status for past in await history(world)] == ["running"]
        raise KeyboardInterrupt

    world.vendor.pauses["/visits?"] = killed
    with pytest.raises(KeyboardInterrupt):
        await world.sync()
    assert [past.status for past in await history(world)] == ["interrupted"]


async def test_no_more_than_asked_for(world: World):
    for _ in range(3):
        await world.sync("2026-11-25", "2026-11-25")
    assert len(await history(world, last=2)) == 2
    for last in (0, -1, 1001):
        with pytest.raises(InvalidInput) as refused:
            await history(world, last=last)
        assert refused.value.field == "last"


async def test_an_unknown_connection_has_none(world: World):
    with pytest.raises(NotFound):
        await history(world, "nowhere")
    assert await history(world) == []


async def test_one_run_is_found_by_how_its_id_begins(world: World):
    report = await world.sync()
    show = operations(world).history.of_run
    for prefix in (report.run, report.run[:8], report.run[:20]):
        past = await show(world.tenant, prefix)
        assert past.report == report
        assert past.run.outcome == "ok"
    with pytest.raises(NotFound):
        await show(world.tenant, "00000000")
    for prefix in ("", "abc", "not-a-run", report.run[:7], "%%%%%%%%"):
        with pytest.raises(InvalidInput) as refused:
            await show(world.tenant, prefix)
        assert refused.value.field == "run"


async def test_the_beginning_of_two_ids_names_neither(world: World):
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        for last in "12":
            await tx.execute(
                """
                insert into claw.sync_run
                    (tenant_id, run_id, outcome, first_date, last_date, started_at)
                values ($1, $2, 'running', '2026-11-25', '2026-11-25', now())
                """,
                world.tenant.tenant_id,
                f"aaaaaaaa-0000-4000-8000-00000000000{last}",
            )
    show = operations(world).history.of_run
    with pytest.raises(InvalidInput) as refused:
        await show(world.tenant, "aaaaaaaa")
    assert refused.value.code == "id_ambiguous"
    past = await show(world.tenant, "aaaaaaaa-0000-4000-8000-000000000001")
    assert (past.report.connections, past.run.outcome) == ([], "running")


async def test_the_age_of_what_is_known_grows_while_a_connection_is_paused(world: World):
    ops = operations(world)
    await world.sync()
    read_at = world.clock.now()
    await ops.connections.pause(world.tenant, "field", reason="new office", actor="cli:test")
    world.clock.pass_minutes(600)
    await world.sync()
    assert await ops.ages.of(world.tenant) == {world.connection.connection_id: read_at}
    taken = await ops.snapshots.take(world.tenant)
    assert [source.note for source in taken.sources] == ["reading is paused"]
    told = await ops.summaries.summarise(world.tenant)
    assert told.banners == ("field is old: as of Wed 25 Nov 7:01 am",)


async def test_pausing_says_who_when_and_why_and_resuming_ends_it(world: World):
    ops = operations(world)
    paused = await ops.connections.pause(
        world.tenant, "field", reason="new office", actor="cli:test"
    )
    assert (paused.status, paused.paused_reason) == ("paused", "new office")
    assert (paused.status_by, paused.status_at) == ("cli:test", world.clock.now())
    (skipped,) = (await world.sync()).connections
    assert skipped.error
    assert skipped.error.code == "connection_paused"
    assert "new office" in skipped.error.message
    assert world.vendor.log == []
    resumed = await ops.connections.resume(world.tenant, "field", actor="cli:test")
    assert (resumed.status, resumed.paused_reason) == ("active", None)
    assert [(action, detail) for _, action, _, detail in await ops.audited()] == [
        ("connection.pause", {"reason": "new office"}),
        ("connection.resume", {}),
    ]


async def test_a_new_secret_does_not_end_a_persons_pause(world: World):
    ops = operations(world)
    await ops.connections.pause(world.tenant, "field", reason="new office", actor="cli:test")
    rotated = await ops.connections.rotate(world.tenant, "field", {}, actor="cli:test")
    assert rotated.status == "paused"
