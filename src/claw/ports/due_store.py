"""Which tenants have work that is due, asked across all of them; only their ids come back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class DueStore(Protocol):
    """Finds active tenants with due work that nobody is working on."""

    async def occurrences(self, now: datetime, plan_until: datetime, tzdata: str) -> Sequence[UUID]:
        """With occurrences to begin by ``now``, or to plan.

        That is where none are planned up to ``plan_until``, or some in another zone than
        the routine has now or by zone data older than ``tzdata``.
        """
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
