"""How a vendor's simulator calls back: webhooks to this machine, and to no other.

A simulator is told where to call by whoever drives it, so it refuses every host that is
not a loopback address: a rehearsal must never reach somebody's server.
"""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from claw.core.errors import InvalidInput

Wire = httpx2.AsyncBaseTransport
"""Where calls go instead of a socket, in tests."""

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Callback:
    """One request to a callback address."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


class NotThisMachine(InvalidInput):
    """A callback address that is not of this machine."""


def loopback_only(url: str) -> str:
    """``url`` if it names this machine by address or as ``localhost``.

    Raises:
        NotThisMachine: it does not; the address is left out of the message.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if parts.scheme not in ("http", "https") or not local:
        raise NotThisMachine(
            "a simulator calls back to this machine only",
            code="callback_not_loopback",
            field="url",
            hint="use http://127.0.0.1:<port>/…",
        )
    return url


async def send(calls: list[Callback], wire: Wire | None = None) -> list[int | None]:
    """Send one after the other; each answer's status, None where there was no answer."""
    statuses: list[int | None] = []
    async with httpx2.AsyncClient(
        transport=wire, timeout=TIMEOUT_SECONDS, trust_env=False, follow_redirects=False
    ) as client:
        for call in calls:
            try:
                reply = await client.request(
                    call.method, loopback_only(call.url), headers=call.headers, content=call.body
                )
            except httpx2.TransportError:
                statuses.append(None)
            else:
                statuses.append(reply.status_code)
    return statuses
