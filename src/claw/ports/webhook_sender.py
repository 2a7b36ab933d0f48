"""Calling an endpoint somewhere on the internet, whose address a customer chose.

Nobody behind this port reaches a network that is ours: whoever implements it looks at the
address that is really connected to.
"""

from collections.abc import Mapping
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

CallOutcome: TypeAlias = Literal[
    "taken",
    "gone",
    "refused",
    "redirected",
    "address_forbidden",
    "host_unknown",
    "not_secure",
    "unreachable",
    "timed_out",
    "broke_off",
]
"""``gone`` is 410: it wants nothing more. ``timed_out`` and ``broke_off`` may have arrived."""

MAYBE_ARRIVED: frozenset[CallOutcome] = frozenset({"timed_out", "broke_off"})


class WebhookCall(Struct, frozen=True, kw_only=True):
    """One POST; ``headers`` are the signature's and the content type."""

    url: str
    headers: Mapping[str, str]
    body: bytes


class CallResult(Struct, frozen=True, kw_only=True):
    """What became of it. ``excerpt`` is what the other side said, short and redacted."""

    outcome: CallOutcome
    status: int | None = None
    excerpt: str = ""
    after_seconds: int | None = None


class WebhookSender(Protocol):
    """Sends to addresses that may be called, and to no others."""

    async def check(self, url: str) -> None:
        """Look at a URL without calling it; a host that nobody knows yet may pass.

        Raises:
            InvalidInput: when it could never be called, saying why.
        """
        ...

    async def send(self, call: WebhookCall) -> CallResult:
        """Send it once. Never raises for trouble on the way."""
        ...
