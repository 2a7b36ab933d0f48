"""Token requests and what their answers mean."""

import json
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claw.connect.answers import Answer
from claw.connect.auth.refusals import failed
from claw.connect.auth.vault import Token
from claw.connect.auth.wire import (
    Client,
    Denied,
    Issued,
    Trouble,
    Verdict,
    client_credentials_form,
    refresh_form,
    verdict_of,
)
from claw.connectors.simpro.connector import CONNECTOR

HOUR = 3600
CLIENT = Client(id="us", secret="s&cr=t é+")


def judged(body: object, status: int = 200, content_type: str = "application/json") -> Verdict:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = Answer(status=status, headers={"content-type": content_type}, body=raw)
    return verdict_of(answer, life_hint_seconds=HOUR)


def test_the_documented_answer_gives_both_tokens() -> None:
    body = {
        "access_token": "a1",
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": None,
        "refresh_token": "r2",
    }
    assert judged(body) == Issued(access_token="a1", refresh_token="r2", life_seconds=HOUR)


def test_an_answer_without_a_refresh_token_is_one() -> None:
    assert judged({"access_token": "a1"}) == Issued(
        access_token="a1", refresh_token=None, life_seconds=HOUR
    )


@pytest.mark.parametrize(
    ("stated", "life"),
    [
        (60, 60),
        ("60", 60),
        (59.9, 59),
        (0, HOUR),
        (-5, HOUR),
        (None, HOUR),
        ("soon", HOUR),
        ([1], HOUR),
        (10**11, 30 * 86_400),
    ],
)
def test_a_life_that_says_nothing_is_the_declared_one(stated: object, life: int) -> None:
    verdict = judged({"access_token": "a1", "expires_in": stated})
    assert isinstance(verdict, Issued)
    assert verdict.life_seconds == life


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize(
    ("code", "of"),
    [
        ("invalid_grant", "grant"),
        ("invalid_client", "client"),
        ("unauthorized_client", "client"),
        ("unsupported_grant_type", "client"),
        ("invalid_request", "request"),
        ("something_of_theirs", "request"),
    ],
)
def test_an_error_code_decides_whatever_the_status(status: int, code: str, of: str) -> None:
    verdict = judged({"error": code, "error_description": "Invalid refresh token"}, status)
    assert isinstance(verdict, Denied)
    assert verdict.of == of


@pytest.mark.parametrize(
    ("body", "status", "cause"),
    [
        ({"error": "invalid_grant"}, 500, "server_error"),
        ({"error": "temporarily_unavailable"}, 400, "server_error"),
        ({"error": "slow_down"}, 429, "rate_limited"),
        ({"error": "invalid_grant"}, 307, "redirected"),
        (b"<html>Forbidden</html>", 403, "not_json"),
        (b"<html>Sign in</html>", 200, "not_json"),
        (b"", 401, "not_json"),
        (b"[]", 400, "not_json"),
        ({"errors": [{"message": "no"}]}, 401, "server_error"),
        ({"error": None}, 404, "server_error"),
    ],
)
def test_what_a_gateway_may_say_costs_nobody_a_consent(
    body: object, status: int, cause: str
) -> None:
    verdict = judged(body, status)
    assert isinstance(verdict, Trouble)
    assert verdict.cause == cause


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "two words"},
        {"access_token": "line\nbreak"},
        {"token_type": "Bearer"},
        {"access_token": "a1", "token_type": "mac"},
    ],
)
def test_an_answer_without_a_token_to_send_is_not_understood(body: object) -> None:
    verdict = judged(body)
    assert isinstance(verdict, Denied)
    assert verdict.of == "request"


def test_a_refresh_token_that_cannot_be_sent_is_none() -> None:
    verdict = judged({"access_token": "a1", "refresh_token": {"not": "text"}})
    assert isinstance(verdict, Issued)
    assert verdict.refresh_token is None


@given(st.integers(200, 599), st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_answer_breaks_the_reading(status: int, body: bytes) -> None:
    assert isinstance(judged(body, status, "text/html"), Issued | Denied | Trouble)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=30),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["access_token", "refresh_token", "expires_in", "error", "x"]),
                inner,
            )
        ),
    ),
    st.sampled_from([200, 400, 401]),
)
def test_a_token_is_only_ever_what_can_be_sent(body: object, status: int) -> None:
    verdict = judged(body, status)
    if isinstance(verdict, Issued):
        assert verdict.access_token.isascii()
        assert verdict.access_token.isprintable()
        assert " " not in verdict.access_token
        assert verdict.life_seconds > 0


@given(st.text(min_size=12, alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_nothing_a_server_says_is_quoted(canary: str) -> None:
    for body in ({"error": canary}, {"error": "x", "error_description": canary}):
        verdict = judged(body, 400)
        assert isinstance(verdict, Denied | Trouble)
        if canary not in ("invalid_grant", "invalid_client"):
            assert canary not in failed(CONNECTOR.manifest, verdict).message


def test_requests_are_forms_with_the_client_in_the_body() -> None:
    assert parse_qs(client_credentials_form(CLIENT).decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["us"],
        "client_secret": ["s&cr=t é+"],
    }
    assert parse_qs(refresh_form(CLIENT, "r+/=1").decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["r+/=1"],
        "client_id": ["us"],
        "client_secret": ["s&cr=t é+"],
    }


def test_what_holds_secrets_does_not_show_them() -> None:
    issued = judged({"access_token": "canary-a", "refresh_token": "canary-r"})
    assert isinstance(issued, Issued)
    token = Token(value="canary-t", generation=1)
    for holder in (issued, token, Client(id="us", secret="canary-c")):
        assert "canary" not in f"{holder!r} {holder} {list(holder.__rich_repr__())}"
