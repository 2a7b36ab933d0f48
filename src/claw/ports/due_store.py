"""Which tenants have work that is due, asked across all of them; only their ids come back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class DueStore(Protocol):
    """Finds tenants with due work that nobody is working on."""

    async def occurrences(self, now: datetime, plan_until: datetime) -> Sequence[UUID]:
        """With occurrences to begin by ``now``, or none planned up to ``plan_until``."""
        ...

    async def deliveries(self, now: datetime) -> Sequence[UUID]:
        """With deliveries due by ``now``."""
        ...

    async def retention(self, now: datetime) -> Sequence[UUID]:
        """With snapshots to be thinned by ``now``."""
        ...

    async def webhooks(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        """Tenant and endpoint, where an endpoint is behind and may be called."""
        ...
