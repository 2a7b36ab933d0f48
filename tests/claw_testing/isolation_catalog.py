"""What the catalog says of isolation: every relation, policy, key, function and role.

Nothing here names a table: whatever a migration adds tomorrow is looked at tomorrow.
``static_holes`` reads, ``attack`` tries; each returns what is wrong, in words.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from uuid import UUID, uuid4

import asyncpg

POLICY = (
    "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), "
    "''::text))::uuid AS \"nullif\"))"
)
APPLICATION_ROLES = ("claw_app", "claw_worker")


@dataclass(frozen=True)
class Listed:
    """The reviewed list of what belongs to no tenant."""

    tables: frozenset[str]
    functions: frozenset[str]
    shown: Mapping[str, frozenset[str]]
    """Columns of tenants' tables that ``claw_platform`` sees, by table."""
    schemas: frozenset[str]


def listed() -> Listed:
    """``platform_tables.toml``."""
    text = resources.files("claw.store").joinpath("platform_tables.toml").read_text()
    document = tomllib.loads(text)
    return Listed(
        tables=frozenset(document["tables"]),
        functions=frozenset(document["functions"]),
        shown={table: frozenset(columns) for table, columns in document["shown"].items()},
        schemas=frozenset(document["schemas"]),
    )


async def tenant_tables(connection: asyncpg.Connection) -> list[str]:
    """Every table and partition of ours that is not listed as the platform's."""
    rows = await connection.fetch(
        """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'claw' and c.relkind in ('r', 'p') order by 1
        """
    )
    return [row["relname"] for row in rows if row["relname"] not in listed().tables]


async def static_holes(connection: asyncpg.Connection) -> list[str]:
    """What the catalog itself shows to be wrong."""
    holes: list[str] = []
    for name in await tenant_tables(connection):
        holes += await _table_holes(connection, name)
    holes += await _object_holes(connection)
    holes += await _role_holes(connection)
    return holes


async def _table_holes(connection: asyncpg.Connection, name: str) -> list[str]:
    holes: list[str] = []
    table = f"claw.{name}"
    row = await connection.fetchrow(
        """
        select relrowsecurity, relforcerowsecurity, relispartition,
               (select attnotnull from pg_attribute
                where attrelid = c.oid and attname = 'tenant_id' and not attisdropped) as not_null
        from pg_class c where c.oid = $1::regclass
        """,
        table,
    )
    assert row is not None
    if not (row["relrowsecurity"] and row["relforcerowsecurity"]):
        holes.append(f"{name}: row security is not enabled and forced")
    if row["not_null"] is not True:
        holes.append(f"{name}: has no tenant_id that is not null")
    policies = await connection.fetch(
        "select * from pg_policies where schemaname = 'claw' and tablename = $1", name
    )
    own = [p for p in policies if set(p["roles"]) & {*APPLICATION_ROLES, "public"}]
    if row["relispartition"]:
        grants = await _grants(connection, table)
        if own or grants:
            holes.append(f"{name}: a partition is reached past its parent")
    elif len(own) != 1 or not _is_the_policy(own[0]):
        holes.append(f"{name}: does not have the one policy")
    holes += [
        f"{name}: the key {r['conname']} does not carry the tenant"
        for r in await connection.fetch(
            """
            select conname from pg_constraint
            where conrelid = $1::regclass and contype = 'f'
              and not (array(select attname::text from pg_attribute
                             where attrelid = conrelid and attnum = any(conkey))
                       @> array['tenant_id'])
            """,
            table,
        )
    ]
    holes += [
        f"{name}: the unique index {r['name']} does not carry the tenant"
        for r in await connection.fetch(
            """
            select indexrelid::regclass::text as name from pg_index
            where indrelid = $1::regclass and indisunique
              and not exists (select from pg_attribute
                              where attrelid = indrelid and attnum = any(indkey)
                                and attname = 'tenant_id')
            """,
            table,
        )
    ]
    for grant in await _grants(connection, table):
        if grant not in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            holes.append(f"{name}: an application role has {grant}")
    return holes


def _is_the_policy(policy: asyncpg.Record) -> bool:
    return (
        policy["permissive"] == "PERMISSIVE"
        and policy["cmd"] == "ALL"
        and set(policy["roles"]) == set(APPLICATION_ROLES)
        and policy["qual"] == POLICY
        and policy["with_check"] == POLICY
    )


async def _grants(connection: asyncpg.Connection, table: str) -> set[str]:
    rows = await connection.fetch(
        """
        select distinct a.privilege_type as what
        from pg_class c, aclexplode(c.relacl) a
        left join pg_roles r on r.oid = a.grantee
        where c.oid = $1::regclass and coalesce(r.rolname, 'public') = any($2::text[])
        """,
        table,
        [*APPLICATION_ROLES, "public"],
    )
    return {row["what"] for row in rows}


async def _object_holes(connection: asyncpg.Connection) -> list[str]:
    """Views, materialised views, sequences and functions."""
    holes: list[str] = []
    relations = await connection.fetch(
        """
        select c.oid::regclass::text as name, c.relkind::text as kind,
               coalesce(array_to_string(c.reloptions, ','), '') as options
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('claw', 'public') and c.relkind in ('v', 'm', 'S')
        """
    )
    for row in relations:
        grants = await _grants(connection, row["name"])
        if row["kind"] == "v" and "security_invoker=true" not in row["options"]:
            holes.append(f"{row['name']}: a view reads with its owner's eyes")
        if row["kind"] in ("m", "S") and grants:
            holes.append(f"{row['name']}: is outside row security and granted")
    functions = await connection.fetch(
        """
        select p.oid::regprocedure::text as name, p.prosecdef, r.rolname as owner,
               coalesce(array_to_string(p.proconfig, ','), '') as config
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        join pg_roles r on r.oid = p.proowner
        where n.nspname in ('claw', 'public')
          and (has_function_privilege('claw_app', p.oid, 'execute')
               or has_function_privilege('claw_worker', p.oid, 'execute'))
        """
    )
    for row in functions:
        name = str(row["name"])
        if not row["prosecdef"]:
            continue
        if name.removeprefix("claw.") not in {f.removeprefix("claw.") for f in listed().functions}:
            holes.append(f"{name}: an unlisted function runs with its owner's rights")
        if row["owner"] != "claw_platform" or "search_path=pg_catalog" not in row["config"]:
            holes.append(f"{name}: a definer function is not claw_platform's with a fixed path")
    return holes


async def _role_holes(connection: asyncpg.Connection) -> list[str]:
    holes = [
        f"{r['rolname']}: may see past row security"
        for r in await connection.fetch(
            """
            select rolname from pg_roles where rolname like 'claw%'
              and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
            """
        )
    ]
    holes += [
        f"{r['member']}: is a member of {r['role']}"
        for r in await connection.fetch(
            """
            select m.rolname as member, g.rolname as role
            from pg_auth_members a join pg_roles m on m.oid = a.member
            join pg_roles g on g.oid = a.roleid
            where m.rolname = any($1::text[])
            """,
            list(APPLICATION_ROLES),
        )
    ]
    return holes


async def seed(connection: asyncpg.Connection, tenant_id: UUID, mark: str) -> list[str]:
    """One row in every tenant table, in the order of their keys, made from column types.

    ``connection`` is a superuser's. Returns what could not be seeded: a hole by itself,
    for a table that cannot be seeded is not attacked.
    """
    trouble: list[str] = []
    left = await tenant_tables(connection)
    for _ in range(len(left) + 1):
        remaining: list[str] = []
        errors: dict[str, str] = {}
        for name in left:
            try:
                await _seed_row(connection, name, tenant_id, mark)
            except asyncpg.PostgresError as error:
                remaining.append(name)
                errors[name] = f"{name}: cannot be seeded: {error}"
        trouble = list(errors.values())
        if not remaining or len(remaining) == len(left):
            break
        left = remaining
    return trouble


async def _seed_row(connection: asyncpg.Connection, name: str, tenant_id: UUID, mark: str) -> None:
    columns = await connection.fetch(
        """
        select a.attname, a.attnotnull, format_type(a.atttypid, null) as type,
               (select string_agg(pg_get_constraintdef(c.oid), ' ') from pg_constraint c
                where c.conrelid = a.attrelid and c.contype = 'c' and a.attnum = any(c.conkey))
                   as checks
        from pg_attribute a
        where a.attrelid = ('claw.' || $1)::regclass and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = ''
        order by a.attnum
        """,
        name,
    )
    values: list[object] = []
    for column in columns:
        known = await _referred(connection, name, column["attname"], tenant_id)
        if column["attname"] == "tenant_id":
            values.append(tenant_id)
        elif known is not None:
            values.append(known)
        else:
            values.append(await _value(connection, column, mark))
    optional = [i for i, c in enumerate(columns) if c["checks"] and not c["attnotnull"]]
    choices = [
        set(empty) for size in range(len(optional) + 1) for empty in combinations(optional, size)
    ]
    for last, empty in enumerate(choices, 1):
        # A check over several columns admits only some of them together.
        tried = [None if i in empty else value for i, value in enumerate(values)]
        try:
            await _insert(connection, name, columns, tried)
        except asyncpg.CheckViolationError:
            if last == len(choices):
                raise
        else:
            return


async def _insert(
    connection: asyncpg.Connection,
    name: str,
    columns: list[asyncpg.Record],
    values: list[object],
) -> None:
    names = ", ".join(f'"{c["attname"]}"' for c in columns)
    places = ", ".join(f"${i}::text::{c['type']}" for i, c in enumerate(columns, 1))
    await connection.execute(
        f"insert into claw.{name} ({names}) values ({places})",
        *[v if v is None else str(v) for v in values],
    )


async def _referred(
    connection: asyncpg.Connection, name: str, column: str, tenant_id: UUID
) -> object:
    """The value a foreign key needs: the tenant's own row in the table it points to."""
    if column == "tenant_id":
        return None
    row = await connection.fetchrow(
        """
        select c.confrelid::regclass::text as target,
               (select attname from pg_attribute
                where attrelid = c.confrelid
                  and attnum = c.confkey[array_position(c.conkey, a.attnum)]) as far
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid
        where c.contype = 'f' and c.conrelid = ('claw.' || $1)::regclass
          and a.attname = $2 and a.attnum = any(c.conkey)
        limit 1
        """,
        name,
        column,
    )
    if row is None:
        return None
    return await connection.fetchval(
        f"select {row['far']}::text from {row['target']} where tenant_id = $1 limit 1", tenant_id
    )


async def _value(connection: asyncpg.Connection, column: asyncpg.Record, mark: str) -> object:
    """A value of the column's type that its checks admit."""
    checks = column["checks"] or ""
    if "ARRAY['" in checks:
        return checks.split("ARRAY['")[1].split("'")[0]
    if "sha256" in checks or column["attname"].endswith("_hash") or column["attname"] == "tree":
        return "sha256:" + (mark * 64)[:64].encode().hex()[:64]
    match str(column["type"]):
        case "uuid":
            return uuid4()
        case "text":
            return f"seed-{mark}"
        case "boolean":
            return "false"
        case "jsonb":
            return "{}"
        case "date":
            return "2026-11-25"
        case "bytea":
            return "\\x00"
        case "timestamp with time zone":
            return "2026-11-25T00:00:00Z"
        case "timestamp without time zone":
            return "2026-11-25T00:00:00"
        case "bigint":
            # Another one for each tenant: a number that both have tells nothing.
            return str(sum(mark.encode()))
        case _:
            return "1"


async def fingerprint(connection: asyncpg.Connection, tenant_id: UUID) -> dict[str, str]:
    """A hash of a tenant's rows in every table; ``connection`` is a superuser's."""
    found: dict[str, str] = {}
    for name in await tenant_tables(connection):
        has_tenant = await connection.fetchval(
            """
            select exists (select from pg_attribute where attrelid = ('claw.' || $1)::regclass
                           and attname = 'tenant_id' and not attisdropped)
            """,
            name,
        )
        if has_tenant:
            found[name] = await connection.fetchval(
                f"select md5(string_agg(t::text, '|' order by t::text)) from claw.{name} t"
                " where tenant_id = $1",
                tenant_id,
            )
    return found


async def attack(connection: asyncpg.Connection, victim: UUID, attacker: UUID | None) -> list[str]:
    """Try everything on every relation as ``attacker`` (None: no tenant set)."""
    holes: list[str] = []
    relations = await connection.fetch(
        """
        select c.relname, c.oid::regclass::text as name, c.relkind::text as kind
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('claw', 'public') and c.relkind in ('r', 'p', 'v', 'm')
        order by 1
        """
    )
    for relation in relations:
        if relation["relname"] in listed().tables:
            continue
        for label, statement in _statements(relation["name"], relation["kind"], victim):
            rows = await _try(connection, attacker, statement)
            if rows:
                holes.append(f"{relation['relname']}: {label} as another saw or changed {rows}")
        if relation["kind"] in ("r", "p"):
            holes += await _forge(connection, relation["name"], victim, attacker)
    return holes


def _statements(name: str, kind: str, victim: UUID) -> list[tuple[str, str]]:
    theirs = f"tenant_id = '{victim}'"
    found = [
        ("select by tenant", f"select 1 from {name} t where t::text like '%{victim}%'"),
        ("copy", f"select 1 from (table {name}) t where t::text like '%{victim}%'"),
    ]
    if kind in ("r", "p"):
        found += [
            ("update", f"update {name} set tenant_id = tenant_id where {theirs} returning 1"),
            ("delete", f"delete from {name} where {theirs} returning 1"),
        ]
    return found


async def _try(connection: asyncpg.Connection, attacker: UUID | None, statement: str) -> int:
    """Run one statement as ``attacker`` and undo it; how many rows it saw or changed."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        if attacker is not None:
            await connection.execute("select set_config('app.tenant_id', $1, true)", str(attacker))
        return len(await connection.fetch(statement))
    except asyncpg.PostgresError:
        return 0
    finally:
        await transaction.rollback()


async def _forge(
    connection: asyncpg.Connection, name: str, victim: UUID, attacker: UUID | None
) -> list[str]:
    """Insert a row that says it is the victim's: must be refused by row security itself."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        if attacker is not None:
            await connection.execute("select set_config('app.tenant_id', $1, true)", str(attacker))
        await connection.execute(f"insert into {name} (tenant_id) values ($1)", victim)
    except asyncpg.InsufficientPrivilegeError:
        return []
    except asyncpg.PostgresError as error:
        # Any other refusal came after row security had let it pass.
        return [f"{name}: a forged row got past row security ({error.sqlstate})"]
    finally:
        await transaction.rollback()
    return [f"{name}: a forged row was taken"]
