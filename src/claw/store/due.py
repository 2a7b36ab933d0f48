"""SQL that finds tenants with due work; the functions give ids and nothing else."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from claw.store.tenancy import Transaction


class PostgresDue:
    """``DueStore`` over a transaction of the platform."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def occurrences(self, now: datetime, plan_until: datetime, tzdata: str) -> Sequence[UUID]:
        rows = await self._tx.fetch(
            "select tenant_id from claw.tenants_with_occurrences($1, $2, $3) as t (tenant_id) "
            "order by tenant_id",
            now,
            plan_until,
            tzdata,
        )
        return [row["tenant_id"] for row in rows]

    async def deliveries(self, now: datetime) -> Sequence[UUID]:
        rows = await self._tx.fetch(
            "select tenant_id from claw.tenants_with_deliveries($1) as t (tenant_id) "
            "order by tenant_id",
            now,
        )
        return [row["tenant_id"] for row in rows]

    async def retention(self, now: datetime) -> Sequence[UUID]:
        rows = await self._tx.fetch(
            "select tenant_id from claw.tenants_to_thin($1) as t (tenant_id) order by tenant_id",
            now,
        )
        return [row["tenant_id"] for row in rows]

    async def webhooks(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        rows = await self._tx.fetch(
            "select tenant_id, endpoint_id from claw.webhooks_due($1)", most
        )
        return [(row["tenant_id"], row["endpoint_id"]) for row in rows]
