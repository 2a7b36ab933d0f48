"""Indirect ways to another tenant's rows: keys, COPY, locks, functions, sequences.

Everything is found in the catalog. Each probe returns what it got out, in words; a probe
that is answered the same for the victim's value and for a value that exists nowhere
learns nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import product
from uuid import UUID, uuid4

import asyncpg

from claw_testing.isolation_catalog import tenant_tables

_COPY_REFUSED = ("0A000", "42501")
_DENIED = "42501"


@asynccontextmanager
async def acting_as(connection: asyncpg.Connection, tenant_id: UUID | None) -> AsyncIterator[None]:
    """A transaction with that tenant that leaves nothing behind."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        if tenant_id is not None:
            await connection.execute("select set_config('app.tenant_id', $1, true)", str(tenant_id))
        yield
    finally:
        await transaction.rollback()


async def answer(
    connection: asyncpg.Connection, tenant_id: UUID | None, statement: str
) -> tuple[str | None, str]:
    """What the server says to one statement: its SQLSTATE or None, and its result as text."""
    async with acting_as(connection, tenant_id):
        try:
            return None, str(await connection.fetch(statement))
        except asyncpg.PostgresError as error:
            return error.sqlstate, str(error)


async def probe_keys(
    superuser: asyncpg.Connection, connection: asyncpg.Connection, victim: UUID, attacker: UUID
) -> list[str]:
    """Take the victim's rows as one's own, key by key, as the attacker.

    A unique key must not answer that the value is taken (23505, or ON CONFLICT skipping
    it), a foreign key must not accept a parent that only the victim has, nor refuse it
    otherwise than one that nobody has.
    """
    found: list[str] = []
    for table in await tenant_tables(superuser):
        columns = await _columns(superuser, table)
        own = ", ".join(f"'{attacker}'" if c == "tenant_id" else f'"{c}"' for c in columns)
        names = ", ".join(f'"{c}"' for c in columns)
        rows = await superuser.fetch(f"select {own} from claw.{table} where tenant_id = $1", victim)
        for row in rows:
            values = ", ".join([await _literal(superuser, value) for value in row])
            insert = f"insert into claw.{table} ({names}) values ({values})"
            state, said = await answer(connection, attacker, insert)
            if state == "23505" and not await _one_row_each(superuser, table):
                found.append(f"{table}: a unique key tells that a value is taken: {said}")
            if state is None and await _points_elsewhere(superuser, table):
                found.append(f"{table}: a row may refer to another tenant's row")
            state, said = await answer(
                connection, attacker, f"{insert} on conflict do nothing returning 1"
            )
            if state is None and said == "[]" and not await _one_row_each(superuser, table):
                found.append(f"{table}: ON CONFLICT tells that a value is taken")
    return found


async def probe_copy(
    superuser: asyncpg.Connection,
    connection: asyncpg.Connection,
    victim: UUID,
    attacker: UUID | None,
) -> list[str]:
    """COPY out must show no row of the victim, COPY in must be refused."""
    found: list[str] = []
    for table in await tenant_tables(superuser):
        taken: list[bytes] = []

        async def keep(data: bytes, into: list[bytes] = taken) -> None:
            into.append(data)

        async with acting_as(connection, attacker):
            with suppress(asyncpg.InsufficientPrivilegeError):
                await connection.copy_from_table(table, schema_name="claw", output=keep)
        if str(victim).encode() in b"".join(taken):
            found.append(f"{table}: COPY shows another tenant's rows")
        async with acting_as(connection, attacker):
            try:
                await connection.copy_records_to_table(
                    table, schema_name="claw", columns=["tenant_id"], records=[(victim,)]
                )
            except asyncpg.PostgresError as error:
                if error.sqlstate not in _COPY_REFUSED:
                    found.append(f"{table}: COPY got as far as {error.sqlstate}")
            else:
                found.append(f"{table}: COPY wrote another tenant's row")
    return found


async def probe_functions(connection: asyncpg.Connection, victim: UUID, mark: str) -> list[str]:
    """Call every function that the role may call, with the victim's values among others."""
    found: list[str] = []
    functions = await connection.fetch(
        """
        select p.oid::regprocedure::text as signature, n.nspname || '.' || p.proname as name,
               array(select format_type(t, null)
                     from unnest(p.proargtypes) with ordinality a (t, n) order by n) as types
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and p.prokind in ('f', 'p') and p.prorettype <> 'trigger'::regtype
          and has_function_privilege(p.oid, 'execute')
        """
    )
    for function in functions:
        for values in product(*(_fuzz(kind, victim, mark) for kind in function["types"])):
            call = f"select {function['name']}({', '.join(values)})"
            for tenant_id in (None, uuid4()):
                state, said = await answer(connection, tenant_id, call)
                if mark in said:
                    found.append(f"{function['signature']}: tells of another tenant: {said}")
                if state is not None and state.startswith("XX"):
                    found.append(f"{function['signature']}: broke: {said}")
    return found


async def probe_rights(
    superuser: asyncpg.Connection, connection: asyncpg.Connection, attacker: UUID
) -> list[str]:
    """TRUNCATE, DDL, other roles, sequences and platform tables' forbidden verbs are denied."""
    statements = [
        "set role claw_owner",
        "set role claw_platform",
        "create table public.mine (a int)",
        "create table claw.mine (a int)",
        "create function claw.mine() returns int language sql as 'select 1'",
        "delete from claw.tenant",
        f"update claw.tenant set tenant_id = '{attacker}'",
        "update claw.tenant set slug = 'taken'",
        "select * from claw.rate_budget",
        "insert into claw.rate_budget values ('\\x00', '1s', '{}')",
        "delete from claw.migration",
        "update claw.migration set checksum = ''",
        "select claw.govern('claw.tenant')",
        "select claw.entrust('claw.govern(regclass, boolean)')",
        "select claw.show_to_platform('claw.tenant', 'slug')",
    ]
    for table in await tenant_tables(superuser):
        statements += [
            f"truncate claw.{table}",
            f"alter table claw.{table} disable row level security",
            f"alter table claw.{table} no force row level security",
            f"drop policy only_own_rows on claw.{table}",
            f"create policy mine on claw.{table} using (true)",
        ]
    sequences = await superuser.fetch(
        """
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace
        where relkind = 'S' and nspname !~ '^pg_' and nspname <> 'information_schema'
        """
    )
    statements += [f"select last_value from {row[0]}" for row in sequences]
    found: list[str] = []
    for statement in statements:
        state, said = await answer(connection, attacker, statement)
        if state != _DENIED:
            found.append(f"{statement}: {state} {said}")
    return found


async def probe_row_security_off(
    superuser: asyncpg.Connection, connection: asyncpg.Connection, victim: UUID, attacker: UUID
) -> list[str]:
    """Asking for row security to be off is an error, never a wider answer."""
    found: list[str] = []
    for table in await tenant_tables(superuser):
        async with acting_as(connection, attacker):
            await connection.execute("set local row_security = off")
            try:
                rows = await connection.fetch(
                    f"select 1 from claw.{table} where tenant_id = $1", victim
                )
            except asyncpg.InsufficientPrivilegeError:
                continue
            if rows:
                found.append(f"{table}: row_security = off showed {len(rows)} rows")
    return found


async def _columns(connection: asyncpg.Connection, table: str) -> list[str]:
    rows = await connection.fetch(
        """
        select attname from pg_attribute where attrelid = ('claw.' || $1)::regclass
          and attnum > 0 and not attisdropped and attgenerated = '' order by attnum
        """,
        table,
    )
    return [row["attname"] for row in rows]


async def _literal(connection: asyncpg.Connection, value: object) -> str:
    """A value as an SQL literal, quoted by the server."""
    return await connection.fetchval(
        "select quote_nullable($1::text)", await _text(connection, value)
    )


async def _text(connection: asyncpg.Connection, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, list):
        return await connection.fetchval("select ($1::text[])::text", [str(v) for v in value])
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _points_elsewhere(connection: asyncpg.Connection, table: str) -> bool:
    """Whether the table has a foreign key to a row other than the tenant itself."""
    return bool(
        await connection.fetchval(
            """
            select exists (
                select from pg_constraint c where c.conrelid = ('claw.' || $1)::regclass
                and c.contype = 'f' and c.confrelid <> 'claw.tenant'::regclass
                -- All columns of the key are required: else the row may not have used it.
                and not exists (select from pg_attribute a where a.attrelid = c.conrelid
                                and a.attnum = any (c.conkey) and not a.attnotnull))
            """,
            table,
        )
    )


async def _one_row_each(connection: asyncpg.Connection, table: str) -> bool:
    """Whether the tenant alone is the table's key: only its own row can be in the way."""
    return bool(
        await connection.fetchval(
            """
            select bool_and(i.indnkeyatts = 1 and a.attname = 'tenant_id')
            from pg_index i
            join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
            where i.indrelid = ('claw.' || $1)::regclass and i.indisunique
            """,
            table,
        )
    )


def _fuzz(kind: str, victim: UUID, mark: str) -> list[str]:
    """SQL literals of a type: nothing, the victim's, the extreme."""
    match kind:
        case "uuid":
            values = [f"'{victim}'", f"'{UUID(int=0)}'"]
        case "bytea":
            values = ["'\\x'", f"'{mark}'::bytea", "sha256('x')"]
        case "integer" | "bigint" | "smallint":
            values = ["0", "-1", "1", "32767"]
        case "text" | "character varying" | "name":
            values = ["''", f"'{mark}'", "'%'", "''';--'"]
        case "timestamp with time zone" | "timestamp without time zone" | "date":
            values = ["'-infinity'", "'infinity'", "'2026-03-02'"]
        case "interval":
            values = ["'0'", "'-1 day'"]
        case "boolean":
            values = ["true", "false"]
        case "jsonb" | "json":
            values = ["'{}'", "'null'"]
        case _:
            values = []
    return [f"null::{kind}", *(f"{value}::{kind}" for value in values)]
