"""One POST to one checked address: no redirect, no cookie, no proxy, a short answer."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from contextlib import suppress

import httpx2

from claw.core.errors import InvalidInput
from claw.ports.webhook_sender import CallOutcome, CallResult, WebhookCall
from claw.providers.webhook.excerpts import LONGEST_BODY, excerpt_of
from claw.providers.webhook.resolving import (
    AddressForbidden,
    Resolve,
    callable_addresses,
    system_resolve,
)
from claw.providers.webhook.urls import Place, place_of

SECONDS = 15.0
"""For everything: finding the address, connecting, sending and hearing the answer."""

BODY_SECONDS = 2.0
_GONE = 410
_SECONDS = re.compile(r"[0-9]{1,6}")


class HttpWebhooks:
    """``WebhookSender`` over the network. ``anywhere`` is for development: it checks nothing."""

    def __init__(
        self,
        *,
        anywhere: bool = False,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._anywhere = anywhere
        self._resolve = resolve
        self._tls = tls
        self._seconds = seconds

    async def check(self, url: str) -> None:
        """Refuse a URL that could never be called; a host nobody knows yet may pass."""
        place = place_of(url, plain=self._anywhere)
        try:
            async with asyncio.timeout(self._seconds):
                await self._addresses(place)
        except AddressForbidden:
            raise InvalidInput(
                "the URL leads to an address that is not public",
                code="address_forbidden",
                field="url",
                hint="endpoints are called over the internet; "
                "CLAW_WEBHOOK_ALLOW_PRIVATE=1 allows others outside prod",
            ) from None
        except (OSError, TimeoutError):
            return

    async def send(self, call: WebhookCall) -> CallResult:
        """Send it once; what went wrong before it left is told from what may have arrived."""
        try:
            async with asyncio.timeout(self._seconds):
                place = place_of(call.url, plain=self._anywhere)
                return await self._first_that_connects(place, await self._addresses(place), call)
        except InvalidInput:
            return CallResult(outcome="address_forbidden")
        except AddressForbidden:
            return CallResult(outcome="address_forbidden")
        except TimeoutError:
            return CallResult(outcome="timed_out")
        except OSError:
            return CallResult(outcome="host_unknown")

    async def _addresses(self, place: Place) -> "list[str]":
        found = await callable_addresses(
            self._resolve, place.host, place.port, anywhere=self._anywhere
        )
        return list(found)

    async def _first_that_connects(
        self, place: Place, addresses: list[str], call: WebhookCall
    ) -> CallResult:
        result = CallResult(outcome="unreachable")
        for address in addresses:
            result = await self._post(place, address, call)
            if result.outcome != "unreachable":
                break
        return result

    async def _post(self, place: Place, address: str, call: WebhookCall) -> CallResult:
        transport = httpx2.AsyncHTTPTransport(
            trust_env=False, verify=True if self._tls is None else self._tls
        )
        try:
            async with transport:
                response = await transport.handle_async_request(self._request(place, address, call))
                try:
                    return _result(response.status_code, response.headers, await _said(response))
                finally:
                    await response.aclose()
        except httpx2.ConnectTimeout:
            return CallResult(outcome="unreachable")
        except httpx2.ConnectError as error:
            return CallResult(outcome="not_secure" if _is_tls(error) else "unreachable")
        except httpx2.HTTPError:
            return CallResult(outcome="broke_off")

    def _request(self, place: Place, address: str, call: WebhookCall) -> httpx2.Request:
        """The request goes to the address; the name is kept for TLS and for the other side."""
        host = f"[{address}]" if ":" in address else address
        return httpx2.Request(
            "POST",
            f"{place.scheme}://{host}:{place.port}{place.target}",
            headers={
                "host": place.authority,
                "user-agent": "claw-webhooks/1",
                "accept-encoding": "identity",
                "connection": "close",
                **call.headers,
            },
            content=call.body,
            extensions={
                "sni_hostname": place.host,
                "timeout": {
                    "connect": self._seconds / 3,
                    "read": self._seconds,
                    "write": self._seconds,
                    "pool": self._seconds,
                },
            },
        )


async def _said(response: httpx2.Response) -> bytes:
    """The beginning of a refusal's body, as it came; the rest is never read.

    The status has said what became of the call: a body that breaks off or never comes
    changes nothing.
    """
    head = bytearray()
    if 200 <= response.status_code < 300:
        return b""
    with suppress(httpx2.HTTPError, TimeoutError):
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in response.aiter_raw():
                head += chunk
                if len(head) >= LONGEST_BODY:
                    break
    return bytes(head[:LONGEST_BODY])


def _result(status: int, headers: Mapping[str, str], body: bytes) -> CallResult:
    outcome: CallOutcome = "refused"
    if 200 <= status < 300:
        outcome = "taken"
    elif 300 <= status < 400:
        outcome = "redirected"
    elif status == _GONE:
        outcome = "gone"
    stated = headers.get("retry-after", "")
    return CallResult(
        outcome=outcome,
        status=status,
        excerpt="" if outcome == "taken" else excerpt_of(body),
        after_seconds=int(stated) if _SECONDS.fullmatch(stated) else None,
    )


def _is_tls(error: BaseException) -> bool:
    """Whether the connection failed at its security, anywhere down the causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
