"""What a complete read that no longer shows a record may conclude, and what it may not."""

import asyncio
from datetime import timedelta

import pytest

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.ports.connector_errors import Transient
from claw.store.tenancy import Pool
from claw_testing.edge import edge
from claw_testing.scripted_connector import ScriptedConnector, scripted_manifest
from claw_testing.sync_world import World, new_world


def fill(world: World, visits: int = 10) -> World:
    """That many visits, one after the other, from Wednesday on."""
    for number in range(1, visits + 1):
        world.vendor.visit(number, f"2026-11-{24 + number % 5}T{number % 24:02}:00")
    return world


async def test_a_deleted_visit_is_gone_and_missing_and_keeps_its_body(world: World):
    await fill(world).sync()
    del world.vendor.visits[4]
    counts = await world.counts()
    assert counts.gone == 1
    visit = await world.visit(4)
    assert (visit["gone"], visit["status"], visit["title"]) == (True, "missing", "visit 4")


async def test_a_visit_that_is_gone_is_not_asked_for_again(world: World):
    await fill(world).sync()
    del world.vendor.visits[4]
    await world.sync()
    world.vendor.log.clear()
    await world.sync()
    assert not [line for line in world.vendor.log if line.startswith("/visits/4")]


@pytest.mark.parametrize("status", ["cancelled", "declined", "completed", "no_show"])
async def test_a_settled_visit_that_is_deleted_keeps_its_status(world: World, status: str):
    world.vendor.visit(1, "2026-11-25T01:00", status=status)
    await world.sync()
    del world.vendor.visits[1]
    await world.sync()
    visit = await world.visit(1)
    assert (visit["gone"], visit["status"]) == (True, status)


async def test_a_visit_that_moved_out_of_the_window_is_moved_and_not_gone(world: World):
    await fill(world).sync()
    world.vendor.visit(4, "2027-03-01T01:00")
    counts = await world.counts()
    assert (counts.gone, counts.changed) == (0, 1)
    visit = await world.visit(4)
    assert visit["starts_at"] == "2027-03-01T01:00:00Z"
    assert "gone" not in visit


async def test_a_visit_that_nobody_can_be_asked_about_stays_as_it_was(world: World):
    await fill(world).sync()
    before = await world.visit(4)
    del world.vendor.visits[4]
    world.vendor.faults["/visits/4"] = Transient("no answer", cause="unreachable")
    assert (await world.counts()).gone == 0
    assert await world.visit(4) == before
    world.vendor.faults.clear()
    assert (await world.counts()).gone == 1


@edge("time:54")
async def test_a_read_that_did_not_arrive_whole_removes_nothing(world: World):
    await fill(world).sync()
    del world.vendor.visits[1]
    world.vendor.faults["page=4"] = Transient("cut off", cause="unreachable")
    await world.sync()
    assert await world.gone() == []


async def test_a_window_that_does_not_cover_a_record_says_nothing_about_it(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.visit(2, "2026-12-01T01:00")
    await world.sync()
    world.vendor.visits.clear()
    await world.sync("2026-11-30", "2026-12-02")
    assert await world.gone() == ["field/visit:2"]


async def test_a_visit_that_comes_back_loses_gone_and_missing(world: World):
    await fill(world).sync()
    before = await world.visit(4)
    row = world.vendor.visits.pop(4)
    await world.sync()
    world.vendor.visits[4] = row
    counts = await world.counts()
    assert (counts.returned, counts.added, counts.changed) == (1, 0, 0)
    assert await world.visit(4) == before


async def test_absences_must_follow_one_another_to_count(pool: Pool):
    manifest = scripted_manifest(absent_after=2, modes=("window",))
    world = fill(await new_world(pool, connector=ScriptedConnector(manifest)))
    await world.sync()
    row = world.vendor.visits.pop(4)
    assert (await world.counts()).gone == 0
    world.vendor.visits[4] = row
    await world.sync()
    del world.vendor.visits[4]
    assert (await world.counts()).gone == 0
    assert (await world.counts()).gone == 1


async def test_where_nobody_can_be_asked_the_complete_read_is_the_confirmation(pool: Pool):
    connector = ScriptedConnector(scripted_manifest(modes=("window",)))
    world = fill(await new_world(pool, connector=connector))
    await world.sync()
    del world.vendor.visits[4]
    assert (await world.counts()).gone == 1


async def test_a_source_that_never_shows_removal_never_loses_a_record(pool: Pool):
    world = fill(
        await new_world(pool, connector=ScriptedConnector(scripted_manifest(removal="none")))
    )
    await world.sync()
    world.vendor.visits.clear()
    assert (await world.counts()).gone == 0


async def test_a_row_that_is_now_skipped_on_purpose_is_gone(world: World):
    await fill(world).sync()
    world.vendor.visits[4]["skip"] = True
    counts = await world.counts()
    assert (counts.skipped, counts.gone) == (1, 1)


@pytest.mark.parametrize("visits", [20, 29])
async def test_removals_too_many_to_believe_are_held_and_the_run_is_degraded(
    world: World, visits: int
):
    await fill(world, visits).sync()
    for number in range(1, 7):
        del world.vendor.visits[number]
    report = await world.sync()
    (connection,) = report.connections
    counts = connection.streams[0]
    assert (connection.status, counts.held, counts.gone) == ("degraded", 6, 0)
    assert any(report.run in warning.message for warning in connection.warnings)
    assert await world.gone() == []


@pytest.mark.parametrize(("visits", "removed"), [(20, 5), (40, 8)])
async def test_few_or_a_small_share_are_believed_at_once(world: World, visits: int, removed: int):
    await fill(world, visits).sync()
    for number in range(1, removed + 1):
        del world.vendor.visits[number]
    assert (await world.counts()).gone == removed


async def test_a_second_read_that_agrees_lets_held_removals_take_effect(world: World):
    await fill(world).sync()
    world.vendor.visits.clear()
    await world.sync()
    assert (await world.counts()).gone == 10
    assert len(await world.gone()) == 10


async def test_one_more_removal_beside_those_agreed_on_is_believed(world: World):
    await fill(world, 20).sync()
    for number in range(1, 11):
        del world.vendor.visits[number]
    await world.sync()
    del world.vendor.visits[11]
    assert (await world.counts()).gone == 11


async def test_held_removals_of_rows_that_are_back_are_forgotten(world: World):
    await fill(world).sync()
    rows = dict(world.vendor.visits)
    world.vendor.visits.clear()
    await world.sync()
    world.vendor.visits.update(rows)
    await world.sync()
    world.vendor.visits.clear()
    report = await world.sync()
    assert report.connections[0].streams[0].held == 10


async def test_a_fault_spread_over_many_slices_is_held_too(pool: Pool):
    """One visit a day, one day a slice: no slice alone loses more than five."""
    connector = ScriptedConnector(scripted_manifest(widest_window_days=1))
    world = await new_world(pool, connector=connector)
    for day in range(24, 31):
        for hour in (0, 1):
            world.vendor.visit(day * 10 + hour, f"2026-11-{day}T0{hour}:00")
    await world.sync()
    world.vendor.visits.clear()
    report = await world.sync()
    counts = report.connections[0].streams[0]
    assert counts.gone <= 5
    assert counts.held == 14 - counts.gone


async def test_a_person_may_accept_held_removals_and_it_is_recorded(world: World):
    await fill(world).sync()
    world.vendor.visits.clear()
    report = await world.sync()
    accepted = await world.service().accept(world.tenant, report.run, actor="user:ada")
    assert len(accepted) == 10
    assert sorted(await world.gone()) == sorted(accepted)
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        row = await tx.fetchrow("select actor, action, subject, detail from claw.audit_entry")
    assert row is not None
    assert (row["actor"], row["action"], row["subject"]) == ("user:ada", "sync.accept", report.run)
    with pytest.raises(NotFound):
        await world.service().accept(world.tenant, report.run, actor="user:ada")


async def test_what_a_running_sync_sees_again_is_not_accepted_as_gone(world: World):
    await fill(world).sync()
    kept = dict(world.vendor.visits)
    world.vendor.visits.clear()
    held_by = (await world.sync()).run
    world.vendor.visits.update(kept)
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        reading.set()
        await go_on.wait()

    world.vendor.pauses["/visits?"] = wait
    running = asyncio.create_task(world.sync())
    await reading.wait()
    with pytest.raises(Refused) as refused:
        await world.service().accept(world.tenant, held_by, actor="ada")
    assert refused.value.code == "sync_running"
    go_on.set()
    await running
    with pytest.raises(NotFound):
        await world.service().accept(world.tenant, held_by, actor="ada")
    assert await world.gone() == []


async def test_accepting_what_is_no_run_is_refused(world: World):
    with pytest.raises(InvalidInput):
        await world.service().accept(world.tenant, "yesterday's", actor="user:ada")


async def test_a_changed_part_does_not_undo_a_held_removal(world: World):
    """Mapping an old body again is not seeing the row again."""
    world.vendor.customer(1, "Ada", "0412 345 678")
    fill(world)
    for number in range(1, 8):
        world.vendor.visits[number]["customer"] = 1
    await world.sync()
    for number in range(1, 7):
        del world.vendor.visits[number]
    await world.sync()
    world.vendor.customer(1, "Ada", "0498 765 432")
    counts = await world.counts()
    assert counts.gone == 6
    visit = await world.visit(3)
    assert visit["contact"]["phones"][0]["raw"] == "0498 765 432"


async def test_a_changed_part_does_not_undo_a_counted_absence(pool: Pool):
    manifest = scripted_manifest(absent_after=2, modes=("window",))
    world = fill(await new_world(pool, connector=ScriptedConnector(manifest)))
    world.vendor.customer(1, "Ada", "0412 345 678")
    for number in (4, 5):
        world.vendor.visits[number]["customer"] = 1
    await world.sync()
    del world.vendor.visits[4]
    assert (await world.counts()).gone == 0
    world.vendor.customer(1, "Ada", "0498 765 432")
    assert (await world.counts()).gone == 1


async def wide_world(pool: Pool, **stream: object) -> World:
    """Read day by day, each day with its neighbours."""
    manifest = scripted_manifest(widest_window_days=1, modes=("window",), **stream)
    connector = ScriptedConnector(manifest, reads_wider=timedelta(days=1))
    return fill(await new_world(pool, connector=connector))


async def test_a_record_that_two_slices_cover_counts_one_absence_in_a_run(pool: Pool):
    world = await wide_world(pool, absent_after=2)
    await world.sync()
    del world.vendor.visits[4]
    assert (await world.counts()).gone == 0
    assert (await world.counts()).gone == 1


async def test_two_slices_of_one_run_are_no_second_read_that_agrees(pool: Pool):
    world = await wide_world(pool)
    await world.sync()
    world.vendor.visits.clear()
    report = await world.sync()
    counts = report.connections[0].streams[0]
    assert counts.gone <= 5
    assert counts.gone + counts.held == 10
