"""A worker that only seems to work is worse than one that its supervisor starts again."""

import asyncio

import pytest

from claw.core.errors import InstallationBroken
from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import Sweep
from claw.engine.lanes.worker import Worker, WorkerNotReady
from claw.ports.work import Answer
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw_testing.edge import edge
from claw_testing.sync_world import NOW, HandClock, Tally


class Runtime:
    """Hears nothing until it is stopped, or fails."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.began = asyncio.Event()
        self.ended = False

    async def run(self, answer: Answer, *, stop: asyncio.Event) -> None:
        self.began.set()
        if self.failure is not None:
            raise self.failure
        await stop.wait()
        self.ended = True


def worker(pool: Pool, runtime: Runtime, clock: HandClock | None = None) -> Worker:
    db, tally = PostgresDatabase(pool), Tally()
    return Worker(
        runtime=runtime,
        runner=LaneRunner(
            db=db, clock=HandClock(NOW), ids=RandomIds(), kinds={}, metrics=tally, log=tally
        ),
        sweep=Sweep(db=db, clock=clock or HandClock(NOW), kinds={}, metrics=tally, log=tally),
    )


@edge("queue:6")
async def test_a_loop_that_dies_ends_the_worker_with_its_reason(pool: Pool) -> None:
    failing = Runtime(InstallationBroken("gone", code="listener_deaf"))

    with pytest.raises(InstallationBroken, match="gone"):
        await asyncio.wait_for(worker(pool, failing).run(stop=asyncio.Event()), 5)


@edge("queue:6")
async def test_the_other_loop_is_stopped_first(pool: Pool) -> None:
    clock, runtime = HandClock(NOW), Runtime()
    running = asyncio.create_task(worker(pool, runtime, clock).run(stop=asyncio.Event()))
    await runtime.began.wait()
    await asyncio.sleep(0.05)
    clock.pass_minutes(3 * 24 * 60)  # the sweep does not believe that

    with pytest.raises(Exception, match="jumped ahead"):
        await asyncio.wait_for(running, 5)
    assert runtime.ended


async def test_it_is_ready_only_while_its_loops_run(pool: Pool) -> None:
    runtime, stop = Runtime(), asyncio.Event()
    made = worker(pool, runtime)
    with pytest.raises(WorkerNotReady):
        made.check_alive()

    running = asyncio.create_task(made.run(stop=stop))
    await runtime.began.wait()
    made.check_alive()
    stop.set()
    await asyncio.wait_for(running, 5)

    with pytest.raises(WorkerNotReady):
        made.check_alive()
