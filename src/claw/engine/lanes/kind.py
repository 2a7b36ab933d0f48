"""What a kind of work offers to the lanes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from claw.ports.tenant_store import Tenant


class LaneFamily(Protocol):
    """Kinds that come and go, named ``<prefix>:<member>``: one for each webhook endpoint."""

    @property
    def prefix(self) -> str:
        """What the names of its kinds begin with."""
        ...

    async def due(self, now: datetime) -> Sequence[tuple[UUID, str]]:
        """Tenant and kind, where something is due at ``now`` that nobody works on."""
        ...

    def member(self, kind: str) -> "LaneKind | None":
        """The work of one kind; None when it is none of these."""
        ...


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
