"""One worker of either side: ``python -m benchmarks.lanes.child lanes|bare URL BATCH``.

Says ``ready``, begins at the first line of its input and stops at its end. Its facts are
the items it finished and when the first and the last of them was, in nanoseconds.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job

from benchmarks.harness.meter import Meter
from benchmarks.harness.quiet import Quiet
from benchmarks.lanes.items import ItemLane
from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import Sweep
from claw.engine.lanes.worker import Worker
from claw.store.queue.names import queries, settings
from claw.store.queue.runtime import QueueRuntime
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.clocks import SystemClock
from claw.system.ids import RandomIds

NO_OP = "no-op"


class Span:
    """How many items were finished, and when the first and the last."""

    def __init__(self) -> None:
        self.items = 0
        self.first = 0
        self.last = 0

    def finished(self, items: int = 1) -> None:
        """So many more, now."""
        self.items += items
        self.last = time.time_ns()
        self.first = self.first or self.last


Side = Callable[[str, int, Span, asyncio.Event], Awaitable[None]]


async def lanes(url: str, batch: int, span: Span, stop: asyncio.Event) -> None:
    """A whole worker of ours with one kind of work."""
    async with Pool(url) as pool:
        db, clock, quiet = PostgresDatabase(pool), SystemClock(), Quiet()
        kinds = {"item": ItemLane(pool, batch, span.finished)}
        worker = Worker(
            runtime=QueueRuntime(url, quiet),
            runner=LaneRunner(
                db=db, clock=clock, ids=RandomIds(), kinds=kinds, metrics=quiet, log=quiet
            ),
            sweep=Sweep(db=db, clock=clock, kinds=kinds, metrics=quiet, log=quiet),
        )
        await worker.run(stop=stop)


async def bare(url: str, batch: int, span: Span, stop: asyncio.Event) -> None:
    """The queue's own worker with a handler that does nothing."""
    pool = await asyncpg.create_pool(url, min_size=2, max_size=6)
    manager = QueueManager(queries(AsyncpgPoolDriver(pool)), channel=settings().channel)

    @manager.entrypoint(NO_OP, accepts_context=False)
    async def no_op(job: Job) -> None:
        span.finished()

    async def shut_down() -> None:
        await stop.wait()
        manager.shutdown.set()

    await asyncio.gather(manager.run(batch_size=batch), shut_down())
    pool.terminate()


SIDES: Mapping[str, Side] = {"lanes": lanes, "bare": bare}


async def main(side: str, url: str, batch: int) -> None:
    """Work until the input ends."""
    loop = asyncio.get_running_loop()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.readline)
    meter, span, stop = Meter(), Span(), asyncio.Event()
    working = asyncio.create_task(_awaited(SIDES[side](url, batch, span, stop)))
    ending = loop.run_in_executor(None, sys.stdin.read)
    await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await working
    meter.tell(items=span.items, first=span.first, last=span.last)


async def _awaited(side: Awaitable[None]) -> None:
    await side


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
