"""SQL of reconnect tasks. The database itself lets a connection have one open at most."""

from datetime import datetime
from uuid import UUID

from claw.ports.reconnect_store import ReconnectTask
from claw.store.tenancy import Transaction


class PostgresReconnects:
    """``ReconnectStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def open(self, connection_id: UUID, *, reason: str, at: datetime) -> bool:
        opened = await self._tx.fetchval(
            """
            insert into claw.reconnect_task (tenant_id, connection_id, number, reason, opened_at)
            select $1, $2, coalesce(max(number), 0) + 1, $3, $4 from claw.reconnect_task
            where tenant_id = $1 and connection_id = $2
            on conflict do nothing
            returning true
            """,
            self._tenant_id,
            connection_id,
            reason,
            at,
        )
        return opened is True

    async def close(self, connection_id: UUID, *, by: str, at: datetime) -> bool:
        closed = await self._tx.fetchval(
            """
            update claw.reconnect_task set closed_at = $3, closed_by = $4
            where tenant_id = $1 and connection_id = $2 and closed_at is null
            returning true
            """,
            self._tenant_id,
            connection_id,
            at,
            by,
        )
        return closed is True

    async def opened(self, connection_id: UUID) -> ReconnectTask | None:
        row = await self._tx.fetchrow(
            """
            select reason, opened_at from claw.reconnect_task
            where tenant_id = $1 and connection_id = $2 and closed_at is null
            """,
            self._tenant_id,
            connection_id,
        )
        if row is None:
            return None
        return ReconnectTask(reason=row["reason"], opened_at=row["opened_at"])
