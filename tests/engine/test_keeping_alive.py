"""Keeping consents alive that nobody uses."""

import asyncio

import pytest

from claw.engine.keeping_alive import KeptAlive
from claw.store.tenancy import Pool
from claw_testing.oauth_world import OAuthWorld, oauth_world

DAY = 86_400.0


async def keep(world: OAuthWorld) -> list[tuple[str, str]]:
    kept = await world.keep_alive().run([world.tenant])
    assert all(isinstance(one, KeptAlive) and one.tenant == world.tenant.slug for one in kept)
    return [(one.connection, one.outcome) for one in kept]


async def test_a_consent_that_was_never_used_is_renewed(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        assert await keep(world) == [("simpro", "renewed")]
        assert len(world.tokens.log) == 1
        assert world.simulator.log == []


async def test_a_consent_renewed_within_a_day_is_left_alone(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        await world.pass_seconds(DAY - 60)
        assert await keep(world) == [("simpro", "fresh")]
        await world.pass_seconds(61)
        assert await keep(world) == [("simpro", "renewed")]
        assert len(world.tokens.log) == 2


async def test_a_connection_that_a_person_paused_is_kept_for_months(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.connections.pause(world.tenant, "simpro", reason="winter", actor="test")
        for _ in range(8):
            assert await keep(world) == [("simpro", "renewed")]
            await world.pass_seconds(13 * DAY)
        assert await world.status() == ("paused", "winter")
        await world.connections.resume(world.tenant, "simpro", actor="test")
        assert (await world.sync()).status == "ok"


async def test_without_keeping_alive_a_consent_dies_of_disuse(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.pass_seconds(15 * DAY)
        assert await keep(world) == [("simpro", "revoked")]


async def test_a_revoked_consent_opens_one_task_and_is_not_asked_for_again(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        world.tokens.revoke()
        assert await keep(world) == [("simpro", "revoked")]
        assert await keep(world) == [("simpro", "revoked")]
        assert len(world.tokens.log) == 1
        assert len(await world.tasks()) == 1
        assert (await world.status())[0] == "paused"


async def test_passing_trouble_is_told_and_tried_again_the_next_time(pool: Pool) -> None:
    async with oauth_world(pool, "token_503:9") as world:
        assert await keep(world) == [("simpro", "failed")]
        assert await world.task() is None
        world.simulator.faults.clear()
        assert await keep(world) == [("simpro", "renewed")]


@pytest.mark.parametrize(
    "secrets", [{"api_key": "simpro-simulated-1-default"}, {"client_id": "a", "client_secret": "b"}]
)
async def test_what_has_no_consent_is_not_looked_at(pool: Pool, secrets: dict[str, str]) -> None:
    async with oauth_world(pool, secrets_given=secrets) as world:
        assert await keep(world) == []
        assert world.tokens.log == []


async def test_keeping_alive_twice_at_once_renews_once(pool: Pool) -> None:
    async with oauth_world(pool, "token_slow:50") as world:
        here, there = world.keep_alive(), world.keep_alive()
        there._renewer = world.elsewhere()
        await asyncio.gather(here.run([world.tenant]), there.run([world.tenant]))
        assert len(world.tokens.log) == 1
