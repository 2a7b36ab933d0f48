"""What becomes of a whole sync when tokens run out, are lost, or are refused for good."""

from collections.abc import Callable

import pytest

from claw.engine.sync import SyncReport
from claw.ports.connector_errors import AuthRevoked, ConfigInvalid
from claw.ports.record_store import RecordFilter
from claw.store.tenancy import Pool
from claw_testing.edge import edge
from claw_testing.oauth_world import TODAY, OAuthWorld, oauth_world

HOUR = 3600.0


def outcome(report: SyncReport) -> tuple[str, str | None]:
    (connection,) = report.connections
    return connection.status, connection.error.code if connection.error else None


def between_pages(world: OAuthWorld, happens: Callable[[], None]) -> None:
    """Let something happen once, when the second page of schedules is asked for."""
    accepts, answered = world.tokens.accepts, world.simulator.log

    def accepting(token: str) -> bool:
        pages = [e for e in answered if e.path.endswith("/schedules/") and "page=" in e.query]
        if len(pages) == 1 and not any(e.status == 401 for e in answered):
            happens()
        return accepts(token)

    world.tokens.accepts = accepting  # type: ignore[method-assign]


@edge("simpro:53")
@pytest.mark.parametrize("consent", [True, False])
async def test_a_token_that_expires_between_two_pages_costs_one_renewal(
    pool: Pool, consent: bool
) -> None:
    async with oauth_world(pool, "page_cap:5", consent=consent) as world:
        between_pages(world, world.tokens.expire)
        report = await world.sync()
        assert outcome(report) == ("ok", None)
        assert report.connections[0].streams[0].read == len(world.simulator.schedules(TODAY, TODAY))
        refused = [each for each in world.simulator.log if each.status == 401]
        assert len(refused) == 1
        assert "page=2" in refused[0].query
        again = world.simulator.log[world.simulator.log.index(refused[0]) + 1]
        assert (again.query, again.status) == (refused[0].query, 200)
        assert [each.status for each in world.tokens.log] == [200, 200]


async def test_a_consent_taken_back_between_two_pages_leaves_nothing_half_read(pool: Pool) -> None:
    async with oauth_world(pool, "page_cap:5") as world:
        between_pages(world, world.tokens.revoke)
        report = await world.sync()
        assert outcome(report) == ("failed", "auth_revoked")
        assert (await world.status())[0] == "paused"
        assert len(await world.tasks()) == 1
        async with world.db.tenant(world.tenant.tenant_id) as uow:
            assert not await uow.records.list(RecordFilter())


@edge("simpro:54")
async def test_a_lost_answer_to_a_refresh_ends_in_one_task_to_consent_again(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        assert outcome(await world.sync()) == ("ok", None)
        await world.pass_seconds(HOUR)
        world.simulator.faults.set("token_lost:1")
        report = await world.sync()
        assert outcome(report) == ("failed", "auth_revoked")
        error = report.connections[0].error
        assert error is not None
        assert "answer to its only use was lost" in error.message
        assert "--secret refresh_token=env:" in (error.hint or "")
        status, reason = await world.status()
        assert status == "paused"
        assert (reason or "").startswith("auth_revoked: ")
        assert await world.state() == "revoked"
        assert len(await world.tasks()) == 1


@edge("simpro:54")
async def test_a_refresh_token_used_by_somebody_else_pauses_the_connection(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.sync()
        await steal(world)
        assert outcome(await world.sync()) == ("failed", "auth_revoked")
        asked = len(world.tokens.log)
        assert outcome(await world.sync()) == ("failed", "connection_paused")
        assert (len(world.tokens.log), len(await world.tasks())) == (asked, 1)


async def test_a_new_consent_closes_the_task_and_reads_on(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.sync()
        world.tokens.revoke()
        await world.pass_seconds(HOUR)
        await world.sync()
        assert await world.task() is not None
        await world.connections.rotate(
            world.tenant, "simpro", {"refresh_token": world.tokens.consent()}, actor="test"
        )
        assert await world.task() is None
        assert outcome(await world.sync()) == ("ok", None)
        assert [task["closed_by"] for task in await world.tasks()] == ["rotate"]


async def test_refused_again_after_a_new_consent_is_a_new_task(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        for _ in range(2):
            world.tokens.revoke()
            await world.pass_seconds(HOUR)
            await world.sync()
            await world.connections.rotate(
                world.tenant, "simpro", {"refresh_token": world.tokens.consent()}, actor="test"
            )
        assert [task["number"] for task in await world.tasks()] == [1, 2]


async def test_a_check_that_succeeds_closes_the_task_and_lifts_its_pause(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        world.simulator.faults.set("revoked")  # the data plane alone: the grant stays good
        await world.sync()
        assert (await world.status())[0] == "paused"
        world.simulator.faults.clear()
        await world.check()
        assert await world.task() is None
        assert await world.status() == ("active", None)
        assert [task["closed_by"] for task in await world.tasks()] == ["check"]


async def test_a_check_leaves_a_pause_that_a_person_made(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.connections.pause(world.tenant, "simpro", reason="holidays", actor="test")
        world.tokens.revoke()
        with pytest.raises(AuthRevoked):
            await world.check()
        assert await world.status() == ("paused", "holidays")
        assert await world.task() is not None
        await world.connections.rotate(
            world.tenant, "simpro", {"refresh_token": world.tokens.consent()}, actor="test"
        )


async def test_a_revoked_key_opens_one_task_too(pool: Pool) -> None:
    async with oauth_world(
        pool, "revoked", secrets_given={"api_key": "simpro-simulated-1-default"}
    ) as world:
        report = await world.sync()
        assert outcome(report) == ("failed", "auth_revoked")
        error = report.connections[0].error
        assert error is not None
        assert "--secret api_key=env:" in (error.hint or "")
        assert len(await world.tasks()) == 1


async def test_the_same_refresh_secret_again_goes_on_with_the_newest_token(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        first = world.tokens.refresh_token
        await world.sync()
        await world.connections.rotate(
            world.tenant, "simpro", {"refresh_token": first}, actor="test"
        )
        await world.pass_seconds(HOUR)
        assert outcome(await world.sync()) == ("ok", None)


async def test_a_connection_that_was_removed_gets_no_token(pool: Pool) -> None:
    async with oauth_world(pool) as world, world.transport() as transport:
        async with world.db.tenant(world.tenant.tenant_id) as uow:
            await uow.connections.remove(
                world.connection.connection_id, "keep_history", by="test", at=world.clock.now()
            )
        with pytest.raises(ConfigInvalid):
            await transport.get("/api/v1.0/companies/", path={})
        assert world.tokens.log == []


async def steal(world: OAuthWorld) -> None:
    """Let somebody else use the refresh token that the connection holds now."""
    grant = await world.grant()
    purpose = f"grant:{world.connection.connection_id}:refresh"
    token = world.box.open(world.tenant.tenant_id, purpose, grant["refresh_token"])
    world.tokens._refreshed(token)
    await world.pass_seconds(HOUR)
