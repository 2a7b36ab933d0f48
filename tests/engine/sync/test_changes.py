"""Following a change feed: what it hints at is read again, and it proves nothing."""

from typing import Literal

import pytest

from claw.core.errors import ClawError
from claw.engine.sync import StreamReport, SyncReport
from claw.engine.sync.report import SyncError
from claw.ports.connector import Hints, NoHints, StandingWarning
from claw.ports.connector_errors import AuthRevoked, Transient
from claw.store.tenancy import Pool
from claw_testing.scripted_connector import FeedingConnector, scripted_manifest
from claw_testing.sync_world import World, connection_status, new_world

MORNING, NOON = "2026-11-24T22:00", "2026-11-25T01:00"
NEXT_MONTH = "2026-12-24T22:00"


@pytest.fixture
async def world(pool: Pool) -> World:
    """Two visits and their customer, read once; nothing has changed since."""
    world = await new_world(pool, connector=FeedingConnector())
    world.vendor.customer(7, "Kim", "0412 345 678")
    world.vendor.visit(1, MORNING, customer=7)
    world.vendor.visit(2, NOON)
    await world.sync()
    world.vendor.log.clear()
    return world


def counted(report: SyncReport) -> StreamReport:
    assert [c.status for c in report.connections] == ["ok"], report
    return report.connections[0].streams[0]


def error_of(report: SyncReport) -> SyncError:
    (connection,) = report.connections
    assert isinstance(connection.error, SyncError)
    return connection.error


async def stored_cursor(world: World) -> list[str]:
    return (await world.visible())["hint_cursor"]


async def coverage(world: World) -> list[str]:
    return (await world.visible())["coverage"]


async def test_only_what_the_feed_hints_at_is_asked_for(world: World) -> None:
    before = await coverage(world)
    world.vendor.visit(1, NOON, customer=7)
    world.vendor.feed += ["visit:1"]
    report = await world.changes()
    assert report.mode == "changes"
    counts = counted(report)
    assert (counts.read, counts.changed, counts.unchanged) == (1, 1, 1)
    assert (await world.visit(1))["starts_at"] == "2026-11-25T01:00:00Z"
    assert world.vendor.log == ["/customers/0", "/feed/0", "/visits/1", "/customers/7"]
    assert await coverage(world) == before


async def test_a_row_that_was_never_seen_is_read_because_of_a_hint(world: World) -> None:
    world.vendor.visit(3, NOON)
    world.vendor.feed += ["visit:3"]
    assert counted(await world.changes()).added == 1
    assert (await world.visit(3))["status"] == "confirmed"


async def test_a_hint_at_a_linked_object_means_the_visits_known_to_be_made_from_it(
    world: World,
) -> None:
    world.vendor.customer(7, "Kim", "0498 765 432")
    world.vendor.feed += ["customer:7", "customer:99"]
    assert counted(await world.changes()).changed == 2  # the visit and its customer
    assert "/visits/1" in world.vendor.log
    assert "/visits/2" not in world.vendor.log
    assert (await world.visit(1))["contact"]["phones"][0]["raw"] == "0498 765 432"


async def test_nothing_hinted_is_nothing_asked_and_the_cursor_moves_all_the_same(
    world: World,
) -> None:
    counts = counted(await world.changes())
    assert (counts.read, counts.requests) == (0, 1)  # the feed
    assert len(await stored_cursor(world)) == 1


async def test_the_feed_is_followed_from_the_last_whole_read_and_then_from_the_cursor(
    world: World,
) -> None:
    read_at = world.clock.now()
    world.vendor.feed += ["visit:1"]
    await world.changes()
    await world.changes()
    connector = world.connector
    assert isinstance(connector, FeedingConnector)
    assert connector.asked == [(None, read_at), ("1", read_at)]


async def test_following_the_same_feed_twice_changes_nothing(world: World) -> None:
    world.vendor.visit(1, NOON, customer=7)
    world.vendor.feed += ["visit:1"]
    await world.changes()
    before = await world.lines()
    world.vendor.feed += ["visit:1"]
    assert counted(await world.changes()).changed == 0
    assert await world.lines() == before


async def test_what_changes_bring_is_what_a_whole_read_would_have_brought(world: World) -> None:
    world.vendor.visit(1, NOON, customer=7)
    world.vendor.visit(3, MORNING)
    del world.vendor.visits[2]
    world.vendor.feed += ["visit:1", "visit:2", "visit:3"]
    await world.changes()
    before = await world.lines()
    counts = await world.counts()
    assert (counts.added, counts.changed, counts.gone) == (0, 0, 0)
    assert await world.lines() == before


async def test_a_row_that_the_source_says_does_not_exist_is_gone(world: World) -> None:
    del world.vendor.visits[2]
    world.vendor.feed += ["visit:2"]
    assert counted(await world.changes()).gone == 1
    assert await world.gone() == ["field/visit:2"]
    assert (await world.visit(2))["status"] == "missing"


async def test_a_row_that_the_feed_does_not_name_is_never_missed(world: World) -> None:
    del world.vendor.visits[2]
    world.vendor.feed += ["visit:1"]
    assert counted(await world.changes()).gone == 0
    assert await world.gone() == []


async def test_a_row_of_a_day_that_was_never_read_whole_is_not_judged(world: World) -> None:
    world.vendor.visit(3, NEXT_MONTH)
    world.vendor.feed += ["visit:3"]
    assert counted(await world.changes()).added == 1
    del world.vendor.visits[3]
    world.vendor.feed += ["visit:3"]
    assert counted(await world.changes()).gone == 0
    assert await world.gone() == []


async def test_absences_are_counted_as_often_as_the_stream_asks(pool: Pool) -> None:
    manifest = scripted_manifest(absent_after=2)
    world = await new_world(pool, connector=FeedingConnector(manifest))
    world.vendor.visit(1, MORNING)
    await world.sync()
    del world.vendor.visits[1]
    for gone in ([], ["field/visit:1"]):
        world.vendor.feed += ["visit:1"]
        await world.changes()
        assert await world.gone() == gone


async def test_too_many_removals_at_once_are_held_until_a_second_look_agrees(
    pool: Pool,
) -> None:
    world = await new_world(pool, connector=FeedingConnector())
    for number in range(1, 21):
        world.vendor.visit(number, MORNING)
    await world.sync()
    for number in range(1, 8):
        del world.vendor.visits[number]
        world.vendor.feed += [f"visit:{number}"]
    report = await world.changes()
    assert (report.status, report.connections[0].streams[0].held) == ("degraded", 7)
    assert [w.code for w in report.connections[0].warnings] == ["removals_held"]
    assert await world.gone() == []
    world.vendor.feed += [f"visit:{number}" for number in range(1, 8)]
    assert counted(await world.changes()).gone == 7


async def test_trouble_half_way_keeps_what_was_answered_and_leaves_the_cursor(
    world: World,
) -> None:
    world.vendor.visit(1, NOON, customer=7)
    world.vendor.visit(2, MORNING)
    world.vendor.feed += ["visit:1", "visit:2"]
    world.vendor.faults["/visits/2"] = Transient("down", cause="unreachable")
    report = await world.changes()
    assert report.status == "failed"
    assert error_of(report).code == "transient"
    assert (await world.visit(1))["starts_at"] == "2026-11-25T01:00:00Z"
    assert await stored_cursor(world) == []
    del world.vendor.faults["/visits/2"]
    assert counted(await world.changes()).read == 2
    assert (await world.visit(2))["starts_at"] == "2026-11-24T22:00:00Z"
    assert len(await stored_cursor(world)) == 1


async def test_a_feed_that_cannot_be_read_changes_nothing(world: World) -> None:
    before = await world.visible()
    world.vendor.visit(1, NOON)
    world.vendor.feed += ["visit:1"]
    world.vendor.faults["/feed"] = Transient("down", cause="unreachable")
    report = await world.changes()
    assert (report.status, error_of(report).code) == ("failed", "transient")
    assert await world.visible() == before


async def test_a_connector_that_follows_its_feed_to_nowhere_is_at_fault(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nowhere(self, ctx, stream, cursor, since):
        return Hints(ids=("visit:1",), next_cursor="")

    monkeypatch.setattr(FeedingConnector, "pull_hints", nowhere)
    assert error_of(await world.changes()).code == "connector_bug"
    assert await stored_cursor(world) == []


async def test_a_revoked_key_pauses_the_connection(world: World) -> None:
    world.vendor.faults["/feed"] = AuthRevoked("no")
    assert error_of(await world.changes()).code == "auth_revoked"
    assert (await connection_status(world))[0] == "paused"


async def with_cursor_of_another_version(world: World) -> None:
    await world.changes()
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute("update claw.hint_cursor set cursor = 'v0'")


async def test_a_cursor_of_another_version_advises_a_whole_read(world: World) -> None:
    await with_cursor_of_another_version(world)
    before = await world.visible()
    error = error_of(await world.changes())
    assert (error.code, error.message) == ("cursor_unknown", "a cursor of another version")
    assert error.hint is not None
    assert "`claw sync`" in error.hint
    assert await world.visible() == before | {"hint_cursor": []}


async def test_after_a_cursor_that_nobody_knows_all_since_the_whole_read_is_followed(
    world: World,
) -> None:
    world.vendor.feed += ["visit:1"]
    await with_cursor_of_another_version(world)
    world.vendor.visit(2, MORNING)
    world.vendor.feed += ["visit:2"]
    assert error_of(await world.changes()).code == "cursor_unknown"
    assert counted(await world.changes()).read == 2
    assert (await world.visit(2))["starts_at"] == "2026-11-24T22:00:00Z"


@pytest.mark.parametrize("code", ["cursor_unknown", "too_much"])
async def test_the_whole_read_that_was_advised_is_where_following_begins_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, code: Literal["cursor_unknown", "too_much"]
) -> None:
    pull = FeedingConnector.pull_hints

    async def leading_nowhere(self, ctx, stream, cursor, since):
        if cursor == "0":
            return NoHints(code=code, message="no")
        return await pull(self, ctx, stream, cursor, since)

    await world.changes()
    world.vendor.feed += ["visit:1"]
    monkeypatch.setattr(FeedingConnector, "pull_hints", leading_nowhere)
    assert error_of(await world.changes()).code == code
    await world.sync()
    read_at = world.clock.now()
    counted(await world.changes())
    counted(await world.changes())
    connector = world.connector
    assert isinstance(connector, FeedingConnector)
    assert connector.asked[-2:] == [(None, read_at), ("1", read_at)]


async def test_another_whole_read_leaves_a_good_cursor_in_use(world: World) -> None:
    await world.changes()
    await world.sync()
    await world.changes()
    connector = world.connector
    assert isinstance(connector, FeedingConnector)
    assert connector.asked[-1][0] == "0"


async def test_a_whole_read_does_not_skip_what_the_feed_says_of_days_beyond_it(
    world: World,
) -> None:
    world.vendor.visit(3, NEXT_MONTH)
    await world.counts("2026-12-20", "2026-12-30")
    await world.changes()
    world.vendor.visit(3, "2026-12-26T01:00")
    world.vendor.feed += ["visit:3"]
    await world.counts()  # of the usual days, which are not next month's
    assert (await world.visit(3))["starts_at"] == "2026-12-24T22:00:00Z"
    assert counted(await world.changes()).changed == 1
    assert (await world.visit(3))["starts_at"] == "2026-12-26T01:00:00Z"


async def test_before_the_first_whole_read_there_is_nothing_to_change(pool: Pool) -> None:
    world = await new_world(pool, connector=FeedingConnector())
    error = error_of(await world.changes())
    assert (error.code, error.hint) == ("never_read", "run `claw sync` once")
    assert await world.lines() == []


async def test_a_source_without_a_feed_is_read_as_always_and_says_so(pool: Pool) -> None:
    world = await new_world(pool)
    world.vendor.visit(1, MORNING)
    report = await world.changes()
    assert counted(report).added == 1
    assert [w.code for w in report.connections[0].warnings] == ["no_change_feed"]
    assert await coverage(world)


async def test_a_stream_that_cannot_be_read_by_id_is_read_as_always(pool: Pool) -> None:
    manifest = scripted_manifest(modes=("window",))
    world = await new_world(pool, connector=FeedingConnector(manifest))
    report = await world.changes()
    assert [w.code for w in report.connections[0].warnings] == ["no_change_feed"]


async def test_a_quarantined_row_that_is_gone_leaves_the_quarantine(world: World) -> None:
    world.vendor.visit(3, NOON, broken=True)
    world.vendor.feed += ["visit:3"]
    assert counted(await world.changes()).quarantined == 1
    del world.vendor.visits[3]
    world.vendor.feed += ["visit:3"]
    await world.changes()
    assert (await world.visible())["quarantine"] == []


async def test_another_sync_of_the_connection_keeps_changes_out(world: World) -> None:
    async def second() -> None:
        with pytest.raises(ClawError) as refused:
            await world.changes()
        assert refused.value.code == "sync_running"

    world.vendor.feed += ["visit:1"]
    world.vendor.pauses["/visits/1"] = second
    assert counted(await world.changes()).read == 1


async def test_what_a_connector_warns_of_reaches_the_tenant_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = FeedingConnector.pull_hints

    async def warning(self, ctx, stream, cursor, since):
        for _ in range(2):
            ctx.warnings.append(StandingWarning(code="columns_refused", message="no Notes"))
        return await pull(self, ctx, stream, cursor, since)

    monkeypatch.setattr(FeedingConnector, "pull_hints", warning)
    report = await world.changes()
    assert [(w.code, w.message) for w in report.connections[0].warnings] == [
        ("columns_refused", "no Notes")
    ]
