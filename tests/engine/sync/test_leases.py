"""The right to write one stream: held while it is written, kept alive while it is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg
import pytest

from claw.core.errors import Refused
from claw.engine.heartbeat import beating
from claw.engine.sync import leases as leases_module
from claw.engine.sync.leases import LeaseLost, Leases, writing
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw_testing.sync_world import World

STREAM = "visits"


class Watched(PostgresDatabase):
    """A database that can be cut off, and that tells when it was used."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self.down = False
        self.uses = asyncio.Semaphore(0)

    @asynccontextmanager
    async def tenant(self, tenant_id: UUID) -> AsyncIterator[TenantStores]:
        try:
            if self.down:
                raise asyncpg.InterfaceError("connection is closed")
            async with super().tenant(tenant_id) as stores:
                yield stores
        finally:
            self.uses.release()

    async def used_twice_more(self) -> None:
        """Once is not enough: that use may have begun before."""
        self.uses = asyncio.Semaphore(0)
        async with asyncio.timeout(4):
            await self.uses.acquire()
            await self.uses.acquire()


def leases(world: World, db: PostgresDatabase | None = None) -> Leases:
    return Leases(db or PostgresDatabase(world.pool), world.clock, wait_seconds=0)


def lease(world: World, of: Leases):
    return of.lease(world.tenant.tenant_id, world.connection.connection_id, STREAM, uuid4())


async def seconds_left(world: World) -> float:
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        left = await tx.fetchval(
            "select extract(epoch from until - clock_timestamp())::float8 from claw.lease"
        )
    assert isinstance(left, float)
    return left


async def leave_seconds(world: World, seconds: int) -> None:
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute(
            "update claw.lease set until = clock_timestamp() + make_interval(secs => $1)", seconds
        )


async def test_a_lease_is_kept_alive_while_a_slice_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leases_module, "HEARTBEAT_SECONDS", 0.01)
    db = Watched(world.pool)
    async with lease(world, leases(world, db)):
        await leave_seconds(world, 5)
        await db.used_twice_more()
        assert await seconds_left(world) > 20


async def test_whoever_writes_for_long_is_a_holder_and_not_a_lock_to_wait_for(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leases_module, "HEARTBEAT_SECONDS", 0.01)
    db = PostgresDatabase(world.pool)
    tenant_id = world.tenant.tenant_id
    async with lease(world, leases(world)) as held:
        await leave_seconds(world, 0)
        async with writing(db, tenant_id, held):
            async with asyncio.timeout(2), db.tenant(tenant_id) as uow:
                await uow.leases.renew(held, 30)
            with pytest.raises(Refused) as refused:
                async with asyncio.timeout(2), lease(world, leases(world)):
                    pass
            assert refused.value.code == "sync_running"


async def test_a_slice_that_took_longer_to_write_than_the_lease_lasts_still_holds_it(world: World):
    db = PostgresDatabase(world.pool)
    async with lease(world, leases(world)) as held:
        async with writing(db, world.tenant.tenant_id, held) as uow:
            await uow.leases.hold(held, -1)
        assert await seconds_left(world) > 20


async def test_nothing_stored_is_taken_away_while_a_slice_is_written(world: World):
    db, tenant_id = PostgresDatabase(world.pool), world.tenant.tenant_id
    async with (
        lease(world, leases(world)) as held,
        writing(db, tenant_id, held),
        world.pool.tenant(tenant_id) as tx,
    ):
        await tx.execute("set local lock_timeout = '20ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await TenantStores(tx, tenant_id).snapshots.hold_alone()


async def test_nobody_writes_under_a_lease_that_was_lost(world: World):
    async with lease(world, leases(world)) as lost:
        await leave_seconds(world, 0)
        async with lease(world, leases(world)):
            with pytest.raises(LeaseLost):
                async with writing(PostgresDatabase(world.pool), world.tenant.tenant_id, lost):
                    pass


async def test_trouble_with_the_database_while_reading_is_not_how_the_work_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(leases_module, "HEARTBEAT_SECONDS", 0.01)
    db = Watched(world.pool)
    async with lease(world, leases(world, db)):
        db.down = True
        await db.used_twice_more()
        db.down = False
    assert await seconds_left(world) <= 0


async def test_a_missed_beat_ends_neither_the_others_nor_the_block():
    beats = 0
    enough = asyncio.Event()

    async def beat() -> None:
        nonlocal beats
        beats += 1
        if beats == 3:
            enough.set()
        raise asyncpg.LockNotAvailableError("canceling statement due to lock timeout")

    async with asyncio.timeout(4), beating(beat, 0.001):
        await enough.wait()


async def test_a_block_that_fails_fails_as_it_did():
    async def beat() -> None:
        raise OSError("no database")

    async def work() -> None:
        async with beating(beat, 0):
            await asyncio.sleep(0.01)
            raise KeyError("the work's own")

    with pytest.raises(KeyError):
        await work()
