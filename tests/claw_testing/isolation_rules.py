"""What must be true of every object in the catalog, whoever adds it.

Each rule is one query for what breaks it. Objects are found by looking, so a table that is
added tomorrow is held to the rules without anybody listing it here.
"""

import re
from dataclasses import dataclass

import asyncpg

from claw_testing.isolation_catalog import Listed

APPLICATION_ROLES = ("claw_app", "claw_worker")
CLAW_ROLES = ("claw_owner", *APPLICATION_ROLES, "claw_platform")

# The only policy text, as the design states it, and as PostgreSQL writes it back.
POLICY = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)"
_POLICY_IN_CATALOG = (
    "(tenant_id = ( SELECT (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid"
    ' AS "nullif"))'
)

# Ours are all schemas that are not the server's own, nor of a part that knows no tenants.
OURS = (
    "n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not is_listed_schema(n.nspname)"
)


@dataclass(frozen=True)
class Grants:
    """What the application roles and claw_platform may do with a platform table."""

    application: frozenset[str] = frozenset()
    update_columns: frozenset[str] = frozenset()
    platform: frozenset[str] = frozenset()


NOTHING = Grants()
PLATFORM_GRANTS = {
    "migration": Grants(application=frozenset({"SELECT"})),
    # A tenant is never deleted, re-keyed or given another slug by the application; whoever
    # looks for work across tenants sees which are active, and their zones.
    "tenant": Grants(
        application=frozenset({"SELECT", "INSERT", "UPDATE"}),
        platform=frozenset({"SELECT"}),
        update_columns=frozenset(
            {"name", "zone", "country", "locale", "vertical", "status", "region"}
        ),
    ),
    # Reached through claw.take_rate alone.
    "rate_budget": Grants(platform=frozenset({"SELECT", "INSERT", "UPDATE"})),
}

_GRANTED = """
    select array_agg(p) from unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',
        'REFERENCES', 'TRIGGER']) p
    where has_table_privilege($1, $2::regclass, p)
       or (p in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
           and has_any_column_privilege($1, $2::regclass, p))
"""
_UPDATABLE = """
    select array_agg(attname::text) from pg_attribute
    where attrelid = $2::regclass and attnum > 0 and not attisdropped
      and has_column_privilege($1, attrelid, attnum, 'update')
"""


_SELECTABLE = """
    select array_agg(attname::text) from pg_attribute
    where attrelid = $2::regclass and attnum > 0 and not attisdropped
      and has_column_privilege($1, attrelid, attnum, 'select')
"""


@dataclass(frozen=True)
class Finding:
    """``rule`` is broken by ``object``."""

    rule: str
    object: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.object}"


_TABLES = f"""
    select c.oid, c.oid::regclass::text as name, c.relname, c.relispartition, c.relkind,
           c.relrowsecurity and c.relforcerowsecurity as secured, n.nspname
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and {OURS}
"""

RULES: dict[str, str] = {
    "row security is enabled and forced": f"""
        select name from ({_TABLES}) t where not secured and not is_listed(nspname, relname)
    """,
    "tenant_id uuid not null": f"""
        select name from ({_TABLES}) t where not is_listed(nspname, relname) and not exists (
            select from pg_attribute a where a.attrelid = t.oid and a.attname = 'tenant_id'
            and a.attnotnull and a.atttypid = 'uuid'::regtype and not a.attisdropped)
    """,
    "a partition has no policy and no grants": f"""
        select name from ({_TABLES}) t where relispartition and (
            exists (select from pg_policy p where p.polrelid = t.oid)
            or exists (select from application_role r
                       where has_any_column_privilege(r.name, t.oid,
                             'select, insert, update, references')
                          or has_table_privilege(r.name, t.oid, 'delete, truncate, trigger')))
    """,
    "a foreign key carries tenant_id on both sides": f"""
        select t.name || '.' || f.conname from ({_TABLES}) t
        join pg_constraint f on f.conrelid = t.oid and f.contype = 'f'
        where not is_listed(nspname, relname) and not exists (
            select from unnest(f.conkey, f.confkey) as pair (here, there)
            join pg_attribute h on h.attrelid = f.conrelid and h.attnum = here
            join pg_attribute th on th.attrelid = f.confrelid and th.attnum = there
            where h.attname = 'tenant_id' and th.attname = 'tenant_id')
    """,
    "a unique index begins with tenant_id": f"""
        select i.indexrelid::regclass::text from ({_TABLES}) t
        join pg_index i on i.indrelid = t.oid and (i.indisunique or i.indisexclusion)
        left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
        where not is_listed(nspname, relname) and a.attname is distinct from 'tenant_id'
    """,
    "a view asks with its caller's rights": f"""
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'v' and {OURS}
          and not coalesce('security_invoker=true' = any (c.reloptions), false)
    """,
    "no materialized view or foreign table is readable": f"""
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        cross join application_role r
        where c.relkind in ('m', 'f') and {OURS}
          and has_any_column_privilege(r.name, c.oid, 'select')
    """,
    "a definer function is listed, pinned and owned by claw_platform": f"""
        select p.oid::regprocedure::text
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and {OURS} and exists (select from application_role r
              where has_function_privilege(r.name, p.oid, 'execute'))
          and not (is_listed_function(p.oid) and p.proowner::regrole::text = 'claw_platform'
                   and coalesce(p.proconfig @> '{{"search_path=pg_catalog, pg_temp"}}', false))
    """,
    "PUBLIC may execute nothing": f"""
        select p.oid::regprocedure::text
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where {OURS} and exists (
            select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
            where a.grantee = 0)
    """,
    "no privilege that row security does not bind": f"""
        select t.name || ' to ' || r.name from ({_TABLES}) t cross join application_role r
        where has_table_privilege(r.name, t.oid, 'truncate, trigger')
           or has_any_column_privilege(r.name, t.oid, 'references')
    """,
    "PUBLIC has no table": f"""
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {OURS} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          and exists (select from aclexplode(c.relacl) a where a.grantee = 0)
    """,
    "sequences are not readable": f"""
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        cross join application_role r
        where c.relkind = 'S' and {OURS} and has_sequence_privilege(r.name, c.oid, 'select')
    """,
    "application roles create nowhere": f"""
        select n.nspname from pg_namespace n cross join application_role r
        where {OURS} and has_schema_privilege(r.name, n.oid, 'create')
    """,
    "every object is owned by claw_owner": f"""
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where {OURS} and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
          and c.relowner::regrole::text <> 'claw_owner'
    """,
    "roles have no dangerous attribute": """
        select rolname from pg_roles
        where rolname in ('claw_owner', 'claw_app', 'claw_worker', 'claw_platform')
          and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
    """,
    "claw_platform cannot log in": """
        select rolname from pg_roles where rolname = 'claw_platform' and rolcanlogin
    """,
    "application roles are members of nothing": """
        select r.name || ' in ' || m.roleid::regrole from application_role r
        join pg_auth_members m on m.member = r.name::regrole
    """,
    "the platform role lends itself to the owner alone": """
        select m.member::regrole::text from pg_auth_members m
        where m.roleid = 'claw_platform'::regrole and m.member <> 'claw_owner'::regrole
          and not (select rolsuper from pg_roles where oid = m.member)
    """,
    "no extension is needed": "select extname from pg_extension where extname <> 'plpgsql'",
}


async def findings(connection: asyncpg.Connection, allowed: Listed) -> list[Finding]:
    """Everything that breaks a rule. Needs no right but to read the catalog."""
    found: list[Finding] = []
    for rule, query in RULES.items():
        rows = await connection.fetch(_with_lists(query, allowed))
        found += [Finding(rule, str(row[0])) for row in rows]
    found += await _policies(connection, allowed)
    found += await _platform_grants(connection, allowed)
    return found


def _with_lists(query: str, allowed: Listed) -> str:
    """Fill in the reviewed lists; names only, all from our own file."""
    tables = ", ".join(f"'{name}'" for name in allowed.tables) or "''"
    functions = ", ".join(f"'{name}'" for name in allowed.functions) or "''"
    query = _without_listed_schemas(query, allowed).replace(
        "is_listed(nspname, relname)", f"(nspname = 'claw' and relname in ({tables}))"
    )
    query = query.replace(
        "is_listed_function(p.oid)",
        "(n.nspname || '.' || p.proname"
        " || '(' || replace(oidvectortypes(p.proargtypes), ', ', ',') || ')'"
        f" in ({functions}))",
    )
    roles = ", ".join(f"('{role}')" for role in APPLICATION_ROLES)
    return f"with application_role (name) as (values {roles}) {query}"


def _without_listed_schemas(query: str, allowed: Listed) -> str:
    schemas = ", ".join(f"'{name}'" for name in sorted(allowed.schemas)) or "''"
    return query.replace("is_listed_schema(n.nspname)", f"n.nspname in ({schemas})")


async def _policies(connection: asyncpg.Connection, allowed: Listed) -> list[Finding]:
    rule = "the one policy, for all, for both application roles"
    tables = _without_listed_schemas(_TABLES, allowed)
    rows = await connection.fetch(
        f"""
        select t.name, t.relname, p.polname, p.polcmd::text as command, p.polpermissive,
               array(select r::regrole::text from unnest(p.polroles) r order by 1) as roles,
               pg_get_expr(p.polqual, p.polrelid) as sees,
               pg_get_expr(p.polwithcheck, p.polrelid) as writes,
               t.nspname = 'claw' and t.relname = any ($1::text[]) as listed
        from ({tables}) t left join pg_policy p on p.polrelid = t.oid
        where not t.relispartition
        """,
        list(allowed.tables),
    )
    found: list[Finding] = []
    governed: dict[str, int] = {row["name"]: 0 for row in rows if not row["listed"]}
    for row in rows:
        if row["polname"] is None:
            continue
        place = f"{row['name']}.{row['polname']}"
        if row["roles"] == ["claw_platform"]:
            sees = "SELECT" in PLATFORM_GRANTS.get(row["relname"], NOTHING).platform
            if not sees and (row["relname"] not in allowed.shown or row["command"] != "r"):
                found.append(Finding("claw_platform looks only where it is listed", place))
        elif row["listed"] or not _is_the_policy(row):
            found.append(Finding(rule, place))
        else:
            governed[row["name"]] += 1
    found += [Finding(rule, f"{name} has {n}") for name, n in governed.items() if n != 1]
    return found


def _is_the_policy(row: asyncpg.Record) -> bool:
    def flat(text: str | None) -> str:
        return re.sub(r"\s+", "", text or "")

    expected = flat(_POLICY_IN_CATALOG)
    return (
        row["command"] == "*"
        and row["polpermissive"]
        and row["roles"] == sorted(APPLICATION_ROLES)
        and flat(row["sees"]) == expected
        and flat(row["writes"]) == expected
    )


async def _platform_grants(connection: asyncpg.Connection, allowed: Listed) -> list[Finding]:
    """A platform table grants exactly what was reviewed, and nothing listed is missing."""
    rule = "a platform table grants what was reviewed"
    found = [
        Finding("a listed function exists", signature)
        for signature in allowed.functions
        if await connection.fetchval("select to_regprocedure($1)", signature) is None
    ]
    for name, columns in sorted(allowed.shown.items()):
        seen = await connection.fetchval(_SELECTABLE, "claw_platform", f"claw.{name}")
        if frozenset(seen or ()) != columns:
            found.append(Finding("claw_platform sees what was reviewed", f"{name}: {seen}"))
    for name in sorted(allowed.tables | PLATFORM_GRANTS.keys()):
        expected = PLATFORM_GRANTS.get(name, NOTHING)
        for role in (*APPLICATION_ROLES, "claw_platform"):
            granted = await connection.fetchval(_GRANTED, role, f"claw.{name}")
            reviewed = expected.platform if role == "claw_platform" else expected.application
            if frozenset(granted or ()) != reviewed:
                found.append(Finding(rule, f"{name} to {role}: {granted}"))
        for role in APPLICATION_ROLES:
            columns = await connection.fetchval(_UPDATABLE, role, f"claw.{name}")
            if frozenset(columns or ()) != expected.update_columns:
                found.append(Finding(rule, f"{name} to {role}: update of {columns}"))
    return found
