"""What a server does to a connection is the installation's trouble, never a defect of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
import pytest

from claw.core.errors import InstallationBroken
from claw.store.tenancy import Pool, Transaction
from claw_testing.scratch_database import TestDatabase, add_tenant

Trouble = Callable[[Transaction, TestDatabase], Awaitable[object]]


async def terminate(database: TestDatabase, session: object) -> None:
    connection = await asyncpg.connect(database.superuser)
    try:
        await connection.execute("select pg_terminate_backend($1)", session)
    finally:
        await connection.close()


async def terminated_between_statements(tx: Transaction, database: TestDatabase) -> object:
    await terminate(database, await tx.fetchval("select pg_backend_pid()"))
    return await tx.fetchval("select 1")


async def terminated_during_a_statement(tx: Transaction, database: TestDatabase) -> object:
    session = await tx.fetchval("select pg_backend_pid()")
    statement = asyncio.create_task(tx.fetchval("select pg_sleep(60)"))
    await asyncio.sleep(0)
    await terminate(database, session)
    return await statement


async def idle_for_too_long(tx: Transaction, _: TestDatabase) -> object:
    await tx.execute("set local idle_in_transaction_session_timeout = '20ms'")
    await asyncio.sleep(0.1)
    return await tx.fetchval("select 1")


async def slow(tx: Transaction, _: TestDatabase) -> object:
    await tx.execute("set local statement_timeout = '20ms'")
    return await tx.fetchval("select pg_sleep(60)")


@pytest.fixture
async def tenant_id(scratch: TestDatabase) -> UUID:
    return await add_tenant(scratch, "one")


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (terminated_between_statements, "database_lost"),
        (terminated_during_a_statement, "database_lost"),
        (idle_for_too_long, "database_lost"),
        (slow, "database_slow"),
    ],
)
async def test_a_server_that_ends_it_is_trouble_for_an_operator(
    scratch: TestDatabase, tenant_id: UUID, trouble: Trouble, code: str
) -> None:
    async with Pool(scratch.app, largest=1) as pool:
        with pytest.raises(InstallationBroken) as caught:
            async with pool.tenant(tenant_id) as transaction:
                await trouble(transaction, scratch)
        assert caught.value.code == code
        async with pool.tenant(tenant_id) as transaction:
            assert await transaction.fetchval("select 1") == 1, "the next one gets a new connection"


async def test_a_server_that_is_full_is_trouble_for_an_operator(scratch: TestDatabase) -> None:
    superuser = await asyncpg.connect(scratch.superuser)
    try:
        await superuser.execute(f"alter database {scratch.name} connection limit 0")
    finally:
        await superuser.close()
    with pytest.raises(InstallationBroken) as caught:
        async with Pool(scratch.app) as pool, pool.platform():
            pytest.fail("there is no room")
    assert caught.value.code == "database_exhausted"
    assert "TooManyConnectionsError" in caught.value.message


async def test_an_option_of_the_url_that_cannot_be_used_is_not_quoted(
    scratch: TestDatabase,
) -> None:
    with pytest.raises(InstallationBroken) as caught:
        async with Pool(f"{scratch.app}&sslmode=hunter2") as pool, pool.platform():
            pytest.fail("it must not be entered")
    assert caught.value.code == "database_url"
    assert "hunter2" not in f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}"
