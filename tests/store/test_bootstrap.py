"""Roles on a server of one's own: made once, shared by databases, refused without rights."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from claw.core.errors import InstallationBroken, InvalidInput
from claw.store.bootstrap import bootstrap, check_application_role
from claw.store.migrate import check_ready, migrate
from claw_testing.scratch_database import Server


def as_user(url: str, login: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{login}@"))


@pytest.fixture
async def own(scratch_server: Server) -> AsyncIterator[str]:
    """The superuser's URL of a database that knows nothing of Claw."""
    administrator = await asyncpg.connect(Server.at(scratch_server.superuser, "postgres"))
    await administrator.execute("create database own template template0")
    yield Server.at(scratch_server.superuser, "own")
    await administrator.execute("drop database own with (force)")
    await administrator.execute("drop role if exists shop_app, shop_worker, powerless")
    await administrator.close()


async def test_logins_of_any_name_become_the_application_and_are_bound(own: str) -> None:
    app, worker = as_user(own, "shop_app:one"), as_user(own, "shop_worker:two")
    for _ in range(2):  # Again changes nothing.
        await bootstrap(own, app_url=app, worker_url=worker)
        await migrate(own)
    await check_ready(app)
    await check_ready(worker)
    await check_application_role(app)
    connection = await asyncpg.connect(app)
    try:
        assert await connection.fetchval("select count(*) from claw.connection") == 0
        assert await connection.fetchval("show lock_timeout") == "5s"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("set role claw_owner")
    finally:
        await connection.close()


async def test_a_superuser_is_refused_as_the_application(own: str) -> None:
    await bootstrap(
        own, app_url=as_user(own, "shop_app:one"), worker_url=as_user(own, "shop_app:one")
    )
    with pytest.raises(InstallationBroken) as caught:
        await check_application_role(own)
    assert caught.value.code == "database_role_unsafe"
    with pytest.raises(InvalidInput):
        await bootstrap(own, app_url=own, worker_url=own)


async def test_an_admin_without_rights_is_told_what_it_needs(own: str) -> None:
    connection = await asyncpg.connect(own)
    await connection.execute("create role powerless login password 'three'")
    await connection.close()
    with pytest.raises(InstallationBroken) as caught:
        await bootstrap(
            as_user(own, "powerless:three"),
            app_url=as_user(own, "shop_app:one"),
            worker_url=as_user(own, "shop_worker:two"),
        )
    assert "CREATEROLE" in str(caught.value.hint)
    assert "three" not in caught.value.message
