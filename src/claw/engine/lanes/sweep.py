"""Finding what is due and nobody works on. Calls make work quick; this makes it certain."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from claw.core.errors import ClawError
from claw.core.routines.clock_jumps import Tick, judge_tick
from claw.engine.lanes.kind import LaneFamily, LaneKind
from claw.engine.lanes.runner import LaneRunner
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.metrics import Metrics
from claw.ports.unit_of_work import Database

SWEEP_SECONDS = 1
"""Due times are kept on the minute, so what comes due is looked for every second."""

AHEAD = frozenset({"delivery"})
"""What is made already goes out before more is made: in a late morning nobody whose summary
is ready waits for those whose summary is not. A lane with more to do joins the end as ever.
"""


class ClockStopped(ClawError):
    """The wall clock gained more than a day: nothing is fired until a person has looked."""

    def __init__(self) -> None:
        super().__init__(
            "the wall clock jumped ahead by more than a day, so nothing is fired",
            code="clock_jumped",
            hint="check this machine's clock; if it is right, start the worker again",
        )


class Round(Struct, frozen=True, kw_only=True):
    """Lanes that had something due, and whether one that was worked said there is more."""

    due: frozenset[tuple[str, UUID]]
    more: bool

    def is_like(self, before: "Round | None") -> bool:
        """Whether it got nowhere: the same lanes are due as before, and none has more."""
        return before is not None and self.due == before.due and not self.more


class Sweep:
    """Calls for every idle lane that has something due."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        kinds: Mapping[str, LaneKind],
        metrics: Metrics,
        log: Log,
        families: Sequence[LaneFamily] = (),
    ) -> None:
        self._db = db
        self._clock = clock
        self._kinds = kinds
        self._families = families
        self._metrics = metrics
        self._log = log
        self._last: Tick | None = None

    async def once(self) -> int:
        """Look at every kind; returns how many lanes were called."""
        now = self._clock.now()
        called = 0
        async for kind, due in self._due(now):
            async with self._db.platform() as uow:
                idle = await uow.idle_lanes.of(kind, due)
                await uow.work.ring_all(kind, idle, ahead=kind in AHEAD)
            called += len(idle)
        return called

    async def work(self, runner: LaneRunner) -> Round:
        """Work every lane with something due here, one batch each."""
        due: set[tuple[str, UUID]] = set()
        more = False
        async for kind, tenants in self._due(self._clock.now()):
            for tenant_id in tenants:
                due.add((kind, tenant_id))
                more = await runner.answer(tenant_id, kind) or more
        return Round(due=frozenset(due), more=more)

    async def _due(self, now: datetime) -> AsyncGenerator[tuple[str, Sequence[UUID]]]:
        """Kinds with tenants that have something due."""
        for kind, work in sorted(self._kinds.items()):
            tenants = await work.due_tenants(now)
            if tenants:
                yield kind, tenants
        for family in self._families:
            for tenant_id, kind in await family.due(now):
                yield kind, [tenant_id]

    async def run(self, *, stop: asyncio.Event) -> None:
        """Sweep until ``stop`` is set.

        Raises:
            ClockStopped: the clock cannot be believed.
            ClawError: the database is gone for longer than a sweep.
        """
        while not stop.is_set():
            self._watch_clock()
            called = await self.once()
            if called:
                self._metrics.count("lane_calls", called)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), SWEEP_SECONDS)

    def _watch_clock(self) -> None:
        tick = Tick(wall=self._clock.now(), monotonic_seconds=asyncio.get_running_loop().time())
        judged = "steady" if self._last is None else judge_tick(self._last, tick)
        self._last = tick
        if judged == "stop":
            raise ClockStopped
        if judged != "steady":
            self._log.warning("the wall clock was set", judged=judged)
