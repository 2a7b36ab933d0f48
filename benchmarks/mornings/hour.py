"""Hour: what a worker has resident through a simulated hour of steady work.

One worker process of the product; 120 tenants with six records want a summary every five
minutes, so that some are prepared in every minute and delivered in every fifth. Business
time passes 30 times as fast as the machine's. What is resident is noted a hundred times;
the means of the second tenth and the last are compared.
"""

import asyncio
import time
from datetime import UTC, datetime
from statistics import fmean

import asyncpg

from benchmarks.harness.children import ChildFailed
from benchmarks.harness.database import database
from benchmarks.harness.figures import Figure, Result
from benchmarks.harness.scale import Scale
from benchmarks.harness.workers import work_until
from benchmarks.mornings import businesses
from benchmarks.mornings.benchmark import WORKER, see_everything
from claw.core.time import EveryMinutes
from claw.store.tenancy import Pool

NAME = "hour"
_BEGINS = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
_HOUR_SECONDS = 3_600
_EVERY_MINUTES = 5
_VISITS = 3
_SAMPLES = 100
_MOST_SECONDS = 1_800


async def measure(scale: Scale) -> Result:
    """One hour of one worker."""
    async with database() as urls:
        async with Pool(urls.app) as pool:
            await businesses.add(
                pool,
                [_VISITS] * scale.hour_tenants,
                EveryMinutes(minutes=_EVERY_MINUTES),
                _BEGINS,
            )
        lasts = _HOUR_SECONDS / scale.hour_speed
        until = 0.0

        async def over() -> bool:
            nonlocal until
            until = until or asyncio.get_running_loop().time() + lasts
            return asyncio.get_running_loop().time() >= until

        clock = (_BEGINS.isoformat(), str(time.time()), str(scale.hour_speed))
        (spent,) = await work_until(
            WORKER, urls.app, *clock, str(lasts / _SAMPLES),
            number=1, done=over, seconds=_MOST_SECONDS,
        )  # fmt: skip
        session = await asyncpg.connect(urls.owner)
        await see_everything(session)
        sent = await session.fetchval("select count(*) from claw.delivery where state = 'sent'")
        await session.close()
    return Result(figures=(_figure(spent.resident_bytes, int(sent)),))


def _figure(resident: list[int], sent: int) -> Figure:
    tenth = len(resident) // 10
    if not sent or not tenth:
        raise ChildFailed(f"the hour saw {sent} deliveries and {len(resident)} samples")
    growth = fmean(resident[-tenth:]) / fmean(resident[tenth : 2 * tenth])
    return Figure(
        benchmark=NAME,
        what="worker resident, last tenth / second tenth of an hour",
        rounds=(growth,),
        bar=1.1,
        keep="at most",
        detail=f"{max(resident) / 2**20:.0f} MiB at most, {sent:,} deliveries",
    )
