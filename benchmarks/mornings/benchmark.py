"""Mornings: a simulated 06:00 for 10,000 tenants, with one worker process and with two.

All live in one zone and want a summary on the console at 06:00; 200 of them have 2,000
records, the others six. Nothing of them was read before, so that each morning is a full one:
sync from a source in memory, snapshot, summary, delivery. Workers are the product's own,
with queue, lanes and sweep, over one database, and business time passes as the machine's.
By default a tenth of the tenants is taken and business time passes ten times as fast, so
that the work for each business second is the same; `SCALE=1` takes all of them (six
minutes for each number of processes). Planning is measured apart, on the evening before:
the lag is the machine's time from a worker's start, with nothing planned, until the last
tenant has its next two mornings. Lateness is that of deliveries, in whole business seconds;
a sweep, once in a second of the machine, is up to ten of them in the default run.
"""

import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time

import asyncpg
from msgspec import Struct

from benchmarks.harness.children import ChildFailed
from benchmarks.harness.database import database
from benchmarks.harness.figures import Figure, Result
from benchmarks.harness.scale import Scale
from benchmarks.harness.workers import work_until
from benchmarks.mornings import businesses
from claw.core.routines.preparing import LEAD_SECONDS, SPREAD_SECONDS
from claw.core.time import Daily
from claw.store.embedded import Urls
from claw.store.tenancy import Pool

NAME = "mornings"
WORKER = "benchmarks.mornings.worker"
_SIX = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
"""06:00 on 25 November 2026 in Sydney, where all tenants of the benchmarks live."""

_EVENING = _SIX - timedelta(hours=10)
_LARGE_IN = 50
_LARGE_VISITS, _SMALL_VISITS = 1_000, 3
_MOST_SECONDS = 3_600
_LATENESS = """
select percentile_disc(array[0.5, 0.99, 1.0]) within group
       (order by extract(epoch from ended_at - not_before)::integer)
from claw.delivery where state = 'sent'
"""


class Morning(Struct, frozen=True, kw_only=True):
    """What one morning came to: machine seconds, business seconds, CPU."""

    planning_seconds: float
    planning_cpu: float
    late: tuple[int, int, int]
    cpu: float


async def measure(scale: Scale) -> Result:
    """One morning for each number of processes, each on a database of its own."""
    share = float(os.environ.get("SCALE", "0.1"))
    tenants = max(1, round(scale.tenants * share))
    speed = scale.morning_speed * scale.tenants / tenants
    figures: list[Figure] = []
    for processes in scale.processes:
        figures += _figures(tenants, processes, await _morning(tenants, processes, speed))
    return Result(figures=tuple(figures))


def _figures(tenants: int, processes: int, found: Morning) -> list[Figure]:
    workers = f"{tenants:,} tenants, {processes} process{'es' if processes > 1 else ''}"
    half, most, last = found.late
    return [
        _told(f"planning lag, {workers}", found.planning_seconds, "s",
              f"{1000 * found.planning_cpu / tenants:.1f} CPU-ms a tenant"),
        _told(f"lateness p50, {workers}", half, "business s"),
        _told(f"lateness p99, {workers}", most, "business s", f"the last {last} business s"),
        _told(f"worker CPU a tenant, {workers}", 1000 * found.cpu / tenants, "CPU-ms"),
    ]  # fmt: skip


def _told(what: str, value: float, unit: str, detail: str = "") -> Figure:
    return Figure(benchmark=NAME, what=what, rounds=(value,), unit=unit, detail=detail)


async def _morning(tenants: int, processes: int, speed: float) -> Morning:
    async with database() as urls:
        async with Pool(urls.app) as pool:
            large = tenants // _LARGE_IN
            visits = [_LARGE_VISITS] * large + [_SMALL_VISITS] * (tenants - large)
            await businesses.add(pool, visits, Daily(at=wall_time(6)), _EVENING)
        session = await asyncpg.connect(urls.owner)
        try:
            await see_everything(session)
            planning, planning_cpu = await _plan(urls, session, tenants, processes)
            cpu = await _live(urls, session, tenants, processes, speed)
            late = await session.fetchval(_LATENESS)
        finally:
            await session.close()
    return Morning(planning_seconds=planning, planning_cpu=planning_cpu, late=tuple(late), cpu=cpu)


async def see_everything(session: asyncpg.Connection) -> None:
    """Let the owner look at every tenant's rows; the application's roles stay bound."""
    for table in ("occurrence", "delivery"):
        await session.execute(f"alter table claw.{table} no force row level security")


async def _plan(
    urls: Urls, session: asyncpg.Connection, tenants: int, processes: int
) -> tuple[float, float]:
    """Plan on the evening before, which lasts; the seconds it took, and the CPU."""
    began = 0.0

    async def done() -> bool:
        nonlocal began
        began = began or time.monotonic()
        counted = "select count(distinct tenant_id) from claw.occurrence"
        return await session.fetchval(counted) == tenants

    clock = (_EVENING.isoformat(), str(time.time()), "0")
    spent = await work_until(
        WORKER, urls.app, *clock, number=processes, done=done, seconds=_MOST_SECONDS
    )
    return time.monotonic() - began, sum(each.cpu_seconds for each in spent)


async def _live(
    urls: Urls, session: asyncpg.Connection, tenants: int, processes: int, speed: float
) -> float:
    """Live through the morning from before its earliest preparation; the workers' CPU."""
    base = _SIX - timedelta(seconds=LEAD_SECONDS + SPREAD_SECONDS + 5 * speed)
    clock = (base.isoformat(), str(time.time()), str(speed))
    spent = await work_until(
        WORKER, urls.app, *clock, number=processes, done=all_sent(session, tenants),
        seconds=_MOST_SECONDS,
    )  # fmt: skip
    if await session.fetchval("select count(*) from claw.delivery") != tenants:
        raise ChildFailed("not every tenant has one delivery")
    return sum(each.cpu_seconds for each in spent)


def all_sent(session: asyncpg.Connection, expected: int) -> Callable[[], Awaitable[bool]]:
    """Asks whether so many deliveries were sent."""

    async def done() -> bool:
        sent = await session.fetchval("select count(*) from claw.delivery where state = 'sent'")
        return int(sent) >= expected

    return done
