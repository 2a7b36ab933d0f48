"""One worker: ``python -m benchmarks.mornings.worker URL BASE EPOCH SPEED [SECONDS]``.

A whole one of the product over a source in memory, on a clock of its own: business time is
BASE at the machine's time EPOCH and passes SPEED times as fast. Says ``ready``, begins at
the first line of its input, stops at its end, and notes what is resident every SECONDS.
"""

import asyncio
import sys
import time
from datetime import UTC, datetime, timedelta

from benchmarks.harness.meter import Meter
from benchmarks.harness.quiet import Quiet
from benchmarks.mornings.source import MemorySource, OneConnector
from claw.core.model.versions import released_versions
from claw.core.time import pin_tzdata, tzdata_version
from claw.engine.deliveries.console import ConsoleChannel
from claw.engine.deliveries.lane import DeliveryLane
from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import Sweep
from claw.engine.lanes.worker import Worker
from claw.engine.routines.lane import OccurrenceLane
from claw.engine.routines.morning import Morning
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.engine.sync import SyncService
from claw.engine.sync.source import Sources
from claw.parts import vertical_packs
from claw.store.queue.runtime import QueueRuntime
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.holidays import PackagedHolidays
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox

_NEVER = "86400"


class SpedClock:
    """Business time that passes at another speed than the machine's."""

    def __init__(self, base: datetime, epoch: float, speed: float) -> None:
        self._base = base
        self._epoch = epoch
        self._speed = speed

    def now(self) -> datetime:
        """Whole seconds, as every clock of the product."""
        passed = (time.time() - self._epoch) * self._speed
        return self._base + timedelta(seconds=int(passed))


def worker_on(pool: Pool, url: str, clock: SpedClock) -> Worker:
    """The worker that the product would build, with the console as its only channel."""
    db, ids, quiet, catalog = PostgresDatabase(pool), RandomIds(), Quiet(), OneConnector()
    tzdata, packs = tzdata_version(), vertical_packs()
    sources = Sources(
        db=db, catalog=catalog, http=MemorySource(), box=AesGcmBox(bytes(32)),
        metrics=quiet, log=quiet,
    )  # fmt: skip
    snapshots = SnapshotService(
        db=db, clock=clock, catalog=catalog, versions=released_versions(), tzdata_version=tzdata
    )
    summaries = SummaryService(
        db=db,
        clock=clock,
        snapshots=snapshots,
        verticals=packs,
        holidays=PackagedHolidays(),
        tzdata_version=tzdata,
    )
    sync = SyncService(db=db, clock=clock, ids=ids, sources=sources, metrics=quiet)
    morning = Morning(sync=sync, snapshots=snapshots, summaries=summaries, db=db, log=quiet)
    kinds = {
        "occurrence": OccurrenceLane(
            db=db, clock=clock, ids=ids, morning=morning, tzdata_version=tzdata, log=quiet
        ),
        "delivery": DeliveryLane(
            db=db,
            clock=clock,
            summaries=summaries,
            verticals=packs,
            channels={"console": ConsoleChannel()},
            metrics=quiet,
            log=quiet,
        ),
    }
    return Worker(
        runtime=QueueRuntime(url, quiet),
        runner=LaneRunner(db=db, clock=clock, ids=ids, kinds=kinds, metrics=quiet, log=quiet),
        sweep=Sweep(db=db, clock=clock, kinds=kinds, metrics=quiet, log=quiet),
    )


async def main(url: str, base: str, epoch: str, speed: str, every: str = _NEVER) -> None:
    """Work until the input ends."""
    pin_tzdata()
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.readline)
    meter = Meter()
    clock = SpedClock(datetime.fromisoformat(base).astimezone(UTC), float(epoch), float(speed))
    async with Pool(url) as pool:
        working = asyncio.create_task(worker_on(pool, url, clock).run(stop=stop))
        watching = asyncio.create_task(_watch(meter, float(every)))
        ending = loop.run_in_executor(None, sys.stdin.read)
        await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
        watching.cancel()
        stop.set()
        await working
    meter.tell()


async def _watch(meter: Meter, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        meter.page()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
