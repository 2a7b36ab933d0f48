"""A database is exactly as this Claw needs it, or it is refused with the reason."""

import asyncio
import hashlib
from collections.abc import AsyncIterator

import asyncpg
import pytest

from claw.core.errors import InstallationBroken
from claw.store import roles
from claw.store.migrate import Migration, check_ready, migrate, migration_status, migrations
from claw_testing.scratch_database import Server, TestDatabase


@pytest.fixture
async def empty(scratch_server: Server) -> AsyncIterator[TestDatabase]:
    """A database that nobody migrated."""
    administrator = await asyncpg.connect(Server.at(scratch_server.superuser, "postgres"))
    name = "never_migrated"
    await administrator.execute(f"create database {name} owner {roles.OWNER} template template0")
    for statement in roles.database_grants(name):
        await administrator.execute(statement)
    at = Server.at
    yield TestDatabase(
        name=name,
        owner=at(scratch_server.owner, name),
        app=at(scratch_server.app, name),
        worker=at(scratch_server.worker, name),
        superuser=at(scratch_server.superuser, name),
    )
    await administrator.execute(f"drop database {name} with (force)")
    await administrator.close()


def extended(sql: str) -> tuple[Migration, ...]:
    """The migrations that come with Claw, and one more."""
    brought = migrations()
    number = len(brought) + 1
    checksum = hashlib.sha256(sql.encode()).hexdigest()
    return (*brought, Migration(number=number, name="next", sql=sql, checksum=checksum))


async def refusal(url: str) -> str:
    with pytest.raises(InstallationBroken) as caught:
        await check_ready(url)
    assert caught.value.hint
    return caught.value.code


async def test_a_database_without_migrations_is_refused_and_then_migrated(
    empty: TestDatabase,
) -> None:
    assert await refusal(empty.app) == "database_not_migrated"
    applied = await migrate(empty.owner)
    assert [state.number for state in applied] == list(range(1, len(migrations()) + 1))
    await check_ready(empty.app)
    await check_ready(empty.worker)
    assert await migrate(empty.owner) == []


async def test_processes_that_migrate_at_once_apply_each_migration_once(
    empty: TestDatabase,
) -> None:
    applied = await asyncio.gather(*(migrate(empty.owner) for _ in range(4)))
    numbers = [state.number for states in applied for state in states]
    assert sorted(numbers) == list(range(1, len(migrations()) + 1))


async def test_a_failing_migration_leaves_nothing_of_itself(scratch: TestDatabase) -> None:
    broken = extended("create table claw.half_made (a int); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(scratch.owner, broken)
    states = await migration_status(scratch.owner, broken)
    assert states[-1].state == "pending"
    connection = await asyncpg.connect(scratch.owner)
    assert await connection.fetchval("select to_regclass('claw.half_made')") is None
    await connection.close()
    await check_ready(scratch.app)


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(
    scratch: TestDatabase,
) -> None:
    connection = await asyncpg.connect(scratch.superuser)
    await connection.execute("update claw.migration set checksum = 'other' where number = 1")
    await connection.close()
    assert await refusal(scratch.app) == "migration_changed"
    with pytest.raises(InstallationBroken) as caught:
        await migrate(scratch.owner)
    assert caught.value.code == "migration_changed"
    assert "0001_platform" in caught.value.message


async def test_a_database_that_a_newer_claw_migrated_is_refused(scratch: TestDatabase) -> None:
    await migrate(scratch.owner, extended("create table claw.from_the_future (a int);"))
    assert await refusal(scratch.app) == "database_newer"
    with pytest.raises(InstallationBroken) as caught:
        await migrate(scratch.owner)
    assert caught.value.code == "database_newer"


async def test_everything_that_migrations_make_is_owned_by_the_owner_role(
    scratch: TestDatabase,
) -> None:
    """Also when an administrator runs them."""
    await migrate(scratch.superuser, extended("create table claw.one_more (a int);"))
    connection = await asyncpg.connect(scratch.superuser)
    owner = await connection.fetchval(
        "select relowner::regrole::text from pg_class where oid = 'claw.one_more'::regclass"
    )
    await connection.close()
    assert owner == roles.OWNER
