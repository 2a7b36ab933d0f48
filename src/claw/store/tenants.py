"""SQL of the tenant table. It has no tenant of its own: platform unit of work only."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from asyncpg import Record

from claw.ports.tenant_store import Tenant
from claw.store.tenancy import Transaction

_COLUMNS = "tenant_id, slug, name, zone, country, locale, vertical, status, created_at, region"


class PostgresTenants:
    """``TenantStore`` over one platform transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def add(self, tenant: Tenant) -> bool:
        inserted = await self._tx.fetchval(
            f"""
            insert into claw.tenant ({_COLUMNS})
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (slug) do nothing
            returning true
            """,
            tenant.tenant_id,
            tenant.slug,
            tenant.name,
            tenant.zone,
            tenant.country,
            tenant.locale,
            tenant.vertical,
            tenant.status,
            tenant.created_at,
            tenant.region,
        )
        return inserted is True

    async def find(self, slug: str) -> Tenant | None:
        row = await self._tx.fetchrow(f"select {_COLUMNS} from claw.tenant where slug = $1", slug)
        return None if row is None else _tenant(row)

    async def by_id(self, tenant_id: UUID) -> Tenant | None:
        row = await self._tx.fetchrow(
            f"select {_COLUMNS} from claw.tenant where tenant_id = $1", tenant_id
        )
        return None if row is None else _tenant(row)

    async def list(self) -> Sequence[Tenant]:
        rows = await self._tx.fetch(f'select {_COLUMNS} from claw.tenant order by slug collate "C"')
        return [_tenant(row) for row in rows]

    async def set_status(self, tenant_id: UUID, status: Literal["active", "suspended"]) -> None:
        await self._tx.execute(
            "update claw.tenant set status = $2 where tenant_id = $1", tenant_id, status
        )

    async def set_region(self, tenant_id: UUID, region: str | None) -> None:
        await self._tx.execute(
            "update claw.tenant set region = $2 where tenant_id = $1", tenant_id, region
        )


def _tenant(row: Record) -> Tenant:
    return Tenant(**dict(row.items()))
