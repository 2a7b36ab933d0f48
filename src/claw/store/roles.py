"""The database roles, as SQL that may be run again.

Four roles are cluster-wide and shared by every Claw database of a server. None is a
superuser, bypasses row security or may create roles; at run time nobody is connected as an
owner of tables.

- ``claw_owner`` owns the schema and everything in it; used by migrations.
- ``claw_app`` and ``claw_worker`` are what the application connects as (or as a login role
  that is a member of one of them).
- ``claw_platform`` can never log in. It owns the few functions that look across tenants.
"""

OWNER = "claw_owner"
APP = "claw_app"
WORKER = "claw_worker"
PLATFORM = "claw_platform"
ALL_ROLES = (OWNER, APP, WORKER, PLATFORM)

_PLAIN = "nosuperuser nocreatedb nocreaterole noreplication nobypassrls"

# pg_temp last: a staged table never stands in for a real one of the same name.
SEARCH_PATH = "pg_catalog, claw, pg_temp"

# How long one statement, one wait for a lock and one idle transaction may take. A session
# that hangs holds locks that other tenants wait for.
_TIMEOUTS: dict[str, dict[str, str]] = {
    APP: {
        "statement_timeout": "30s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "60s",
    },
    WORKER: {
        "statement_timeout": "5min",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "5min",
    },
}


def create_role(role: str) -> str:
    """Create a role unless it exists; roles are shared by databases, so two may try at once."""
    return (
        f"do $role$ begin if not exists (select from pg_roles where rolname = {literal(role)})"
        f" then create role {identifier(role)} nologin; end if;"
        " exception when duplicate_object or unique_violation then null; end $role$"
    )


def restrict_role(role: str) -> str:
    """Take every dangerous attribute from a role; needs a superuser for some of them."""
    return f"alter role {identifier(role)} {_PLAIN}"


def allow_login(role: str, password: str) -> str:
    """Let a role log in with a password."""
    return f"alter role {identifier(role)} login password {literal(password)}"


def session_settings(login: str, role: str) -> list[str]:
    """Settings that every session of ``login``, a member of ``role``, starts with."""
    settings = {"search_path": SEARCH_PATH, **_TIMEOUTS.get(role, {})}
    return [
        f"alter role {identifier(login)} set {name} to "
        + (value if name == "search_path" else literal(value))
        for name, value in settings.items()
    ]


def grant_platform() -> str:
    """Let the owner hand functions to the platform role."""
    return f"grant {PLATFORM} to {OWNER}"


def database_grants(database: str) -> list[str]:
    """Who may do what with a database as a whole. Clones of a database do not inherit these."""
    name = identifier(database)
    return [
        f"revoke all on database {name} from public",
        f"grant connect, create, temporary on database {name} to {OWNER}",
        # TEMPORARY because bulk writes are staged in a temporary table.
        f"grant connect, temporary on database {name} to {APP}, {WORKER}",
    ]


def identifier(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a string for SQL, with standard_conforming_strings on (the default)."""
    if "\\" in text:
        return " E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
    return "'" + text.replace("'", "''") + "'"
