"""Who renews when many need a token at once, in one process, in two, and past a lease."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import pytest

from claw.connect import AuthRevoked
from claw.store.embedded import Urls
from claw.store.tenancy import Pool
from claw_testing.loopback import Asked, reply, vendor
from claw_testing.oauth_world import COMPANIES, OAuthWorld, oauth_world

READERS = 50
TESTS = Path(__file__).parents[2]


async def readers(url: str, world: OAuthWorld) -> asyncio.subprocess.Process:
    """A process of readers that waits for the word."""
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        str(TESTS / "claw_testing" / "token_readers.py"),
        url,
        str(world.tenant.tenant_id),
        str(READERS),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert started.stdout is not None
    assert await started.stdout.readline() == b"ready\n"
    return started


async def test_fifty_readers_in_each_of_two_processes_ask_for_one_token(
    pool: Pool, urls: Urls
) -> None:
    # The build's clock runs fast, so that its ten requests a second are a thousand.
    async with oauth_world(
        pool, "token_slow:300", monotonic=lambda: time.monotonic() * 100
    ) as world:
        both = await asyncio.gather(*(readers(urls.app, world) for _ in range(2)))
        told = await asyncio.gather(*(each.communicate(b"go\n") for each in both))
        assert [json.loads(out) for out, _ in told] == [{"200": READERS}] * 2
        assert [each.grant_type for each in world.tokens.log] == ["refresh_token"]
        assert (await world.grant())["generation"] == 1


async def test_readers_of_one_process_ask_for_one_token(pool: Pool) -> None:
    async with oauth_world(pool, "token_slow:50") as world, world.transport() as transport:
        got = await asyncio.gather(*(transport.get(COMPANIES, path={}) for _ in range(20)))
        assert {each.status for each in got} == {200}
        assert len(world.tokens.log) == 1


async def test_a_lost_race_is_not_a_revocation(pool: Pool) -> None:
    """The slower of two requests is refused because the quicker one spent the token."""
    arrived, overtaken = asyncio.Event(), asyncio.Event()

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await overtaken.wait()
        writer.write(reply(b'{"error":"invalid_grant"}', 400))

    quick = reply(b'{"access_token":"second","expires_in":3600,"refresh_token":"newer"}')
    async with oauth_world(pool) as world, vendor(slow, quick, reply(b"[]")) as strict:
        await move_to(world, strict.origin)
        slower = asyncio.ensure_future(world.read())
        await arrived.wait()
        await world.pass_seconds(61)  # whoever sent that must be dead by now
        assert await world.read(world.elsewhere()) == 200
        overtaken.set()
        assert await slower == 200
        assert [each.method for each in strict.asked] == ["POST", "POST", "GET", "GET"]
        assert strict.asked[-1].headers["authorization"] == "Bearer second"
        assert (await world.grant())["revoked_reason"] is None


async def test_tokens_that_come_after_the_lease_was_taken_over_are_not_kept(pool: Pool) -> None:
    arrived, overtaken = asyncio.Event(), asyncio.Event()
    late = reply(b'{"access_token":"late","expires_in":3600}')

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await overtaken.wait()
        writer.write(late)

    quick = reply(b'{"access_token":"second","expires_in":3600}')
    async with oauth_world(pool) as world, vendor(slow, quick, reply(b"[]")) as lenient:
        await move_to(world, lenient.origin)
        slower = asyncio.ensure_future(world.read())
        await arrived.wait()
        await world.pass_seconds(61)
        assert await world.read(world.elsewhere()) == 200
        overtaken.set()
        assert await slower == 200
        assert lenient.asked[-1].headers["authorization"] == "Bearer second"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_token_request_follows_no_redirect(pool: Pool, status: int) -> None:
    async with vendor(reply(b"", 200)) as elsewhere:
        away = reply(b"", status, location=f"{elsewhere.origin}/oauth2/token")
        async with oauth_world(pool) as world, vendor(away) as strict:
            await move_to(world, strict.origin)
            with pytest.raises(Exception, match="redirect"):
                await world.read()
            assert {each.method for each in strict.asked} == {"POST"}
        assert elsewhere.asked == []


async def test_a_refresh_token_that_was_used_elsewhere_ends_the_consent(pool: Pool) -> None:
    async with oauth_world(pool) as world:
        stolen = world.tokens.refresh_token
        await world.read()
        with pytest.raises(Exception, match="invalid_grant"):
            world.tokens._refreshed(stolen)
        with pytest.raises(AuthRevoked):
            await world.read()


async def move_to(world: OAuthWorld, origin: str) -> None:
    """Point the connection at another server."""
    async with world.db.tenant(world.tenant.tenant_id) as uow:
        settings = {**world.connection.settings, "base_url": origin}
        await uow.connections.save_settings(
            world.connection.connection_id, settings, at=world.clock.now()
        )
