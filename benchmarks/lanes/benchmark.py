"""Lanes: items a second against bare PgQueuer with a handler that does nothing.

One item of ours is one due row of a table of its own, under the same forced row security as
everything of a tenant: claimed in one transaction with up to nine others of its tenant, as
the lane of deliveries takes ten, finished in another, and the lane taken, kept and let go
around them, with the sweep running. One item of the queue's is one entry, taken and
acknowledged in batches of ten (its default), with no limit on what it does at a time. Both
use the same server and the same number of processes, and begin with everything due: 40 items
for each tenant. The time is from the first item finished to the last, of all processes.
"""

from datetime import timedelta
from statistics import median
from uuid import UUID

import asyncpg

from benchmarks.harness.children import ChildFailed, Spent
from benchmarks.harness.database import database, new_tenant
from benchmarks.harness.figures import Figure, Result, ratios
from benchmarks.harness.scale import Scale
from benchmarks.harness.workers import work_until
from benchmarks.lanes import items
from benchmarks.lanes.child import NO_OP
from claw.store.queue.names import SCHEMA, enqueue_sql
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase

NAME = "lanes"
BATCH = 10
_ITEMS_A_TENANT = 40
_MOST_SECONDS = 600
_NS = 1e9


async def measure(scale: Scale) -> Result:
    """Let both sides take turns, with one process each and with two."""
    speeds: dict[tuple[str, int], list[float]] = {}
    async with database() as urls, Pool(urls.app) as pool:
        owner = await asyncpg.connect(urls.owner)
        await owner.execute(items.SCHEMA)
        await owner.close()
        tenants = [
            (await new_tenant(pool, name="none", connector="none"))[0].tenant_id
            for _ in range(max(1, scale.items // _ITEMS_A_TENANT))
        ]
        for _ in range(scale.rounds):
            for number in scale.processes:
                bare = await _bare(pool, urls.app, number, scale.items)
                ours = await _lanes(pool, urls.app, number, tenants)
                speeds.setdefault(("bare", number), []).append(bare)
                speeds.setdefault(("lanes", number), []).append(ours)
    return Result(figures=tuple(_figure(number, speeds) for number in scale.processes))


def _figure(number: int, speeds: dict[tuple[str, int], list[float]]) -> Figure:
    ours, bare = speeds["lanes", number], speeds["bare", number]
    processes = "one process" if number == 1 else f"{number} processes"
    return Figure(
        benchmark=NAME,
        what=f"items/s, lanes / bare PgQueuer, {processes}",
        rounds=ratios(ours, bare),
        bar=0.7,
        keep="at least",
        detail=f"lanes {median(ours):,.0f}, PgQueuer {median(bare):,.0f} items/s",
    )


async def _lanes(pool: Pool, url: str, number: int, tenants: list[UUID]) -> float:
    for tenant in tenants:
        await items.add(pool, tenant, _ITEMS_A_TENANT)
    async with PostgresDatabase(pool).platform() as uow:
        await uow.work.ring_all("item", tenants)

    async def done() -> bool:
        # What is dear is asked last: the asking is no part of what is measured.
        if await _entries(pool):
            return False
        async with pool.platform() as tx:
            return await items.whole(tx)

    spent = await _spent("lanes", url, number, done)
    for tenant in tenants:
        await items.forget(pool, tenant)
    return _speed(spent, len(tenants) * _ITEMS_A_TENANT)


async def _bare(pool: Pool, url: str, number: int, entries: int) -> float:
    async with pool.platform() as tx:
        await tx.fetch(
            enqueue_sql(),
            [0] * entries,
            [NO_OP] * entries,
            [None] * entries,
            [timedelta(0)] * entries,
            [None] * entries,
            ["{}"] * entries,
        )

    async def done() -> bool:
        return not await _entries(pool)

    return _speed(await _spent("bare", url, number, done), entries)


async def _entries(pool: Pool) -> bool:
    async with pool.platform() as tx:
        return await tx.fetchval(f"select exists (select from {SCHEMA}.pgqueuer)") is True


async def _spent(side: str, url: str, number: int, done: items.Done) -> list[Spent]:
    return await work_until(
        "benchmarks.lanes.child",
        side,
        url,
        str(BATCH),
        number=number,
        done=done,
        seconds=_MOST_SECONDS,
    )


def _speed(spent: list[Spent], expected: int) -> float:
    """Items a second of all processes; nobody is quick by leaving something out."""
    facts = [each.facts for each in spent if each.facts["items"]]
    finished = sum(int(each["items"]) for each in facts)
    if finished != expected:
        raise ChildFailed(f"{finished} of {expected} items were finished")
    took = max(int(each["last"]) for each in facts) - min(int(each["first"]) for each in facts)
    return finished / took * _NS
