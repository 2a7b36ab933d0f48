"""Grants: what an OAuth 2 connection has been given so far, and who may renew it now.

A grant moves between four states. ``active``: whoever needs a fresher token may take the
lease. ``refreshing``: somebody holds it. ``cooling``: renewing failed in passing and is
let be for a while; the tokens are as they were. ``revoked``: the source said no for good,
and only a person can mend that. All times are the database's own.
"""

from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from claw.ports.manifest import GrantKind

GrantState = Literal["active", "refreshing", "cooling", "revoked"]


class Grant(Struct, frozen=True, kw_only=True):
    """A grant as stored; tokens are sealed.

    ``seed`` tells from which secrets it began. ``generation`` grows with every change of
    its tokens. ``seconds_left`` is how long the access token still lives, out of
    ``life_seconds``; both are 0 without one. ``cooling_seconds`` is how long renewing is
    let be, ``idle_seconds`` how long ago it last succeeded, None when it never did.
    """

    kind: GrantKind
    seed: bytes
    state: GrantState
    generation: int
    access_token: bytes | None = None
    refresh_token: bytes | None = None
    seconds_left: float = 0.0
    life_seconds: float = 0.0
    cooling_seconds: float = 0.0
    idle_seconds: float | None = None
    failures: int = 0
    revoked_reason: str | None = None


class GrantLease(Struct, frozen=True, kw_only=True):
    """The right to renew one generation of one grant; every write of the holder carries it."""

    connection_id: UUID
    generation: int
    owner: UUID
    fence: int


class GrantStore(Protocol):
    """Reads and moves the grants of one tenant."""

    async def find(self, connection_id: UUID) -> Grant | None:
        """The connection's grant, None before its first use."""
        ...

    async def begin(
        self, connection_id: UUID, *, kind: GrantKind, seed: bytes, refresh_token: bytes | None
    ) -> None:
        """Begin a grant from a connection's secrets, or begin anew when the seed is another.

        Beginning anew is a new generation: tokens, lease, failures and a revocation go.
        """
        ...

    async def take(
        self, connection_id: UUID, *, generation: int, owner: UUID, seconds: int
    ) -> GrantLease | None:
        """Take the lease of that generation.

        None when the generation moved, another holds the lease, or renewing is cooling or
        revoked.
        """
        ...

    async def save(
        self,
        lease: GrantLease,
        *,
        access_token: bytes,
        refresh_token: bytes | None,
        life_seconds: int,
    ) -> bool:
        """Keep new tokens as the next generation; False when the lease was lost.

        The access token lives ``life_seconds`` from when the lease was taken. Without a
        new refresh token the old one stays, with one the old is kept as the previous.
        """
        ...

    async def cool(self, lease: GrantLease, seconds: float) -> None:
        """Give the lease back and let renewing be for a while; tokens are not touched."""
        ...

    async def revoke(self, lease: GrantLease, reason: str) -> bool:
        """Mark the grant as refused for good; False when the lease was lost."""
        ...

    async def reopen(self, connection_id: UUID) -> None:
        """Let a revoked or cooling grant be tried again; tokens are not touched.

        It counts as never renewed, so that keeping alive does not wait for a day.
        """
        ...

    async def forget(self, connection_id: UUID) -> None:
        """Delete the connection's grant with its tokens."""
        ...
