"""Roles and grants on a PostgreSQL server of one's own; may be run again.

The embedded server makes its roles before it listens. Elsewhere `claw db migrate` does it
here, with the admin URL, and then migrates as ``claw_owner``'s member.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

from claw.core.errors import InstallationBroken, InvalidInput
from claw.store import roles
from claw.store.trouble import told, where


async def bootstrap(admin_url: str, *, app_url: str, worker_url: str) -> None:
    """Create the roles that are missing and let the logins of the URLs be them.

    Raises:
        InvalidInput: when a URL names no user, or the admin as the application.
        InstallationBroken: when the admin may not do it; the hint says what it needs.
    """
    admin = _login(admin_url, "CLAW_ADMIN_DATABASE_URL")
    logins = [
        (*_login(app_url, "CLAW_DATABASE_URL"), roles.APP),
        (*_login(worker_url, "CLAW_WORKER_DATABASE_URL"), roles.WORKER),
    ]
    if worker_url == app_url:
        logins.pop()
    for user, _, _role in logins:
        if user == admin[0]:
            raise InvalidInput(
                "the application would log in as the role that owns everything",
                code="database_roles",
                field="CLAW_DATABASE_URL",
                hint=f"give it a user of its own, for instance {roles.APP}",
            )
    with told(where(admin_url)):
        connection = await asyncpg.connect(admin_url, timeout=10)
        try:
            async with connection.transaction():
                await _install(connection, admin[0], logins, urlsplit(admin_url).path.lstrip("/"))
        except asyncpg.InsufficientPrivilegeError as error:
            raise InstallationBroken(
                f"the role {admin[0]!r} may not prepare the database: {error.message}",
                code="database_privilege",
                field="CLAW_ADMIN_DATABASE_URL",
                hint="use a superuser once, or a role with CREATEROLE that owns the database",
            ) from error
        finally:
            await connection.close()


async def check_application_role(app_url: str) -> None:
    """Refuse a login that row security does not bind.

    Raises:
        InstallationBroken: when it is a superuser, bypasses row security or owns tables.
    """
    with told(where(app_url)):
        connection = await asyncpg.connect(app_url, timeout=10)
        try:
            unbound = await connection.fetchval(
                """
                select rolsuper or rolbypassrls
                    or pg_has_role(current_user, to_regrole('claw_owner'), 'usage')
                    or exists (select from pg_class c join pg_namespace n on n.oid = relnamespace
                               where nspname = 'claw' and relowner = r.oid)
                from pg_roles r where rolname = current_user
                """
            )
        finally:
            await connection.close()
    if unbound:
        raise InstallationBroken(
            "the application's database login is not bound by row security",
            code="database_role_unsafe",
            field="CLAW_DATABASE_URL",
            hint=f"log in as {roles.APP} or a plain member of it",
        )


async def _install(
    connection: asyncpg.Connection,
    admin: str,
    logins: list[tuple[str, str, str]],
    database: str,
) -> None:
    for role in roles.ALL_ROLES:
        await connection.execute(roles.create_role(role))
    for user, password, role in logins:
        await connection.execute(roles.create_role(user))
        if user not in roles.ALL_ROLES:
            await connection.execute(f"grant {role} to {roles.identifier(user)}")
        if password:
            await connection.execute(roles.allow_login(user, password))
        for statement in roles.session_settings(user, role):
            await connection.execute(statement)
    await connection.execute(f"grant {roles.OWNER} to {roles.identifier(admin)}")
    await connection.execute(roles.grant_platform())
    for statement in roles.database_grants(database):
        await connection.execute(statement)


def _login(url: str, variable: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if not parts.username:
        raise InvalidInput(
            f"{variable} names no user",
            code="database_url",
            field=variable,
            hint="write postgresql://user:password@host/database",
        )
    return unquote(parts.username), unquote(parts.password or "")
