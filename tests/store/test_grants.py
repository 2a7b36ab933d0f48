"""Grants in the database: states, leases, generations; and the one open reconnect task."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from claw.ports.connection_store import Connection
from claw.ports.grant_store import Grant, GrantLease
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.scratch_database import TestDatabase, add_tenant

NOW = datetime(2026, 11, 25, tzinfo=UTC)
MINE, THEIRS = UUID(int=1), UUID(int=2)


@dataclass
class Rows:
    """One connection's grant, each call a transaction of its own."""

    db: PostgresDatabase
    pool: Pool
    tenant_id: UUID
    connection_id: UUID

    async def begin(self, seed: bytes = b"seed") -> None:
        async with self.db.tenant(self.tenant_id) as uow:
            await uow.grants.begin(
                self.connection_id, kind="authorization_code", seed=seed, refresh_token=b"r0"
            )

    async def find(self) -> Grant:
        async with self.db.tenant(self.tenant_id) as uow:
            grant = await uow.grants.find(self.connection_id)
        assert grant is not None
        return grant

    async def take(
        self, generation: int = 0, *, owner: UUID = MINE, seconds: int = 60
    ) -> GrantLease | None:
        async with self.db.tenant(self.tenant_id) as uow:
            return await uow.grants.take(
                self.connection_id, generation=generation, owner=owner, seconds=seconds
            )

    async def taken(self, generation: int = 0, *, owner: UUID = MINE) -> GrantLease:
        lease = await self.take(generation, owner=owner)
        assert lease is not None
        return lease

    async def save(self, lease: GrantLease, refresh: bytes | None = b"r1", life: int = 60) -> bool:
        async with self.db.tenant(self.tenant_id) as uow:
            return await uow.grants.save(
                lease, access_token=b"a", refresh_token=refresh, life_seconds=life
            )

    async def revoke(self, lease: GrantLease) -> bool:
        async with self.db.tenant(self.tenant_id) as uow:
            return await uow.grants.revoke(lease, "invalid_grant")

    async def cool(self, lease: GrantLease, seconds: float) -> None:
        async with self.db.tenant(self.tenant_id) as uow:
            await uow.grants.cool(lease, seconds)

    async def end_lease(self) -> None:
        async with self.pool.tenant(self.tenant_id) as tx:
            await tx.execute("update claw.oauth_grant set lease_until = clock_timestamp()")


@pytest.fixture
async def rows(scratch: TestDatabase) -> AsyncIterator[Rows]:
    tenant_id = await add_tenant(scratch, "harbour")
    async with Pool(scratch.app) as pool:
        rows = Rows(PostgresDatabase(pool), pool, tenant_id, uuid4())
        async with rows.db.tenant(tenant_id) as uow:
            await uow.connections.add(
                Connection(
                    connection_id=rows.connection_id,
                    name="field",
                    connector="scripted",
                    settings={},
                    status="active",
                    paused_reason=None,
                    facts=None,
                    created_at=NOW,
                )
            )
        await rows.begin()
        yield rows


async def test_a_grant_moves_through_its_four_states(rows: Rows) -> None:
    assert (await rows.find()).state == "active"
    lease = await rows.taken()
    assert (await rows.find()).state == "refreshing"
    await rows.cool(lease, 30)
    cooling = await rows.find()
    assert (cooling.state, cooling.failures) == ("cooling", 1)
    assert 29 < cooling.cooling_seconds <= 30
    assert await rows.take() is None
    async with rows.db.tenant(rows.tenant_id) as uow:
        await uow.grants.reopen(rows.connection_id)
    lease = await rows.taken()
    assert await rows.revoke(lease)
    revoked = await rows.find()
    assert (revoked.state, revoked.revoked_reason) == ("revoked", "invalid_grant")
    assert revoked.refresh_token == b"r0"
    assert await rows.take() is None


async def test_one_of_many_takes_the_lease(rows: Rows) -> None:
    got = await asyncio.gather(*(rows.take(owner=UUID(int=n)) for n in range(9)))
    assert len([lease for lease in got if lease]) == 1


async def test_saving_is_a_new_generation_and_keeps_the_token_before(rows: Rows) -> None:
    assert await rows.save(await rows.taken())
    assert await rows.save(await rows.taken(1), refresh=b"r2", life=90)
    grant = await rows.find()
    assert (grant.generation, grant.refresh_token, grant.access_token) == (2, b"r2", b"a")
    assert 85 < grant.seconds_left <= grant.life_seconds == 90
    assert grant.state == "active"
    async with rows.pool.tenant(rows.tenant_id) as tx:
        previous = await tx.fetchval("select previous_refresh_token from claw.oauth_grant")
    assert previous == b"r1"


async def test_without_a_new_refresh_token_the_old_one_stays(rows: Rows) -> None:
    assert await rows.save(await rows.taken(), refresh=None)
    assert (await rows.find()).refresh_token == b"r0"


async def test_a_holder_whose_lease_was_taken_over_changes_nothing(rows: Rows) -> None:
    late = await rows.taken()
    await rows.end_lease()
    current = await rows.taken(owner=THEIRS)
    assert not await rows.save(late)
    assert not await rows.revoke(late)
    await rows.cool(late, 30)
    assert (await rows.find()).state == "refreshing"
    assert await rows.save(current)
    assert (await rows.find()).generation == 1


async def test_the_same_owner_with_an_older_fence_changes_nothing(rows: Rows) -> None:
    late = await rows.taken()
    await rows.end_lease()
    await rows.taken()
    assert not await rows.save(late)


async def test_the_lease_is_of_one_generation(rows: Rows) -> None:
    assert await rows.save(await rows.taken())
    assert await rows.take(0) is None
    assert await rows.take(1) is not None


async def test_the_same_secrets_change_nothing_and_others_begin_anew(rows: Rows) -> None:
    await rows.save(await rows.taken())
    await rows.begin()
    assert (await rows.find()).generation == 1
    held = await rows.taken(1)
    await rows.begin(b"another")
    anew = await rows.find()
    assert (anew.generation, anew.access_token, anew.refresh_token) == (2, None, b"r0")
    assert (anew.state, anew.seconds_left, anew.idle_seconds) == ("active", 0.0, None)
    assert not await rows.save(held)


async def test_forgetting_leaves_no_token_behind(rows: Rows) -> None:
    async with rows.db.tenant(rows.tenant_id) as uow:
        await uow.grants.forget(rows.connection_id)
        assert await uow.grants.find(rows.connection_id) is None


async def test_a_connection_has_one_open_task_however_often_it_is_opened(rows: Rows) -> None:
    async def ask(reason: str) -> bool:
        async with rows.db.tenant(rows.tenant_id) as uow:
            return await uow.reconnects.open(rows.connection_id, reason=reason, at=NOW)

    opened = await asyncio.gather(*(ask(f"reason {n}") for n in range(6)))
    assert sorted(opened) == [False] * 5 + [True]
    async with rows.db.tenant(rows.tenant_id) as uow:
        assert await uow.reconnects.close(rows.connection_id, by="rotate", at=NOW)
        assert not await uow.reconnects.close(rows.connection_id, by="rotate", at=NOW)
        assert await uow.reconnects.opened(rows.connection_id) is None
    assert await ask("again")
    async with rows.db.tenant(rows.tenant_id) as uow:
        task = await uow.reconnects.opened(rows.connection_id)
    assert task is not None
    assert task.reason == "again"
