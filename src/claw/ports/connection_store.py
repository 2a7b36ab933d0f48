"""Connections: one account of a vendor each, with settings, sealed secrets and learnt facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct

from claw.ports.connector import Account, StandingWarning


class Facts(Struct, frozen=True, kw_only=True):
    """What the last successful check learnt about the account."""

    account: Account
    capabilities: Mapping[str, str] = {}
    warnings: tuple[StandingWarning, ...] = ()
    clock_skew_seconds: int | None = None
    checked_at: datetime | None = None


class Connection(Struct, frozen=True, kw_only=True):
    """A connection as stored. Its name is unique in the tenant, never renamed or reused."""

    connection_id: UUID
    name: str
    connector: str
    settings: Mapping[str, str]
    status: Literal["active", "paused"]
    paused_reason: str | None
    facts: Facts | None
    created_at: datetime


class ConnectionStore(Protocol):
    """Reads and writes the tenant's connections."""

    async def add(self, connection: Connection) -> bool:
        """Insert; False when the name was ever used in this tenant."""
        ...

    async def find(self, name: str) -> Connection | None:
        """The connection of that name."""
        ...

    async def list(self) -> Sequence[Connection]:
        """All connections by name."""
        ...

    async def save_settings(self, connection_id: UUID, settings: Mapping[str, str]) -> None:
        """Replace the public settings."""
        ...

    async def save_facts(self, connection_id: UUID, facts: Facts) -> None:
        """Remember what a check learnt."""
        ...

    async def set_status(
        self, connection_id: UUID, status: Literal["active", "paused"], reason: str | None
    ) -> None:
        """Pause with a reason, or resume."""
        ...

    async def put_secret(self, connection_id: UUID, name: str, sealed: bytes) -> None:
        """Store one sealed secret, replacing an earlier one."""
        ...

    async def sealed_secrets(self, connection_id: UUID) -> Mapping[str, bytes]:
        """The connection's sealed secrets by name."""
        ...
