"""Token requests and what their answers mean. Pure.

Requests are form-encoded with the client's credential in the body; answers are RFC 6749's,
read tolerantly where servers are known to be loose. Nothing that a server says is quoted
in an error: its description may repeat what it was sent.
"""

import re
from typing import Literal, TypeAlias
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from claw.connect.answers import REDIRECTS, Answer
from claw.connect.decode import Undecodable, json_body

_TOKEN = re.compile(r"[\x21-\x7e]+")
_WHOLE_SECONDS = re.compile(r"[0-9]{1,12}")
_LONGEST_LIFE_SECONDS = 30 * 86_400
"""A token said to live longer is still replaced once a month."""

_GRANT_IS_DEAD = frozenset({"invalid_grant"})
_CLIENT_IS_REFUSED = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type"})
_PASSES = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


class Hidden(Struct, frozen=True, kw_only=True):
    """Holds secrets, so that it is shown by its name alone."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def __rich_repr__(self) -> list[tuple[str, object]]:
        return []


class Client(Hidden, frozen=True, kw_only=True):
    """Who asks: the application's own credential with the vendor."""

    id: str
    secret: str


class Issued(Hidden, frozen=True, kw_only=True):
    """New tokens. ``refresh_token`` is None where the server gave none."""

    access_token: str
    refresh_token: str | None
    life_seconds: int


class Denied(Struct, frozen=True, kw_only=True):
    """No tokens, for a reason that asking again does not mend.

    ``grant``: what we were given is used up, expired or revoked. ``client``: the
    application's own credential is refused. ``request``: the server does not understand
    us, so nothing is learnt about the grant.
    """

    of: Literal["grant", "client", "request"]
    said: str


class Trouble(Struct, frozen=True, kw_only=True):
    """Passing trouble; ``wait_seconds`` where the server asks to be left alone."""

    cause: str
    said: str


Verdict: TypeAlias = Issued | Denied | Trouble


class _Body(Struct, frozen=True, kw_only=True):
    access_token: object = None
    refresh_token: object = None
    expires_in: object = None
    token_type: object = None
    error: object = None


def client_credentials_form(client: Client) -> bytes:
    """The body that asks for a token as the client itself."""
    return _form(client, {"grant_type": "client_credentials"})


def refresh_form(client: Client, refresh_token: str) -> bytes:
    """The body that turns a refresh token into new tokens."""
    return _form(client, {"grant_type": "refresh_token", "refresh_token": refresh_token})


def verdict_of(answer: Answer, *, life_hint_seconds: int) -> Verdict:
    """What a token answer means. ``life_hint_seconds`` is believed where it does not say.

    A server's own error code decides before the status does, because some answer an error
    with 200 and others everything with 400. Without such a code only 4xx statuses that no
    gateway makes up are final, and none of them says anything about the grant.
    """
    status = answer.status
    if status in REDIRECTS:
        return Trouble(cause="redirected", said=f"{status}, a redirect that was not followed")
    if status == 429:
        return Trouble(cause="rate_limited", said="429")
    if status >= 500 or status in (408, 425):
        return Trouble(cause="server_error", said=str(status))
    try:
        document = json_body(answer.body, answer.headers.get("content-type", ""))
        body = msgspec.json.decode(document.text, type=_Body)
    except (Undecodable, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Trouble(cause="not_json", said=f"{status} without a token or a readable error")
    if isinstance(body.error, str) and body.error:
        return _denied(status, body.error)
    if not 200 <= status < 300:
        return Trouble(cause="server_error", said=f"{status} without an error code")
    return _issued(body, status, life_hint_seconds)


def _denied(status: int, code: str) -> Verdict:
    if code in _PASSES:
        return Trouble(cause="server_error", said=f"{status} {code}")
    if code in _GRANT_IS_DEAD:
        return Denied(of="grant", said=code)
    if code in _CLIENT_IS_REFUSED:
        return Denied(of="client", said=code)
    return Denied(of="request", said=f"{status} with an error of its own")


def _issued(body: _Body, status: int, life_hint_seconds: int) -> Verdict:
    access, refresh, kind = body.access_token, body.refresh_token, body.token_type
    if not isinstance(access, str) or not _TOKEN.fullmatch(access):
        return Denied(of="request", said=f"{status} without an access token")
    if isinstance(kind, str) and kind.strip().lower() != "bearer":
        return Denied(of="request", said=f"{status} with a token that is no bearer token")
    usable = isinstance(refresh, str) and _TOKEN.fullmatch(refresh)
    return Issued(
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) and usable else None,
        life_seconds=_life(body.expires_in, life_hint_seconds),
    )


def _life(stated: object, hint_seconds: int) -> int:
    """Whole seconds; what is zero, negative or no number says nothing."""
    text = str(stated).strip().partition(".")[0]
    seconds = int(text) if _WHOLE_SECONDS.fullmatch(text) else 0
    return min(seconds or hint_seconds, _LONGEST_LIFE_SECONDS)


def _form(client: Client, members: dict[str, str]) -> bytes:
    named = {**members, "client_id": client.id, "client_secret": client.secret}
    return urlencode(named).encode("ascii")
