"""A transaction carries one tenant, and nothing of it outlives the transaction."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from claw.core.errors import InstallationBroken, TenantMissing
from claw.store import tenancy
from claw.store.tenancy import Pool
from claw_testing.scratch_database import TestDatabase, add_tenant

BROKEN_AT_COMMIT = """
set app.tenant_id = 'left behind';
create temporary table t (n integer unique deferrable initially deferred);
insert into pg_temp.t values (1), (1)
"""
SETTING = "select pg_catalog.current_setting('app.tenant_id', true)"


@pytest.fixture
async def two_tenants(scratch: TestDatabase) -> tuple[UUID, UUID]:
    return await add_tenant(scratch, "first"), await add_tenant(scratch, "second")


async def test_a_unit_of_work_without_a_tenant_fails_before_any_statement() -> None:
    never_opened = Pool("postgresql://nobody@nowhere/none")
    with pytest.raises(TenantMissing):
        async with never_opened.tenant(None):
            pytest.fail("it must not be entered")


async def test_the_tenant_ends_with_its_transaction(
    scratch: TestDatabase, two_tenants: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the transaction leaves it, whatever the session's settings are reset to besides.
    monkeypatch.setattr(tenancy, "RESET", "")
    async with Pool(scratch.app, largest=1) as pool:
        async with pool.tenant(two_tenants[0]) as transaction:
            inside = await transaction.fetchrow(f"{SETTING}, pg_backend_pid() as session")
        async with pool.platform() as transaction:
            after = await transaction.fetchrow(f"{SETTING}, pg_backend_pid() as session")
    assert inside is not None
    assert after is not None
    assert inside["session"] == after["session"], "it must be the same connection"
    assert inside["current_setting"] == str(two_tenants[0])
    assert after["current_setting"] == ""


async def test_what_a_session_was_set_to_ends_with_the_transaction(scratch: TestDatabase) -> None:
    async with Pool(scratch.app, largest=1) as pool:
        async with pool.platform() as transaction:
            await transaction.execute("set app.tenant_id = 'left behind'")
        async with pool.platform() as transaction:
            assert await transaction.fetchval(SETTING) in (None, "")


async def test_a_commit_that_fails_leaves_the_connection_usable(
    scratch: TestDatabase, two_tenants: tuple[UUID, UUID]
) -> None:
    async with Pool(scratch.app, largest=1) as pool:
        with pytest.raises(asyncpg.UniqueViolationError):
            async with pool.tenant(two_tenants[0]) as transaction:
                await transaction.execute(BROKEN_AT_COMMIT)
        async with pool.platform() as transaction:
            assert await transaction.fetchval(SETTING) in (None, "")
            assert await transaction.fetchval("select to_regclass('pg_temp.t')") is None


async def test_a_failed_transaction_leaves_no_tenant_behind(
    scratch: TestDatabase, two_tenants: tuple[UUID, UUID]
) -> None:
    async with Pool(scratch.app, largest=1) as pool:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with pool.tenant(two_tenants[0]) as transaction:
                await transaction.execute("select 1 / 0")
        async with pool.platform() as transaction:
            assert await transaction.fetchval(SETTING) in (None, "")


async def test_a_session_whose_end_was_cancelled_serves_nobody_again(
    scratch: TestDatabase, two_tenants: tuple[UUID, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever is stopped while a transaction ends may be stopped again while it is undone.
    monkeypatch.setattr(tenancy, "RESET", "set app.tenant_id = 'left behind'; select pg_sleep(60)")
    session = asyncio.get_running_loop().create_future()

    async def work(pool: Pool) -> None:
        async with pool.tenant(two_tenants[0]) as transaction:
            session.set_result(await transaction.fetchval("select pg_backend_pid()"))

    async with Pool(scratch.app, largest=1) as pool:
        stopped = asyncio.create_task(work(pool))
        await session
        for _ in range(2):
            await asyncio.sleep(0.5)
            stopped.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopped
        monkeypatch.setattr(tenancy, "RESET", "")
        async with pool.platform() as transaction:
            after = await transaction.fetchrow(f"{SETTING}, pg_backend_pid() as session")
    assert after is not None
    assert after["current_setting"] in (None, "")
    assert after["session"] != session.result()


async def test_after_a_local_tenant_the_next_transaction_sees_nothing_and_does_not_fail(
    scratch: TestDatabase, two_tenants: tuple[UUID, UUID]
) -> None:
    """The setting then reads '' and a bare cast to uuid would raise."""
    connection = await asyncpg.connect(scratch.app)
    try:
        async with connection.transaction():
            await connection.execute(
                "select set_config('app.tenant_id', $1, true)", str(two_tenants[0])
            )
        assert await connection.fetchval(SETTING) == ""
        assert await connection.fetchval("select count(*) from claw.connection") == 0
    finally:
        await connection.close()


async def test_an_unreachable_server_is_named_without_its_password() -> None:
    url = "postgresql://claw_app:hunter2@127.0.0.1:1/claw"
    with pytest.raises(InstallationBroken) as caught:
        async with Pool(url) as pool, pool.platform():
            pass
    assert caught.value.code == "database_unreachable"
    assert "127.0.0.1:1/claw" in caught.value.message
    assert "hunter2" not in caught.value.message + str(caught.value.hint)
