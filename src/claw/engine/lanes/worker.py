"""A worker: hears calls and sweeps, until it is told to stop or one of its loops dies.

A loop that ends by itself ends the worker: a process that only seems to work is worse than
one that its supervisor starts again.
"""

import asyncio

from claw.core.errors import InternalError
from claw.engine.lanes.runner import LaneRunner
from claw.engine.lanes.sweep import Round, Sweep
from claw.ports.work import WorkRuntime

REST_SECONDS = 0.2
"""How long is rested where something is due and nothing comes of it."""


class WorkerNotReady(InternalError):
    """The worker does not work now; readiness says so."""


class Worker:
    """Everything that one process does in the background."""

    def __init__(self, *, runtime: WorkRuntime, runner: LaneRunner, sweep: Sweep) -> None:
        self._runtime = runtime
        self._runner = runner
        self._sweep = sweep
        self._running = False

    def check_alive(self) -> None:
        """Raise WorkerNotReady unless every loop runs."""
        if not self._running:
            raise WorkerNotReady(
                "the worker's loops do not run",
                code="worker_not_running",
                hint="see its log; its supervisor should start it again",
            )

    async def run(self, *, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set, then finish what is under way.

        Raises whatever ended one of the loops; the others are stopped first.
        """
        tasks = [
            asyncio.create_task(self._runtime.run(self._runner.answer, stop=stop)),
            asyncio.create_task(self._sweep.run(stop=stop)),
        ]
        self._running = True
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._running = False
            stop.set()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def until_idle(self, *, seconds: float) -> bool:
        """Work here and now whatever is due, without hearing calls; for scripts and tests.

        Returns False when something was still due after ``seconds``.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        before: Round | None = None
        while True:
            done = await self._sweep.work(self._runner)
            if not done.due:
                return True
            if loop.time() >= deadline:
                return False
            # Somebody else works there, or it fails at once: looking again at once is no use.
            await asyncio.sleep(REST_SECONDS if done.is_like(before) else 0)
            before = done
