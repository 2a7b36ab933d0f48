"""A vendor's OAuth 2 token endpoint for simulators, with single-use refresh tokens.

Refresh tokens belong to families: one consent, and every token that came of it. Each is
good for one use; using an old one again looks like theft, so it revokes the whole family.
Time is the simulator's monotonic clock and tokens are derived from its seed, so that the
same requests always get the same answers. The log says what was asked, never with what.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from claw.connect.simulator import ABORT, FaultScript

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 14 * 86_400

COUNTED_TOKEN_FAULTS: Mapping[str, str] = {
    "token_503": "n token requests answer 503",
    "token_429": "n token requests answer 429",
    "token_lost": "n token answers are lost on their way, after the tokens were given",
}
STANDING_TOKEN_FAULTS: Mapping[str, str] = {
    "token_slow": "token answers take N (1000) ms",
    "token_expires_in": "access tokens live N (60) seconds",
    "token_reusable": "refresh tokens may be used again and are not replaced",
    "token_revoked": "every token request answers invalid_grant",
}
"""Names and meanings of the faults that the token endpoint knows, for a simulator's script."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """One token request as it was answered; ``error`` is OAuth's code, empty when granted."""

    at_seconds: float
    grant_type: str
    status: int
    error: str = ""


@dataclass(slots=True)
class _Family:
    """One consent: the refresh token that is good now, and until when."""

    current: str
    until: float
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class _Access:
    until: float
    family: _Family | None


class _Refused(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


class TokenServer:
    """An ASGI application for the token path; ``accepts`` is for the data plane beside it."""

    def __init__(self, seed: str, faults: FaultScript, seconds: Callable[[], float]) -> None:
        self._seed, self._faults, self._seconds = seed, faults, seconds
        self._number = 0
        self._access: dict[str, _Access] = {}
        self._families: dict[str, _Family] = {}
        self.log: list[TokenRequest] = []
        self.client_id = f"client-{seed}"
        self.client_secret = self._new("client-secret")
        self.refresh_token = self.consent()

    @property
    def secrets(self) -> Mapping[str, str]:
        """What a connection is given to come in by a person's consent."""
        return {
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh_token,
        }

    def consent(self) -> str:
        """A person lets the application in (again): the first refresh token of a family."""
        token = self._new("refresh")
        self._families[token] = _Family(token, self._seconds() + REFRESH_SECONDS)
        return token

    def accepts(self, access_token: str) -> bool:
        """Whether the token was given here, still lives, and its consent was not revoked."""
        access = self._access.get(access_token)
        if access is None or access.until <= self._seconds():
            return False
        return access.family is None or not access.family.revoked

    def expire(self) -> None:
        """End the life of every access token given so far; grants stay good."""
        now = self._seconds()
        self._access = {token: _Access(now, a.family) for token, a in self._access.items()}

    def revoke(self) -> None:
        """A person takes every consent back."""
        for family in self._families.values():
            family.revoked = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one token request and log it."""
        request = Request(scope, receive)
        at = self._seconds()
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        grant_type = form.get("grant_type", "")
        response = self._trouble()
        error = ""
        if response is None:
            try:
                response = JSONResponse(self._granted(request, form))
            except _Refused as refused:
                error = refused.error
                body = {"error": error, "error_description": refused.description}
                response = JSONResponse(body, refused.status)
        self.log.append(TokenRequest(at, grant_type, response.status_code, error))
        slow = self._faults.get("token_slow")
        if slow is not None:
            await asyncio.sleep(slow.number(1000) / 1000)
        if self._faults.take("token_lost"):
            await _lose(scope, receive)
            return
        await response(scope, receive, send)

    def _trouble(self) -> Response | None:
        if self._faults.take("token_429"):
            return JSONResponse({"error": "slow_down"}, 429)
        if self._faults.take("token_503"):
            return Response("<html>Service Unavailable</html>", 503, media_type="text/html")
        return None

    def _granted(self, request: Request, form: Mapping[str, str]) -> dict[str, object]:
        kind = request.headers.get("content-type", "").partition(";")[0]
        if request.method != "POST" or kind != "application/x-www-form-urlencoded":
            raise _Refused("invalid_request", "The request method must be POST, form-encoded")
        if "grant_type" not in form:
            raise _Refused("invalid_request", "The grant type was not specified in the request")
        if (form.get("client_id"), form.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            raise _Refused("invalid_client", "The client credentials are invalid")
        if self._faults.get("token_revoked"):
            raise _Refused("invalid_grant", "Invalid refresh token")
        match form["grant_type"]:
            case "client_credentials":
                return self._issue(None)
            case "refresh_token":
                return self._refreshed(form.get("refresh_token", ""))
            case _:
                raise _Refused("unsupported_grant_type", "Grant type not supported")

    def _refreshed(self, token: str) -> dict[str, object]:
        family = self._families.get(token)
        if family is None or family.revoked or family.until <= self._seconds():
            raise _Refused("invalid_grant", "Invalid refresh token")
        if self._faults.get("token_reusable"):
            return self._issue(family) | {"refresh_token": token}
        if token != family.current:
            family.revoked = True
            raise _Refused("invalid_grant", "Invalid refresh token")
        family.current, family.until = self._new("refresh"), self._seconds() + REFRESH_SECONDS
        self._families[family.current] = family
        return self._issue(family) | {"refresh_token": family.current}

    def _issue(self, family: _Family | None) -> dict[str, object]:
        fault = self._faults.get("token_expires_in")
        life = ACCESS_SECONDS if fault is None else fault.number(60)
        token = self._new("access")
        self._access[token] = _Access(self._seconds() + life, family)
        return {"access_token": token, "expires_in": life, "token_type": "Bearer", "scope": None}

    def _new(self, kind: str) -> str:
        self._number += 1
        digest = hashlib.sha256(f"{self._seed} {kind} {self._number}".encode()).hexdigest()
        return f"simulated-{kind}-{digest[:40]}"


@runtime_checkable
class GivesTokens(Protocol):
    """A simulator that lets itself be signed in to."""

    @property
    def tokens(self) -> TokenServer:
        """Its token endpoint."""
        ...


async def _lose(scope: Scope, receive: Receive) -> None:
    abort = scope.get("extensions", {}).get(ABORT)
    if abort is None:
        raise ConnectionResetError("the simulator reset the connection")
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass
