"""Operations on a connection stay with its tenant, also where another has one of that name."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest

from claw.core.errors import NotFound
from claw.engine.sync import SyncReport
from claw.store.tenancy import Pool
from claw_testing.isolation_catalog import fingerprint
from claw_testing.operations import ME, Operations, operations, settled_world
from claw_testing.scratch_database import TestDatabase
from claw_testing.sync_world import World


@dataclass
class Neighbours:
    """Two tenants with a connection ``field`` each, that read the same rows."""

    ours: World
    theirs: World
    their_run: SyncReport
    their_snapshot: str


@pytest.fixture
async def neighbours(scratch: TestDatabase) -> AsyncIterator[Neighbours]:
    async with Pool(scratch.app, largest=4) as pool:
        worlds = [await settled_world(pool), await settled_world(pool)]
        runs: list[SyncReport] = []
        for world in worlds:
            world.vendor.customer(7, "Kim", "0412 345 678")
            world.vendor.visit(1, "2026-11-25T01:00", customer=7)
            world.vendor.visit(2, "2026-11-25T02:00", broken=True)
            runs.append(await world.sync())
        snapshots = [await operations(world).take() for world in worlds]
        superuser = await asyncpg.connect(scratch.superuser)
        before = await fingerprint(superuser, worlds[1].tenant.tenant_id)
        assert before["record_current"]
        try:
            yield Neighbours(worlds[0], worlds[1], runs[1], snapshots[1])
            assert await fingerprint(superuser, worlds[1].tenant.tenant_id) == before
        finally:
            await superuser.close()


@pytest.fixture
def ours(neighbours: Neighbours) -> Operations:
    return operations(neighbours.ours)


async def test_every_operation_leaves_the_neighbour_byte_for_byte(
    neighbours: Neighbours, ours: Operations
) -> None:
    tenant = neighbours.ours.tenant
    await ours.checks.check(tenant, "field", trace_id="0" * 32)
    await ours.settings.change(tenant, "field", {"status": "tentative"}, actor=ME)
    await ours.quarantine.retry(tenant, actor=ME)
    await ours.connections.pause(tenant, "field", reason="x", actor=ME)
    await ours.connections.resume(tenant, "field", actor=ME)
    await ours.connections.rotate(tenant, "field", {"key": "k"}, actor=ME)
    await ours.removal.remove(tenant, "field", "with_data", actor=ME, dry_run=True)
    await ours.removal.remove(tenant, "field", "with_data", actor=ME)


async def test_removing_with_history_leaves_the_neighbour_byte_for_byte(
    neighbours: Neighbours, ours: Operations
) -> None:
    await ours.removal.remove(neighbours.ours.tenant, "field", "keep_history", actor=ME)
    assert [line["type"] for line in await neighbours.theirs.lines()] == ["appointment", "customer"]


async def test_reports_show_nothing_of_the_neighbour(
    neighbours: Neighbours, ours: Operations
) -> None:
    tenant = neighbours.ours.tenant
    await ours.removal.remove(tenant, "field", "with_data", actor=ME)
    assert await ours.history.of_connection(tenant, "field", last=9) == []
    assert await ours.ages.of(tenant) == {}
    assert await neighbours.ours.service().quarantined(tenant) == []
    assert await neighbours.ours.lines() == []
    with pytest.raises(NotFound):
        await ours.history.of_run(tenant, neighbours.their_run.run)


async def test_the_same_bytes_of_a_neighbour_are_still_whole(
    neighbours: Neighbours, ours: Operations
) -> None:
    """Both hold records of the same names and contents, and snapshots of the same tree."""
    removed = await ours.removal.remove(neighbours.ours.tenant, "field", "with_data", actor=ME)
    assert (removed.named, removed.snapshots) == (2, 1)
    theirs = operations(neighbours.theirs)
    proof = await theirs.snapshots.verify(neighbours.theirs.tenant, neighbours.their_snapshot)
    assert (proof.ok, proof.records, proof.erased) == (True, 2, 0)
    quality = await theirs.quality.report(neighbours.theirs.tenant, "field")
    assert (quality.appointments, len(quality.quarantined)) == (1, 1)
