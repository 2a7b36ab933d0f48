"""Connections: one account of a vendor each, with settings, sealed secrets and learnt facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from claw.ports.connector import Account, StandingWarning
from claw.ports.reconnect_store import ReconnectTask


class Facts(Struct, frozen=True, kw_only=True):
    """What the last successful check learnt about the account."""

    account: Account
    capabilities: Mapping[str, str] = {}
    warnings: tuple[StandingWarning, ...] = ()
    clock_skew_seconds: int | None = None
    checked_at: datetime | None = None


Status = Literal["active", "paused", "removed"]
Removal = Literal["keep_history", "with_data"]


class Connection(Struct, frozen=True, kw_only=True):
    """A connection as stored. Its name is unique in the tenant, never renamed or reused.

    ``status_by`` and ``status_at`` say who set the status and when, where somebody did;
    ``removal`` how it was removed; ``reconnect`` is the open task for a person, if the
    source refuses the credential.
    """

    connection_id: UUID
    name: str
    connector: str
    settings: Mapping[str, str]
    status: Status
    paused_reason: str | None
    facts: Facts | None
    created_at: datetime
    status_by: str | None = None
    status_at: datetime | None = None
    removal: Removal | None = None
    reconnect: ReconnectTask | None = None


class ConnectionStore(Protocol):
    """Reads and writes the tenant's connections."""

    async def add(self, connection: Connection) -> bool:
        """Insert; False when the name was ever used in this tenant."""
        ...

    async def find(self, name: str) -> Connection | None:
        """The connection of that name, also one that was removed."""
        ...

    async def list(self, *, removed: bool = False) -> Sequence[Connection]:
        """The connections there are, by name; with ``removed`` those that were, too."""
        ...

    async def keep_present(self, connection_id: UUID) -> bool:
        """Keep a removal away until this transaction ends; False when it was removed."""
        ...

    async def lock(self, connection_id: UUID) -> Connection:
        """The connection, which nobody else changes until this transaction ends."""
        ...

    async def remove(self, connection_id: UUID, removal: Removal, *, by: str, at: datetime) -> int:
        """Destroy the secrets and mark it removed; returns how many secrets there were.

        With its data, its settings and what was learnt of the account go too.
        """
        ...

    async def save_settings(
        self, connection_id: UUID, settings: Mapping[str, str], *, at: datetime
    ) -> None:
        """Replace the public settings; the connection was changed then."""
        ...

    async def save_facts(self, connection_id: UUID, facts: Facts) -> None:
        """Remember what a check learnt; of one that was removed, nothing."""
        ...

    async def set_status(
        self,
        connection_id: UUID,
        status: Literal["active", "paused"],
        reason: str | None,
        *,
        by: str,
        at: datetime,
    ) -> None:
        """Pause with a reason, or resume; one that was removed stays so."""
        ...

    async def put_secret(
        self, connection_id: UUID, name: str, sealed: bytes, *, at: datetime
    ) -> None:
        """Store one sealed secret, replacing an earlier one; the connection was changed then."""
        ...

    async def drop_secret(self, connection_id: UUID, name: str) -> None:
        """Delete one sealed secret, if it is there."""
        ...

    async def sealed_secrets(self, connection_id: UUID) -> Mapping[str, bytes]:
        """The connection's sealed secrets by name."""
        ...
