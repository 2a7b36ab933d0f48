"""The only way to the data: a transaction that belongs to one tenant, or to the platform.

The tenant is set by ``set local`` as a transaction's first statement and ends
with it, so a pooled connection never carries one tenant into the next one's work.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self
from uuid import UUID

import asyncpg

from claw.core.errors import TenantMissing
from claw.store.trouble import server_trouble, told, where

Row = asyncpg.Record
_CONNECT_SECONDS = 10
_COMMAND_SECONDS = 120

RESET = "reset all"
"""What is taken back with each transaction's end. Session locks, cursors that outlive a
transaction and LISTEN are not for this pool: looking for them cost a third of an empty one.
"""


class Transaction:
    """One open transaction. Statements are parameterised; values never join the text."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, *values: object) -> list[Row]:
        """All rows of a statement."""
        return await self._connection.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: object) -> Row | None:
        """The first row, or None."""
        return await self._connection.fetchrow(sql, *values)

    async def fetchval(self, sql: str, *values: object) -> object:
        """The first value of the first row, or None."""
        return await self._connection.fetchval(sql, *values)

    async def execute(self, sql: str, *values: object) -> None:
        """Run a statement for its effect."""
        await self._connection.execute(sql, *values)

    async def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run a statement once for each row of values."""
        await self._connection.executemany(sql, rows)

    async def copy(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> None:
        """Fill a temporary table; COPY cannot write into tables under row security."""
        await self._connection.copy_records_to_table(
            table, records=rows, columns=columns, schema_name="pg_temp"
        )


class Pool:
    """Connections of one application role, opened when first used."""

    def __init__(self, url: str, *, largest: int = 10) -> None:
        self._url = url
        self._place = where(url)
        self._largest = largest
        self._pool: asyncpg.Pool | None = None

    async def __aenter__(self) -> Self:
        with told(self._place):
            self._pool = await asyncpg.create_pool(
                self._url,
                min_size=0,
                max_size=self._largest,
                timeout=_CONNECT_SECONDS,
                command_timeout=_COMMAND_SECONDS,
                server_settings={"application_name": "claw"},
                reset=_is_reset,
            )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    def abort(self) -> None:
        """Drop every connection at once and for good, as a process that is killed does."""
        if self._pool is not None:
            self._pool.terminate()

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID | None) -> AsyncGenerator[Transaction]:
        """A transaction that sees and writes one tenant's rows.

        Raises:
            TenantMissing: before any SQL.
        """
        async with self._transaction(f"begin; {_belonging_to(tenant_id)}") as transaction:
            yield transaction

    @asynccontextmanager
    async def reading(self, tenant_id: UUID | None) -> AsyncGenerator[Transaction]:
        """A transaction that only reads, and sees one moment whatever others commit.

        Raises:
            TenantMissing: before any SQL.
        """
        begin = f"begin isolation level repeatable read read only; {_belonging_to(tenant_id)}"
        async with self._transaction(begin) as transaction:
            yield transaction

    @asynccontextmanager
    async def platform(self) -> AsyncGenerator[Transaction]:
        """A transaction over the installation's own tables; it sees no tenant's rows."""
        async with self._transaction("begin") as transaction:
            yield transaction

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncGenerator[Transaction]:
        if self._pool is None:
            raise RuntimeError("the pool is not open")
        # What goes wrong inside is the caller's unless the server itself says so: a file
        # or a vendor that cannot be reached is no trouble of the database.
        with server_trouble(self._place):
            async with AsyncExitStack() as stack:
                with told(self._place):
                    connection = await stack.enter_async_context(self._pool.acquire())
                    await stack.enter_async_context(_begun(connection, begin))
                yield Transaction(connection)


@asynccontextmanager
async def _begun(connection: asyncpg.Connection, begin: str) -> AsyncGenerator[None]:
    """A transaction that costs one round trip at either end.

    Work is mostly small transactions, and most of what they cost is waiting for the server.
    The session's settings go with the end of the transaction, not in a statement more.
    """
    try:
        await connection.execute(begin)
        yield
        await connection.execute(f"commit; {RESET}")
    except BaseException:
        try:
            # A session that is gone says so here, whatever its last statement made of it.
            await connection.execute(f"rollback; {RESET}")
        except BaseException:
            # Cancelled once more: nobody knows what the session was left with.
            connection.terminate()
            raise
        raise


async def _is_reset(connection: asyncpg.Connection) -> None:
    """Nothing is left to be taken back when a connection returns to the pool."""


def _belonging_to(tenant_id: UUID | None) -> str:
    """The statement that gives a transaction its tenant.

    It goes with the beginning, which takes no parameters: nothing but a UUID's own digits
    gets into it. A call of ``set_config`` would be planned anew for every transaction.

    Raises:
        TenantMissing: when there is none.
    """
    if tenant_id is None:
        raise TenantMissing
    return f"set local app.tenant_id = '{UUID(int=tenant_id.int)}'"
