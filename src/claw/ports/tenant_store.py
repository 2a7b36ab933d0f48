"""Tenants: the businesses of this installation. A platform table: it has no tenant of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from msgspec import Struct


class Tenant(Struct, frozen=True, kw_only=True):
    """A business. ``zone`` is its IANA wall clock, ``country`` ISO 3166-1 alpha-2.

    ``region`` is the part of the country whose public holidays it keeps (``NSW``); None for
    those of the whole country.
    """

    tenant_id: UUID
    slug: str
    name: str
    zone: str
    country: str
    locale: str
    vertical: str
    status: Literal["active", "suspended"]
    created_at: datetime
    region: str | None = None


class TenantStore(Protocol):
    """Reads and writes tenants; used through the platform unit of work."""

    async def add(self, tenant: Tenant) -> bool:
        """Insert; False when the slug is taken."""
        ...

    async def find(self, slug: str) -> Tenant | None:
        """The tenant of that slug."""
        ...

    async def by_id(self, tenant_id: UUID) -> Tenant | None:
        """The tenant of that id."""
        ...

    async def list(self) -> Sequence[Tenant]:
        """All tenants by slug."""
        ...

    async def set_status(self, tenant_id: UUID, status: Literal["active", "suspended"]) -> None:
        """Suspend or resume."""
        ...

    async def set_region(self, tenant_id: UUID, region: str | None) -> None:
        """Keep the public holidays of a part of the country, or of all of it."""
        ...
