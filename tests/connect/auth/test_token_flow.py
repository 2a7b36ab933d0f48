"""Signing in by OAuth 2 on a real database, against a build on a real socket."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from claw.connect import AuthRevoked, ConfigInvalid, Forbidden, SourceChanged, Transient
from claw.connect.auth.decision import TokenPolicy
from claw.store.tenancy import Pool
from claw_testing.oauth_world import COMPANIES, OAuthWorld, oauth_world

HOUR = 3600.0


def asked(world: OAuthWorld) -> list[str]:
    """What the token endpoint was asked for, and how that ended."""
    return [f"{each.grant_type} {each.error or each.status}" for each in world.tokens.log]


async def test_a_connection_signs_in_once_and_reads_on_with_that_token(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        async with world.transport() as transport:
            for _ in range(3):
                assert (await transport.get(COMPANIES, path={})).status == 200
        await world.read(world.elsewhere())
        assert asked(world) == ["refresh_token 200"]
        assert [each.api_key_label for each in world.simulator.log] == ["oauth2"] * 4


async def test_the_token_request_is_told_by_its_template_and_counted(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        told = [(each.method, each.template, each.outcome) for each in world.notebook.attempts]
        assert len(world.budget.granted) == 2
    assert told == [("POST", "/oauth2/token", "ok"), ("GET", COMPANIES, "ok")]


async def test_new_tokens_are_committed_before_their_first_use(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        accepts = world.tokens.accepts
        seen: list[asyncio.Task[Mapping[str, Any]]] = []

        def looks_at_the_database_first(token: str) -> bool:
            seen.append(asyncio.ensure_future(world.grant()))
            return accepts(token)

        world.tokens.accepts = looks_at_the_database_first  # type: ignore[method-assign]
        await world.read()
        at_first_use = await seen[0]
        assert at_first_use["generation"] == 1
        assert at_first_use["access_token"] is not None


async def test_a_token_is_replaced_before_it_runs_out(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        await world.pass_seconds(HOUR - 301)
        await world.read()
        assert len(asked(world)) == 1
        await world.pass_seconds(2)
        await world.read()
        assert asked(world) == ["refresh_token 200"] * 2
        assert {each.status for each in world.simulator.log} == {200}


async def test_a_short_lived_token_is_replaced_at_half_its_life(pool: Pool) -> None:
    async with oauth_world(pool, "token_expires_in:100") as world:
        await world.read()
        await world.pass_seconds(45)
        await world.read()
        assert len(asked(world)) == 1
        await world.pass_seconds(6)
        await world.read()
        assert len(asked(world)) == 2


async def test_each_refresh_uses_the_newest_token_and_keeps_the_one_before(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        for _ in range(4):
            await world.read()
            await world.pass_seconds(HOUR)
        grant = await world.grant()
        assert asked(world) == ["refresh_token 200"] * 4
        assert grant["generation"] == 4
        assert grant["previous_refresh_token"] not in (None, grant["refresh_token"])


async def test_an_application_as_itself_asks_again_and_keeps_no_refresh_token(pool: Pool) -> None:
    async with oauth_world(pool, consent=False) as world:
        await world.read()
        await world.pass_seconds(HOUR)
        await world.read()
        assert asked(world) == ["client_credentials 200"] * 2
        assert (await world.grant())["refresh_token"] is None


@pytest.mark.parametrize("consent", [True, False])
async def test_a_refused_token_is_replaced_once_and_the_read_repeated(
    pool: Pool, consent: bool
) -> None:
    async with oauth_world(pool, consent=consent) as world:
        await world.read()
        world.tokens.expire()
        async with world.transport() as transport:
            assert (await transport.get(COMPANIES, path={})).status == 200
        assert len(asked(world)) == 2
        assert [each.status for each in world.simulator.log] == [200, 401, 200]


async def test_readers_whose_token_is_refused_together_renew_once(pool: Pool) -> None:
    async with oauth_world(pool) as world, world.transport() as transport:
        await transport.get(COMPANIES, path={})
        world.tokens.expire()
        answers = await asyncio.gather(*(transport.get(COMPANIES, path={}) for _ in range(8)))
        assert {each.status for each in answers} == {200}
        assert len(asked(world)) == 2


async def test_a_token_that_another_process_replaced_is_not_renewed_again(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        elsewhere = world.elsewhere()
        async with world.transport() as here:
            await here.get(COMPANIES, path={})
            world.tokens.expire()
            await world.read(elsewhere)
            assert (await here.get(COMPANIES, path={})).status == 200
        assert len(asked(world)) == 2


async def test_a_second_401_is_a_refusal_and_not_a_third_try(pool: Pool) -> None:
    async with oauth_world(pool, "revoked") as world:
        with pytest.raises(AuthRevoked) as raised:
            await world.read()
        assert "401" in raised.value.message
        assert [each.status for each in world.simulator.log] == [401, 401]
        assert len(asked(world)) == 2


async def test_a_403_never_renews(pool: Pool) -> None:
    async with oauth_world(pool, "forbidden:companies") as world:
        with pytest.raises(Forbidden):
            await world.read()
        assert len(asked(world)) == 1


async def test_a_key_as_it_is_asks_for_no_token(pool: Pool) -> None:
    async with oauth_world(pool, secrets_given={"api_key": "simpro-simulated-1-default"}) as world:
        assert await world.read() == 200
        world.simulator.faults.set("revoked")
        with pytest.raises(AuthRevoked) as raised:
            await world.read()
        assert (raised.value.secret, asked(world)) == ("api_key", [])


async def test_a_revoked_consent_is_told_and_not_hammered(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        world.tokens.revoke()
        await world.pass_seconds(HOUR)
        for _ in range(3):
            with pytest.raises(AuthRevoked) as raised:
                await world.read(world.elsewhere())
            assert raised.value.secret == "refresh_token"
        assert asked(world) == ["refresh_token 200", "refresh_token invalid_grant"]
        assert await world.state() == "revoked"


async def test_a_refused_client_names_its_secret(pool: Pool) -> None:
    async with oauth_world(
        pool, secrets_given={"client_id": "client-1", "client_secret": "wrong"}
    ) as world:
        with pytest.raises(AuthRevoked) as raised:
            await world.read()
        assert raised.value.secret == "client_secret"
        assert "invalid_client" in raised.value.message


@pytest.mark.parametrize("fault", ["token_503:2", "token_429:2"])
async def test_passing_trouble_touches_no_token_and_passes(pool: Pool, fault: str) -> None:
    async with oauth_world(pool, fault) as world:
        assert await world.read() == 200
        assert [each.status for each in world.tokens.log][-1] == 200
        assert len(asked(world)) == 3


async def test_trouble_that_stays_is_passing_trouble_and_leaves_the_grant(pool: Pool) -> None:
    async with oauth_world(pool, "token_503:99") as world:
        with pytest.raises(Transient):
            await world.read()
        grant = await world.grant()
        assert (len(asked(world)), grant["failures"], grant["revoked_reason"]) == (3, 3, None)
        world.simulator.faults.clear()
        assert await world.read() == 200


async def test_after_passing_trouble_renewing_cools_down(pool: Pool) -> None:
    policy = TokenPolicy(attempts=1, longest_wait_seconds=5.0)
    async with oauth_world(pool, "token_503:1", policy=policy) as world:
        with pytest.raises(Transient):
            await world.read()
        assert await world.state() == "cooling"
        with pytest.raises(Transient):
            await world.read()
        assert len(asked(world)) == 1
        await world.pass_seconds(31)
        assert await world.read() == 200


async def test_an_older_token_is_used_while_renewing_cools_down(pool: Pool) -> None:
    policy = TokenPolicy(attempts=1)
    async with oauth_world(pool, policy=policy) as world:
        await world.read()
        await world.pass_seconds(HOUR - 200)
        world.simulator.faults.set("token_503:9")
        with pytest.raises(Transient):
            await world.read()
        assert await world.read() == 200
        assert len(asked(world)) == 2


async def test_a_lost_answer_of_the_application_itself_does_no_harm(pool: Pool) -> None:
    async with oauth_world(pool, "token_lost:1", consent=False) as world:
        assert await world.read() == 200
        assert asked(world) == ["client_credentials 200"] * 2


async def test_who_cancels_a_reader_does_not_lose_the_tokens_under_way(pool: Pool) -> None:
    async with oauth_world(pool, "token_slow:200") as world:
        granted, under_way = world.tokens._granted, asyncio.Event()

        def granting(*asked: Any) -> dict[str, object]:
            under_way.set()
            return granted(*asked)

        world.tokens._granted = granting  # type: ignore[method-assign]
        reader = asyncio.ensure_future(world.read())
        await under_way.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert (await world.grant())["generation"] == 1
        assert await world.read() == 200
        assert len(asked(world)) == 1


async def test_a_process_that_died_with_the_lease_is_waited_out(pool: Pool) -> None:
    async with oauth_world(pool, consent=False) as world:
        async with world.db.tenant(world.tenant.tenant_id) as uow:
            await uow.grants.begin(
                world.connection.connection_id,
                kind="client_credentials",
                seed=b"another",
                refresh_token=None,
            )
            assert await uow.grants.take(
                world.connection.connection_id,
                generation=0,
                owner=world.tenant.tenant_id,
                seconds=60,
            )
        assert await world.read() == 200  # other secrets: begun anew, whoever held the lease
        await world.pass_seconds(HOUR)
        async with world.db.tenant(world.tenant.tenant_id) as uow:
            assert await uow.grants.take(
                world.connection.connection_id,
                generation=(await world.grant())["generation"],
                owner=world.tenant.tenant_id,
                seconds=60,
            )
        assert await world.state() == "refreshing"
        with pytest.raises(Transient) as raised:
            await world.read()
        assert raised.value.cause == "token_busy"
        await world.pass_seconds(61)
        assert await world.read() == 200


async def test_new_secrets_reach_a_read_that_is_under_way(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        async with world.transport() as transport:
            await transport.get(COMPANIES, path={})
            world.tokens.revoke()
            await world.connections.rotate(
                world.tenant,
                "simpro",
                {"refresh_token": world.tokens.consent()},
                actor="test",
            )
            assert (await transport.get(COMPANIES, path={})).status == 200
        assert asked(world) == ["refresh_token 200"] * 2
        assert (await world.grant())["previous_refresh_token"] is not None


async def test_a_renewed_client_secret_keeps_the_consent(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        world.tokens.client_secret = "another-secret"
        await world.pass_seconds(HOUR)
        with pytest.raises(AuthRevoked):
            await world.read()
        await world.connections.rotate(
            world.tenant, "simpro", {"client_secret": "another-secret"}, actor="test"
        )
        assert await world.read() == 200
        assert asked(world)[-1] == "refresh_token 200"


async def test_a_key_takes_the_place_of_tokens(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        await world.read()
        async with world.transport() as transport:
            await world.connections.rotate(
                world.tenant, "simpro", {"api_key": world.simulator.api_key}, actor="test"
            )
            world.tokens.expire()
            with pytest.raises(ConfigInvalid):
                await transport.get(COMPANIES, path={})
        assert await world.read() == 200
        assert world.simulator.log[-1].api_key_label == "default"


async def test_an_answer_without_a_token_is_a_changed_source(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        issue = world.tokens._issue
        world.tokens._issue = lambda family: issue(family) | {"access_token": None}  # type: ignore[method-assign]
        with pytest.raises(SourceChanged) as raised:
            await world.read()
        assert raised.value.path == "/oauth2/token"
        assert (await world.grant())["revoked_reason"] is None
        assert len(asked(world)) == 1
