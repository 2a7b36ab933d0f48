"""What people did, never changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class AuditEntry(Struct, frozen=True, kw_only=True):
    """What somebody did."""

    entry_id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, str]


class AuditStore(Protocol):
    """Appends to the record of what people did."""

    async def add(self, entry: AuditEntry) -> None:
        """Record what somebody did."""
        ...
