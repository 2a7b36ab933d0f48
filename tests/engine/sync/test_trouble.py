"""What each kind of trouble does to a connection, a stream and a slice."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.engine.sync import SyncReport
from claw.engine.sync.report import ConnectionReport, SyncError
from claw.ports.connection_store import Connection
from claw.ports.connector import (
    Account,
    CheckReport,
    Context,
    Covered,
    Hints,
    NoHints,
    ReadEvent,
    ReadRequest,
    Slice,
    StandingWarning,
)
from claw.ports.connector_errors import (
    AuthRevoked,
    ConfigInvalid,
    ConnectorError,
    Forbidden,
    PlanRequired,
    RateLimited,
    Recovery,
    SourceChanged,
    StaleSource,
    Transient,
)
from claw.ports.connector_errors import Refused as SourceRefused
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.scripted_connector import ScriptedConnector, scripted_manifest
from claw_testing.sync_world import NOW, World, connection_status, new_world

NO_ANSWER = Transient("no answer", cause="unreachable")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def by_days(pool: Pool, **stream: object) -> World:
    """Read in slices of four days: 24, 28 November, 2, 6 December. One visit in each."""
    connector = ScriptedConnector(scripted_manifest(widest_window_days=4, **stream))
    world = await new_world(pool, connector=connector)
    for number, day in enumerate(("11-25", "11-29", "12-03", "12-07"), 1):
        world.vendor.visit(number, f"2026-{day}T01:00")
    return world


def outcome(report: SyncReport) -> tuple[str, str | None, int]:
    """Status, code of the error and rows read of the one connection."""
    (connection,) = report.connections
    code = connection.error.code if connection.error else None
    return connection.status, code, sum(stream.read for stream in connection.streams)


async def test_a_slice_that_fails_leaves_the_others_be(pool: Pool):
    world = await by_days(pool)
    world.vendor.faults["from=2026-11-27"] = NO_ANSWER
    assert outcome(await world.sync()) == ("degraded", "transient", 3)


async def test_two_failures_in_a_row_are_trouble_with_the_source(pool: Pool):
    world = await by_days(pool)
    world.vendor.faults["/visits?"] = NO_ANSWER
    assert outcome(await world.sync()) == ("failed", "transient", 0)
    assert len([line for line in world.vendor.log if line.startswith("/visits?")]) == 2


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        (RateLimited("slow down"), 2),
        (SourceChanged("new shape", path="rows"), 2),
        (Forbidden("no", scope="visits"), 1),
        (PlanRequired("no", plan="premium"), 1),
        (ConfigInvalid("no such company", field="company_id"), 1),
        (StaleSource("old", as_of=NOON), 1),
    ],
    ids=lambda value: getattr(value, "code", ""),
)
async def test_trouble_that_lasts_is_not_asked_again(pool: Pool, error: ConnectorError, asked: int):
    world = await by_days(pool)
    world.vendor.faults["/visits?"] = error
    assert outcome(await world.sync()) == ("failed", error.code, 0)
    assert len([line for line in world.vendor.log if line.startswith("/visits?")]) == asked
    assert await connection_status(world) == ("active", None)


@pytest.mark.parametrize("where", ["/customers/0", "/visits?"])
async def test_a_revoked_key_pauses_the_connection_and_keeps_what_was_read(pool: Pool, where: str):
    world = await by_days(pool)
    await world.sync()
    before = await world.lines()
    world.vendor.faults[where] = AuthRevoked("the key was revoked")
    report = await world.sync()
    assert outcome(report) == ("failed", "auth_revoked", 0)
    assert "claw connection rotate field --secret" in (report.connections[0].error.hint or "")
    assert await connection_status(world) == ("paused", "auth_revoked: the key was revoked")
    world.vendor.log.clear()
    paused = await world.sync()
    assert outcome(paused)[1] == "connection_paused"
    assert world.vendor.log == []
    assert await world.lines() == before


async def test_an_optional_stream_that_is_forbidden_is_a_standing_warning(pool: Pool):
    world = await by_days(pool, required=False)
    world.vendor.faults["/visits?"] = Forbidden("no", scope="visits")
    (connection,) = (await world.sync()).connections
    assert [warning.code for warning in connection.warnings] == ["forbidden"]
    assert not connection.error


async def test_a_window_the_source_finds_too_wide_is_split(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.visit(2, "2026-12-05T01:00")
    too_wide = SourceRefused("too wide", recovery=Recovery.SPLIT_WINDOW)
    world.vendor.faults["from=2026-11-23T13:00:00+00:00&to=2026-12-09"] = too_wide
    assert outcome(await world.sync("2026-11-24", "2026-12-09")) == ("ok", None, 2)


async def test_a_single_day_that_is_too_wide_fails_and_the_others_are_read(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.faults["to=2026-12-09"] = SourceRefused("too wide", recovery=Recovery.SPLIT_WINDOW)
    assert outcome(await world.sync("2026-11-24", "2026-12-09")) == ("degraded", "refused", 1)


async def test_a_slice_is_restarted_once(world: World):
    world.vendor.faults["page=1"] = SourceRefused("again", recovery=Recovery.RESTART_SLICE)
    assert outcome(await world.sync()) == ("failed", "refused", 0)
    assert len([line for line in world.vendor.log if "page=1" in line]) == 2


@pytest.mark.parametrize(("skew", "warned"), [(None, False), (120, False), (-10_800, True)])
async def test_a_clock_that_is_off_is_told_and_the_read_goes_on(
    world: World, skew: int | None, warned: bool
):
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.clock_skew_seconds = skew
    report = await world.sync()
    assert outcome(report) == ("ok", None, 1)
    codes = [warning.code for warning in report.connections[0].warnings]
    assert codes == (["clock_skew"] if warned else [])


async def test_what_a_check_learnt_is_kept(world: World):
    await world.sync()
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        facts = await tx.fetchval("select facts->'account'->>'name' from claw.connection")
    assert facts == "Scripted Pty Ltd"


async def test_a_range_that_ends_before_it_begins_is_refused(world: World):
    with pytest.raises(InvalidInput, match="before it begins"):
        await world.sync("2026-11-26", "2026-11-25")
    assert await world.outcomes() == []


async def test_an_unknown_connection_is_not_found(world: World):
    with pytest.raises(NotFound):
        await world.service().run(world.tenant, connection="nowhere")


async def test_a_suspended_business_is_not_read(world: World):
    suspended = type(world.tenant)(
        **{name: getattr(world.tenant, name) for name in world.tenant.__struct_fields__}
        | {"status": "suspended"}
    )
    with pytest.raises(Refused):
        await world.service().run(suspended)
    assert world.vendor.log == []


async def test_every_day_of_a_slice_that_arrived_is_covered_as_of_the_run(pool: Pool):
    world = await by_days(pool)
    world.vendor.faults["from=2026-11-27"] = NO_ANSWER
    await world.sync()
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        rows = await tx.fetch(
            "select local_date::text as day, data_as_of from claw.coverage order by local_date"
        )
    days = [row["day"] for row in rows]
    assert days[:5] == ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-12-02"]
    assert {row["data_as_of"] for row in rows} == {world.clock.now()}


async def beside(world: World, connector: ScriptedConnector) -> Sequence[ConnectionReport]:
    """A run of the world's sound connection and of one of that connector, in this order."""
    sound, world.connector = world.connector, connector
    other = Connection(
        connection_id=uuid4(),
        name="a-first",
        connector="scripted",
        settings={},
        status="active",
        paused_reason=None,
        facts=None,
        created_at=NOW,
    )
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.connections.add(other)
    world.connector = OneForEach({"a-first": connector, "field": sound})
    return (await world.sync()).connections


class OneForEach(ScriptedConnector):
    """Behaves as another connector does, for each connection as it is told."""

    def __init__(self, connectors: Mapping[str, ScriptedConnector]) -> None:
        super().__init__()
        self._connectors = connectors

    async def check(self, ctx: Context) -> CheckReport:
        return await self._connectors[ctx.connection].check(ctx)

    def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        return self._connectors[ctx.connection].read(ctx, request)


class FailsReading(ScriptedConnector):
    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        raise KeyError("secret-of-ada")
        yield


class FailsChecking(ScriptedConnector):
    async def check(self, ctx: Context) -> CheckReport:
        raise ValueError("secret-of-ada")


class CoversNoZone(ScriptedConnector):
    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        assert request.slice is not None
        start, end = request.slice.start, request.slice.end
        zoneless = Slice(start=start.replace(tzinfo=None), end=end.replace(tzinfo=None))
        yield Covered(slice=zoneless, seen=0)


@pytest.mark.parametrize(
    ("connector", "said"),
    [
        (FailsReading, "KeyError in test_trouble.py"),
        (FailsChecking, "ValueError in test_trouble.py"),
        (CoversNoZone, "TypeError"),
    ],
)
async def test_a_defect_of_one_connector_is_its_own_trouble(
    world: World, connector: type[ScriptedConnector], said: str
):
    world.vendor.visit(1, "2026-11-25T01:00")
    first, second = await beside(world, connector())
    assert (first.status, second.status) == ("failed", "ok")
    assert isinstance(first.error, SyncError)
    assert first.error.code == "connector_bug"
    assert said in first.error.message
    assert "secret" not in first.error.message


async def test_a_feed_that_fails_otherwise_than_it_may_is_a_defect_of_the_connector(pool: Pool):
    class FailsFollowing(ScriptedConnector):
        async def pull_hints(
            self, ctx: Context, stream: str, cursor: str | None, since: datetime
        ) -> Hints | NoHints:
            raise KeyError("secret-of-ada")

    world = await new_world(pool, connector=FailsFollowing())
    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    assert outcome(await world.changes()) == ("failed", "connector_bug", 0)


async def test_what_a_connector_says_may_be_no_text_of_a_database(pool: Pool):
    class Hostile(ScriptedConnector):
        async def check(self, ctx: Context) -> CheckReport:
            return CheckReport(
                account=Account(id="1", name="Trades\x00 Ltd", zone="Australia/Sydney"),
                capabilities={"plan": "half a \ud83d"},
                warnings=(StandingWarning(code="odd", message="a\x00b"),),
            )

        async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
            raise SourceRefused("a\x00b", recovery=Recovery.SHRINK_PAGE, hint="half a \ud83d")
            yield

    world = await new_world(pool, connector=Hostile())
    (report,) = (await world.sync()).connections
    assert [warning.message for warning in report.warnings] == ["a\ufffdb"]
    assert isinstance(report.error, SyncError)
    assert report.error.message == "a\ufffdb"
    async with PostgresDatabase(pool).tenant(world.tenant.tenant_id) as uow:
        connection = await uow.connections.find("field")
    assert connection is not None
    assert connection.facts is not None
    assert connection.facts.account.name == "Trades\ufffd Ltd"
