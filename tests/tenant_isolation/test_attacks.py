"""A tenant never sees, infers or touches another tenant's data, even through a bad query."""

from uuid import uuid4

import asyncpg
import pytest

from claw.core.errors import TenantMissing
from claw.store.tenancy import Pool
from claw_testing.isolation_catalog import (
    attack,
    fingerprint,
    seed,
    static_holes,
    tenant_tables,
)
from claw_testing.scratch_database import TestDatabase, add_tenant


async def test_the_catalog_shows_no_hole(scratch: TestDatabase) -> None:
    connection = await asyncpg.connect(scratch.superuser)
    try:
        assert len(await tenant_tables(connection)) >= 15
        assert await static_holes(connection) == []
    finally:
        await connection.close()


@pytest.mark.parametrize("role", ["app", "worker"])
@pytest.mark.parametrize("tenantless", [False, True], ids=["as another", "as none"])
async def test_every_attack_on_every_relation_fails(
    scratch: TestDatabase, role: str, tenantless: bool
) -> None:
    victim, other = await add_tenant(scratch, "victim"), await add_tenant(scratch, "other")
    superuser = await asyncpg.connect(scratch.superuser)
    attacker = await asyncpg.connect(getattr(scratch, role))
    try:
        assert await seed(superuser, victim, "a") == []
        assert await seed(superuser, other, "b") == []
        before = await fingerprint(superuser, victim)
        assert all(before.values())
        assert await attack(attacker, victim, None if tenantless else other) == []
        assert await fingerprint(superuser, victim) == before
    finally:
        await attacker.close()
        await superuser.close()


async def test_the_tenant_ends_with_its_transaction(scratch: TestDatabase) -> None:
    tenant = await add_tenant(scratch, "one")
    async with Pool(scratch.app, largest=1) as pool:
        async with pool.tenant(tenant) as transaction:
            assert await transaction.fetchval("select current_setting('app.tenant_id')") == str(
                tenant
            )
        async with pool.platform() as transaction:
            left = await transaction.fetchval("select current_setting('app.tenant_id', true)")
            assert not left
            assert await transaction.fetch("select * from claw.connection") == []


async def test_a_unit_of_work_without_a_tenant_is_refused_before_any_sql(
    scratch: TestDatabase,
) -> None:
    async with Pool("postgresql://nobody@127.0.0.1:9/nothing") as pool:
        with pytest.raises(TenantMissing):
            async with pool.tenant(None):
                pass


async def test_a_key_cannot_point_into_another_tenant(scratch: TestDatabase) -> None:
    victim, other = await add_tenant(scratch, "victim"), await add_tenant(scratch, "other")
    superuser = await asyncpg.connect(scratch.superuser)
    assert await seed(superuser, victim, "a") == []
    theirs = await superuser.fetchval("select connection_id from claw.connection limit 1")
    await superuser.close()
    async with Pool(scratch.app) as pool:
        for connection_id in (theirs, uuid4()):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                async with pool.tenant(other) as transaction:
                    await transaction.execute(
                        "insert into claw.connection_secret values ($1, $2, 'k', '\\x00')",
                        other,
                        connection_id,
                    )
        # The same name as theirs is free: nothing tells that it is taken elsewhere.
        async with pool.tenant(other) as transaction:
            await transaction.execute(
                "insert into claw.connection values"
                " ($1, $2, 'seed-a', 'x', '{}', 'active', null, null, now(), now())",
                other,
                uuid4(),
            )
