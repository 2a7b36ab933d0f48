"""What a kind of work offers to the lanes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from claw.ports.tenant_store import Tenant


class LaneKind(Protocol):
    """Work of one kind, for whatever tenant it is due. Must bear being done twice."""

    @property
    def kind(self) -> str:
        """Its name, as lanes and calls carry it."""
        ...

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        """Tenants with something due at ``now`` (business time) that nobody works on."""
        ...

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        """Do one bounded batch; True when more is due."""
        ...
