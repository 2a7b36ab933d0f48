"""Endpoints that want a tenant's events, how far each was told, and every call made.

An endpoint is told in order: what is next is tried until it was taken. When it is tried
again is machine time, the database's own; instants are business time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

EndpointStatus: TypeAlias = Literal["active", "disabled", "removed"]


class SealedSecrets(Struct, frozen=True, kw_only=True):
    """The secret that signs, and the one before it while both are valid."""

    current: bytes
    previous: bytes | None = None
    previous_until: datetime | None = None


class Endpoint(Struct, frozen=True, kw_only=True):
    """An endpoint and how it stands.

    ``cursor`` is the last event that it took or did not want. ``attempts`` counts the calls
    for the next one, ``failing_since`` says when the first of them failed; ``fence`` counts
    all calls: an old one writes nothing.
    """

    endpoint_id: UUID
    name: str
    url: str
    patterns: tuple[str, ...]
    status: EndpointStatus
    created_at: datetime
    cursor: int
    disabled_reason: str | None = None
    failing_since: datetime | None = None
    attempts: int = 0
    fence: int = 0


class CallBegun(Struct, frozen=True, kw_only=True):
    """A call that is about to be made; ``seq`` is 0 for what stands in no log."""

    endpoint: Endpoint
    seq: int


class CallEnded(Struct, frozen=True, kw_only=True):
    """What became of a call. ``excerpt`` is redacted and short."""

    outcome: str
    at: datetime
    status: int | None = None
    excerpt: str = ""


class PastCall(CallEnded, frozen=True, kw_only=True):
    """A call that was made, for people. ``outcome`` is ``unknown`` where nobody came to say."""

    seq: int
    attempt: int


class WebhookStore(Protocol):
    """Keeps one tenant's endpoints."""

    async def add(self, endpoint: Endpoint, secret: bytes) -> bool:
        """Store an endpoint; False when its name is taken."""
        ...

    async def list(self) -> Sequence[Endpoint]:
        """Every endpoint that was not removed, by name."""
        ...

    async def find(self, name: str) -> Endpoint | None:
        """The endpoint of a name, unless it was removed."""
        ...

    async def secrets(self, endpoint_id: UUID) -> SealedSecrets | None:
        """Its sealed secrets; None when it was removed."""
        ...

    async def rotate(self, endpoint_id: UUID, secret: bytes, *, previous_until: datetime) -> bool:
        """Sign with ``secret`` from now on, with the one before it too until that instant."""
        ...

    async def reopen(self, endpoint_id: UUID, *, cursor: int | None) -> bool:
        """Let it be told again, its failures forgotten; from behind ``cursor`` if given."""
        ...

    async def remove(self, endpoint_id: UUID) -> bool:
        """Forget its URL and secrets; its name is free, what was called stays."""
        ...

    async def claim(self, endpoint_id: UUID, *, seconds: int) -> Endpoint | None:
        """Take an active endpoint that nobody calls and that rests no more; else None."""
        ...

    async def skip(self, endpoint: Endpoint, cursor: int) -> bool:
        """It wants none of the events up to ``cursor``; False when the claim was lost."""
        ...

    async def begin(self, endpoint: Endpoint, seq: int, *, at: datetime) -> CallBegun | None:
        """Record a call before it is made; None when the claim was lost."""
        ...

    async def took(self, call: CallBegun, ended: CallEnded) -> bool:
        """The event was taken: go on with the next. False when the call was overtaken."""
        ...

    async def failed(self, call: CallBegun, ended: CallEnded, *, rest_seconds: int) -> bool:
        """Not taken: the same again after a rest. False when the call was overtaken."""
        ...

    async def disable(self, call: CallBegun, ended: CallEnded, *, reason: str) -> bool:
        """Not taken, and nothing more is tried. False when the call was overtaken."""
        ...

    async def switch_off(self, endpoint_id: UUID, *, reason: str) -> bool:
        """Try nothing more, without a call having failed; False when it was not active."""
        ...

    async def let_go(self, endpoint: Endpoint) -> None:
        """End a claim that made no call, or made its last one."""
        ...

    async def calls(self, endpoint_id: UUID, limit: int) -> Sequence[PastCall]:
        """The latest calls, newest first."""
        ...
