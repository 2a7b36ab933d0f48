"""The simulated token endpoint is as strict as the strictest vendor."""

from collections.abc import Mapping

import httpx2
import pytest

from claw.connect.simulator import FaultScript
from claw.connect.token_server import (
    ACCESS_SECONDS,
    COUNTED_TOKEN_FAULTS,
    REFRESH_SECONDS,
    STANDING_TOKEN_FAULTS,
    TokenServer,
)


class Hand:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def seconds(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def server(clock: Hand) -> TokenServer:
    script = FaultScript(standing=tuple(STANDING_TOKEN_FAULTS), counted=tuple(COUNTED_TOKEN_FAULTS))
    return TokenServer("7", script, clock.seconds)


async def ask(
    server: TokenServer, grant_type: str | None, **form: str
) -> tuple[int, Mapping[str, str]]:
    body = {"client_id": server.client_id, "client_secret": server.client_secret, **form}
    if grant_type is not None:
        body["grant_type"] = grant_type
    transport = httpx2.ASGITransport(app=server)
    async with httpx2.AsyncClient(transport=transport, base_url="http://vendor") as client:
        answer = await client.post("/oauth2/token", data=body)
    return answer.status_code, answer.json() if "json" in answer.headers["content-type"] else {}


async def refresh(server: TokenServer, token: str) -> tuple[int, Mapping[str, str]]:
    return await ask(server, "refresh_token", refresh_token=token)


async def test_the_application_itself_gets_no_refresh_token(server: TokenServer) -> None:
    status, body = await ask(server, "client_credentials")
    assert (status, body["token_type"], body["expires_in"]) == (200, "Bearer", ACCESS_SECONDS)
    assert "refresh_token" not in body
    assert server.accepts(body["access_token"])


async def test_each_refresh_token_is_good_once_and_brings_the_next(server: TokenServer) -> None:
    token = server.refresh_token
    for _ in range(3):
        status, body = await refresh(server, token)
        assert status == 200
        assert body["refresh_token"] != token
        token = body["refresh_token"]


async def test_using_an_old_token_again_revokes_the_whole_family(server: TokenServer) -> None:
    first = server.refresh_token
    _, body = await refresh(server, first)
    status, refused = await refresh(server, first)
    assert (status, refused["error"]) == (400, "invalid_grant")
    assert not server.accepts(body["access_token"])
    assert (await refresh(server, body["refresh_token"]))[0] == 400
    other = server.consent()
    assert (await refresh(server, other))[0] == 200


async def test_tokens_end_with_the_clock(server: TokenServer, clock: Hand) -> None:
    _, body = await refresh(server, server.refresh_token)
    clock.now += ACCESS_SECONDS - 1
    assert server.accepts(body["access_token"])
    clock.now += 1
    assert not server.accepts(body["access_token"])
    clock.now += REFRESH_SECONDS
    assert (await refresh(server, body["refresh_token"]))[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("grant_type", "form", "error"),
    [
        (None, {}, "invalid_request"),
        ("password", {}, "unsupported_grant_type"),
        ("client_credentials", {"client_secret": "x"}, "invalid_client"),
        ("client_credentials", {"client_id": "x"}, "invalid_client"),
        ("refresh_token", {}, "invalid_grant"),
        ("refresh_token", {"refresh_token": "x"}, "invalid_grant"),
    ],
)
async def test_what_is_wrong_is_said_in_oauths_words(
    server: TokenServer, grant_type: str | None, form: dict[str, str], error: str
) -> None:
    status, body = await ask(server, grant_type, **form)
    assert (status, body["error"]) == (400, error)
    assert body["error_description"]


async def test_the_knobs_do_what_they_say(server: TokenServer) -> None:
    faults = server._faults
    faults.set("token_503:1")
    assert (await ask(server, "client_credentials"))[0] == 503
    faults.set("token_429:1")
    assert (await ask(server, "client_credentials"))[0] == 429
    faults.set("token_expires_in:5")
    assert (await ask(server, "client_credentials"))[1]["expires_in"] == 5
    faults.set("token_reusable")
    assert (await refresh(server, server.refresh_token))[0] == 200
    assert (await refresh(server, server.refresh_token))[0] == 200
    faults.set("token_revoked")
    assert (await refresh(server, server.refresh_token))[1]["error"] == "invalid_grant"
    faults.clear()
    faults.set("token_lost:1")
    with pytest.raises(ConnectionResetError):
        await refresh(server, server.refresh_token)
    assert (await refresh(server, server.refresh_token))[1]["error"] == "invalid_grant"


async def test_the_log_tells_of_every_request_and_holds_no_secret(server: TokenServer) -> None:
    await ask(server, "client_credentials")
    _, body = await refresh(server, server.refresh_token)
    await refresh(server, "unknown-token")
    assert [(e.grant_type, e.status, e.error) for e in server.log] == [
        ("client_credentials", 200, ""),
        ("refresh_token", 200, ""),
        ("refresh_token", 400, "invalid_grant"),
    ]
    for secret in (*server.secrets.values(), body["access_token"], "unknown-token"):
        if secret != server.client_id:
            assert secret not in repr(server.log)


async def test_the_same_requests_get_the_same_answers(clock: Hand) -> None:
    script = FaultScript(standing=(), counted=())
    one, other = (TokenServer("7", script, clock.seconds) for _ in range(2))
    assert await ask(one, "client_credentials") == await ask(other, "client_credentials")
    assert TokenServer("8", script, clock.seconds).secrets != one.secrets
