"""A worker in a process of its own, on a clock that a file drives, to be killed at any moment.

Arguments: database URL and the clock's file.
"""

import asyncio
import sys
from pathlib import Path

from claw.core.model.versions import released_versions
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
from claw.store.queue.runtime import QueueRuntime
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.clocks import FileClock
from claw.system.holidays import PackagedHolidays
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.routine_world import TZDATA, packs
from claw_testing.scripted_connector import ScriptedConnector, Vendor, VendorHttpFactory
from claw_testing.sync_world import OneConnector, Tally


def worker(pool: Pool, url: str, clock: FileClock) -> Worker:
    """A whole worker over the scripted vendor."""
    db, ids, tally = PostgresDatabase(pool), RandomIds(), Tally()
    vendor = Vendor()
    for day in range(1, 31):
        vendor.visit(day, f"2026-10-{day:02d}T22:00")
    sync = SyncService(
        db=db,
        clock=clock,
        ids=ids,
        sources=Sources(
            db=db,
            catalog=OneConnector(ScriptedConnector()),
            http=VendorHttpFactory(vendor),
            box=AesGcmBox(bytes(32)),
            metrics=tally,
            log=tally,
        ),
        metrics=tally,
        lease_wait_seconds=0,
    )
    snapshots = SnapshotService(
        db=db,
        clock=clock,
        catalog=OneConnector(ScriptedConnector()),
        versions=released_versions(),
        tzdata_version=TZDATA,
    )
    summaries = SummaryService(
        db=db,
        clock=clock,
        snapshots=snapshots,
        verticals=packs(),
        holidays=PackagedHolidays(),
        tzdata_version=TZDATA,
    )
    morning = Morning(sync=sync, snapshots=snapshots, summaries=summaries, db=db, log=tally)
    kinds = {
        "occurrence": OccurrenceLane(
            db=db, clock=clock, ids=ids, morning=morning, tzdata_version=TZDATA, log=tally
        ),
        "delivery": DeliveryLane(
            db=db,
            clock=clock,
            summaries=summaries,
            verticals=packs(),
            channels={"console": ConsoleChannel()},
            metrics=tally,
            log=tally,
        ),
    }
    return Worker(
        runtime=QueueRuntime(url, tally),
        runner=LaneRunner(db=db, clock=clock, ids=ids, kinds=kinds, metrics=tally, log=tally),
        sweep=Sweep(db=db, clock=clock, kinds=kinds, metrics=tally, log=tally),
    )


async def main(url: str, clock_file: str) -> None:
    """Work until killed."""
    async with Pool(url) as pool:
        await worker(pool, url, FileClock(Path(clock_file))).run(stop=asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
