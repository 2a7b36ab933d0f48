"""Reconnect tasks: what a person must do before a source can be read again."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class ReconnectTask(Struct, frozen=True, kw_only=True):
    """An open task: the source refuses the connection's credential, and since when."""

    reason: str
    opened_at: datetime


class ReconnectStore(Protocol):
    """Opens and closes the tenant's reconnect tasks; a connection has one open at most."""

    async def open(self, connection_id: UUID, *, reason: str, at: datetime) -> bool:
        """Open a task; False when one is open already, which stays as it is."""
        ...

    async def close(self, connection_id: UUID, *, by: str, at: datetime) -> bool:
        """Close the open task, if there is one; ``by`` says what mended it."""
        ...

    async def opened(self, connection_id: UUID) -> ReconnectTask | None:
        """The open task of a connection."""
        ...
