"""Store: canonical upsert of 100,000 records, rows a second.

Batches of 5,000 (a slice each), one transaction a batch, as the application's role under
forced row security. Ours is the `RecordStore` as the engine uses it: read the versions
that are current, write what is new, its bytes first. The hand-written upsert stages the
same rows by COPY into a temporary table and does `INSERT … ON CONFLICT` into the same
tables, under the same policies, skipping unchanged rows too. Fresh, then all unchanged,
then 2 % changed; the contenders take turns on one server, a tenant each.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from uuid import UUID

import asyncpg

from benchmarks.harness.database import database, new_tenant
from benchmarks.harness.figures import Figure, Result, ratios
from benchmarks.harness.scale import Scale
from benchmarks.storing import by_hand
from benchmarks.storing.batches import Batch, batches_of, store
from benchmarks.visits.records import changed, records
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase

NAME = "store"
_CASES = ("fresh", "all unchanged", "2 % changed")
_ONE_IN = 50

Write = Callable[[UUID, Batch], Awaitable[None]]


async def measure(scale: Scale) -> Result:
    """Let the contenders take turns."""
    first = records(scale.records)
    later = changed(first, one_in=_ONE_IN, day=1)
    speeds: dict[tuple[str, str], list[float]] = {}
    async with database() as urls, Pool(urls.app, largest=1) as pool:
        session = await asyncpg.connect(urls.app)
        contenders: Mapping[str, Write] = {"ours": _ours(pool), "by hand": _by_hand(session)}
        for number in range(scale.rounds):
            for name in sorted(contenders, reverse=bool(number % 2)):
                tenant, connection = await new_tenant(pool, name="visits", connector="visits")
                for case, versions in zip(_CASES, (first, first, later), strict=True):
                    batches = batches_of(versions, connection.connection_id, scale.batch)
                    began = time.perf_counter()
                    for batch in batches:
                        await contenders[name](tenant.tenant_id, batch)
                    took = time.perf_counter() - began
                    speeds.setdefault((name, case), []).append(scale.records / took)
        await session.close()
    return Result(figures=tuple(_figure(case, speeds) for case in _CASES))


def _figure(case: str, speeds: Mapping[tuple[str, str], list[float]]) -> Figure:
    ours, hand = speeds["ours", case], speeds["by hand", case]
    return Figure(
        benchmark=NAME,
        what=f"rows/s, ours / by hand, {case}",
        rounds=ratios(ours, hand),
        bar=0.5,
        keep="at least",
        detail=f"ours {median(ours):,.0f}, by hand {median(hand):,.0f} rows/s",
    )


def _ours(pool: Pool) -> Write:
    db = PostgresDatabase(pool)

    async def write(tenant_id: UUID, batch: Batch) -> None:
        await store(db, tenant_id, batch)

    return write


def _by_hand(session: asyncpg.Connection) -> Write:
    async def write(tenant_id: UUID, batch: Batch) -> None:
        await by_hand.upsert(session, tenant_id, *batch)

    return write
