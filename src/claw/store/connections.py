"""SQL of connections and their sealed secrets. Every statement names its tenant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from asyncpg import Record

from claw.ports.connection_store import Connection, Facts, Removal
from claw.ports.reconnect_store import ReconnectTask
from claw.store.tenancy import Transaction

_COLUMNS = (
    "connection_id, name, connector, settings, status, paused_reason, facts, created_at, "
    "status_by, status_at, removal, "
    "(select (t.reason, t.opened_at) from claw.reconnect_task t"
    " where t.tenant_id = connection.tenant_id"
    " and t.connection_id = connection.connection_id and t.closed_at is null) as reconnect"
)


class PostgresConnections:
    """``ConnectionStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def add(self, connection: Connection) -> bool:
        inserted = await self._tx.fetchval(
            """
            insert into claw.connection (tenant_id, connection_id, name, connector, settings,
                                         status, paused_reason, facts, created_at,
                                         changed_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
            on conflict (tenant_id, name) do nothing
            returning true
            """,
            self._tenant_id,
            connection.connection_id,
            connection.name,
            connection.connector,
            _json(connection.settings),
            connection.status,
            connection.paused_reason,
            None if connection.facts is None else _json(connection.facts),
            connection.created_at,
        )
        return inserted is True

    async def find(self, name: str) -> Connection | None:
        row = await self._tx.fetchrow(
            f"select {_COLUMNS} from claw.connection where tenant_id = $1 and name = $2",
            self._tenant_id,
            name,
        )
        return None if row is None else _connection(row)

    async def list(self, *, removed: bool = False) -> Sequence[Connection]:
        rows = await self._tx.fetch(
            f"""
            select {_COLUMNS} from claw.connection
            where tenant_id = $1 and ($2::boolean or status <> 'removed')
            order by name collate "C"
            """,
            self._tenant_id,
            removed,
        )
        return [_connection(row) for row in rows]

    async def keep_present(self, connection_id: UUID) -> bool:
        present = await self._tx.fetchval(
            """
            select true from claw.connection
            where tenant_id = $1 and connection_id = $2 and status <> 'removed' for share
            """,
            self._tenant_id,
            connection_id,
        )
        return present is True

    async def lock(self, connection_id: UUID) -> Connection:
        row = await self._tx.fetchrow(
            f"""
            select {_COLUMNS} from claw.connection
            where tenant_id = $1 and connection_id = $2 for update
            """,
            self._tenant_id,
            connection_id,
        )
        if row is None:
            raise LookupError("a connection is never deleted")
        return _connection(row)

    async def remove(self, connection_id: UUID, removal: Removal, *, by: str, at: datetime) -> int:
        destroyed = await self._tx.fetch(
            """
            delete from claw.connection_secret where tenant_id = $1 and connection_id = $2
            returning name
            """,
            self._tenant_id,
            connection_id,
        )
        await self._tx.execute(
            """
            update claw.connection
            set status = 'removed', removal = $3, status_by = $4, status_at = $5,
                paused_reason = null,
                settings = case when $3 = 'with_data' then '{}' else settings end,
                facts = case when $3 = 'with_data' then null else facts end
            where tenant_id = $1 and connection_id = $2
            """,
            self._tenant_id,
            connection_id,
            removal,
            by,
            at,
        )
        return len(destroyed)

    async def save_settings(
        self, connection_id: UUID, settings: Mapping[str, str], *, at: datetime
    ) -> None:
        await self._tx.execute(
            """
            update claw.connection set settings = $3, changed_at = $4
            where tenant_id = $1 and connection_id = $2 and status <> 'removed'
            """,
            self._tenant_id,
            connection_id,
            _json(settings),
            at,
        )

    async def save_facts(self, connection_id: UUID, facts: Facts) -> None:
        await self._tx.execute(
            """
            update claw.connection set facts = $3
            where tenant_id = $1 and connection_id = $2 and status <> 'removed'
            """,
            self._tenant_id,
            connection_id,
            _json(facts),
        )

    async def set_status(
        self,
        connection_id: UUID,
        status: Literal["active", "paused"],
        reason: str | None,
        *,
        by: str,
        at: datetime,
    ) -> None:
        await self._tx.execute(
            """
            update claw.connection
            set status = $3, paused_reason = $4, status_by = $5, status_at = $6
            where tenant_id = $1 and connection_id = $2 and status <> 'removed'
            """,
            self._tenant_id,
            connection_id,
            status,
            reason,
            by,
            at,
        )

    async def put_secret(
        self, connection_id: UUID, name: str, sealed: bytes, *, at: datetime
    ) -> None:
        await self._tx.execute(
            """
            update claw.connection set changed_at = $3
            where tenant_id = $1 and connection_id = $2
            """,
            self._tenant_id,
            connection_id,
            at,
        )
        await self._tx.execute(
            """
            insert into claw.connection_secret (tenant_id, connection_id, name, sealed)
            values ($1, $2, $3, $4)
            on conflict (tenant_id, connection_id, name) do update set sealed = excluded.sealed
            """,
            self._tenant_id,
            connection_id,
            name,
            sealed,
        )

    async def drop_secret(self, connection_id: UUID, name: str) -> None:
        await self._tx.execute(
            """
            delete from claw.connection_secret
            where tenant_id = $1 and connection_id = $2 and name = $3
            """,
            self._tenant_id,
            connection_id,
            name,
        )

    async def sealed_secrets(self, connection_id: UUID) -> Mapping[str, bytes]:
        rows = await self._tx.fetch(
            """
            select name, sealed from claw.connection_secret
            where tenant_id = $1 and connection_id = $2 order by name collate "C"
            """,
            self._tenant_id,
            connection_id,
        )
        return {row["name"]: row["sealed"] for row in rows}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode("utf-8")


def _connection(row: Record) -> Connection:
    facts, task = row["facts"], row["reconnect"]
    return Connection(
        connection_id=row["connection_id"],
        name=row["name"],
        connector=row["connector"],
        settings=msgspec.json.decode(row["settings"], type=dict[str, str]),
        status=row["status"],
        paused_reason=row["paused_reason"],
        facts=None if facts is None else msgspec.json.decode(facts, type=Facts),
        created_at=row["created_at"],
        status_by=row["status_by"],
        status_at=row["status_at"],
        removal=row["removal"],
        reconnect=None if task is None else ReconnectTask(reason=task[0], opened_at=task[1]),
    )
