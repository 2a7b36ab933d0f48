"""How far the change feeds of a tenant's streams were followed."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class HintStore(Protocol):
    """Reads and moves the cursors of change feeds. A cursor is the connector's own text."""

    async def find(self, connection_id: UUID, stream: str) -> str | None:
        """The cursor of a stream, None before its feed was ever followed."""
        ...

    async def move(self, connection_id: UUID, stream: str, cursor: str, moved_at: datetime) -> None:
        """Remember how far the feed was followed.

        In the transaction that makes visible what was looked at because of it: a hint whose
        cursor moved on without it would be lost.
        """
        ...

    async def forget(self, connection_id: UUID, stream: str) -> None:
        """Let the feed be followed anew, from what was read completely."""
        ...
