"""SQL of the cursors of change feeds. Every statement names its tenant."""

from datetime import datetime
from uuid import UUID

from claw.store.tenancy import Transaction


class PostgresHints:
    """``HintStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def find(self, connection_id: UUID, stream: str) -> str | None:
        row = await self._tx.fetchrow(
            """
            select cursor from claw.hint_cursor
            where tenant_id = $1 and connection_id = $2 and stream = $3
            """,
            self._tenant_id,
            connection_id,
            stream,
        )
        return None if row is None else row["cursor"]

    async def move(self, connection_id: UUID, stream: str, cursor: str, moved_at: datetime) -> None:
        await self._tx.execute(
            """
            insert into claw.hint_cursor (tenant_id, connection_id, stream, cursor, moved_at)
            values ($1, $2, $3, $4, $5)
            on conflict (tenant_id, connection_id, stream)
            do update set cursor = excluded.cursor, moved_at = excluded.moved_at
            """,
            self._tenant_id,
            connection_id,
            stream,
            cursor,
            moved_at,
        )

    async def forget(self, connection_id: UUID, stream: str) -> None:
        await self._tx.execute(
            """
            delete from claw.hint_cursor
            where tenant_id = $1 and connection_id = $2 and stream = $3
            """,
            self._tenant_id,
            connection_id,
            stream,
        )
