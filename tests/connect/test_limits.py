"""What arrives at the vendor, counted there."""

import asyncio
import itertools
import random
from collections.abc import Sequence

import pytest

from claw.connect import Transient
from claw.connect.limits import Limiters, Pace
from claw.connect.machine import EventLoopMachine
from claw.ports.manifest import Limit
from claw_testing.memory_budget import MemoryRateBudget

LIMIT = Limit(requests=10, per_seconds=1, unit="origin", max_in_flight=8)


class VirtualMachine(EventLoopMachine):
    """Time that passes only when everybody sleeps, so that minutes take milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def seconds(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, next(self._numbers), done))
        await done

    async def run(self, *tasks: asyncio.Task[None]) -> None:
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort()
                self._now, _, done = self._sleepers.pop(0)
                done.set_result(None)
        for task in tasks:
            task.result()


def busiest(arrivals: Sequence[float], seconds: float = 1.0) -> int:
    ordered = sorted(arrivals)
    return max(sum(1 for at in ordered if start <= at < start + seconds) for start in ordered)


@pytest.mark.parametrize("seed", range(8))
async def test_one_process_never_sends_more_than_the_limit_whatever_the_latency(seed: int) -> None:
    machine = VirtualMachine()
    chance = random.Random(seed)
    # The shared budget lets everything through: this process is bounded on its own.
    budget = MemoryRateBudget(machine)
    limiters = Limiters(budget, machine, lambda unit: chance.randbytes(8) + unit.encode())
    arrivals: list[float] = []

    async def ask() -> None:
        limiter = limiters.of(LIMIT, origin="https://a.example", connection_id="c")
        async with limiter.slot(1000.0):
            await machine.sleep(chance.choice([0.0, 0.01, 0.9, 2.5]) * chance.random())
            arrivals.append(machine.seconds())
            await machine.sleep(chance.random() * 0.05)

    await machine.run(*[asyncio.ensure_future(ask()) for _ in range(120)])
    assert len(arrivals) == 120
    assert busiest(arrivals) <= LIMIT.requests


async def test_several_processes_share_the_limit_when_latency_differs_by_under_a_second() -> None:
    machine = VirtualMachine()
    chance = random.Random(7)
    budget = MemoryRateBudget(machine)
    processes = [Limiters(budget, machine, str.encode) for _ in range(4)]
    arrivals: list[float] = []

    async def ask(number: int) -> None:
        limiters = processes[number % len(processes)]
        limiter = limiters.of(LIMIT, origin="https://a.example", connection_id="c")
        async with limiter.slot(1000.0):
            await machine.sleep(chance.random() * 0.95)
            arrivals.append(machine.seconds())

    await machine.run(*[asyncio.ensure_future(ask(number)) for number in range(100)])
    assert busiest(arrivals) <= LIMIT.requests


async def test_connections_to_one_origin_share_a_limiter_and_others_do_not() -> None:
    machine = VirtualMachine()
    limiters = Limiters(MemoryRateBudget(machine), machine, str.encode)
    own = Limit(requests=1, per_seconds=1, unit="connection")
    one = limiters.of(LIMIT, origin="https://a.example", connection_id="1")
    assert limiters.of(LIMIT, origin="https://a.example", connection_id="2") is one
    assert limiters.of(LIMIT, origin="https://b.example", connection_id="1") is not one
    assert limiters.of(own, origin="https://a.example", connection_id="1") is not limiters.of(
        own, origin="https://a.example", connection_id="2"
    )


async def test_no_more_than_the_declared_number_are_under_way() -> None:
    machine = VirtualMachine()
    limiters = Limiters(MemoryRateBudget(machine), machine, str.encode)
    limit = Limit(requests=10, per_seconds=1, unit="origin", max_in_flight=3)
    under_way: list[int] = []
    now = 0

    async def ask() -> None:
        nonlocal now
        limiter = limiters.of(limit, origin="https://a.example", connection_id="c")
        async with limiter.slot(1000.0):
            now += 1
            under_way.append(now)
            await machine.sleep(0.3)
            now -= 1

    await machine.run(*[asyncio.ensure_future(ask()) for _ in range(20)])
    assert max(under_way) == 3


async def test_a_slow_grant_of_the_shared_budget_is_thrown_away() -> None:
    machine = VirtualMachine()

    class SlowBudget:
        asked = 0

        async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
            self.asked += 1
            await machine.sleep(3.0 if self.asked == 1 else 0.1)
            return 0.0

    budget = SlowBudget()

    async def ask() -> None:
        limiter = Limiters(budget, machine, str.encode).of(
            LIMIT, origin="https://a.example", connection_id="c"
        )
        async with limiter.slot(4.0):
            pass

    await machine.run(asyncio.ensure_future(ask()))
    assert budget.asked == 2


async def test_a_shared_budget_that_stays_slow_is_an_error_and_nothing_is_sent() -> None:
    machine = VirtualMachine()

    class SlowBudget:
        async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
            await machine.sleep(3.0)
            return 0.0

    async def ask() -> None:
        limiter = Limiters(SlowBudget(), machine, str.encode).of(
            LIMIT, origin="https://a.example", connection_id="c"
        )
        async with limiter.slot(4.0):
            pytest.fail("was let go")

    with pytest.raises(Transient) as raised:
        await machine.run(asyncio.ensure_future(ask()))
    assert raised.value.cause == "budget_slow"


@pytest.mark.parametrize("pause", [0.0, 0.2, 0.5], ids="stopping {:g} s to write".format)
async def test_a_long_read_takes_as_long_as_the_shared_budget_allows(pause: float) -> None:
    machine = VirtualMachine()
    shared = MemoryRateBudget(machine)

    class BudgetInADatabase:
        async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
            await machine.sleep(0.005)
            return await shared.acquire(key, requests=requests, per_seconds=per_seconds)

    limiter = Limiters(BudgetInADatabase(), machine, str.encode).of(
        LIMIT, origin="https://a.example", connection_id="c"
    )

    async def read() -> None:
        for number in range(100):
            async with limiter.slot(10.0):
                await machine.sleep(0.02)
            if number % 9 == 8:
                await machine.sleep(pause)

    await machine.run(asyncio.ensure_future(read()))
    granted_for_ever = LIMIT.requests / (LIMIT.per_seconds + 1)
    assert machine.seconds() == pytest.approx(100 / granted_for_ever, rel=0.05)


def test_the_pace_is_even_after_a_burst_of_one_second() -> None:
    pace = Pace()
    let_go: list[float] = []
    now = 0.0
    while now < 10:
        wait = pace.wait(now, 4.0)
        if wait > 0:
            now += wait
            continue
        pace.took(now, 4.0)
        let_go.append(now)
    assert let_go[:4] == [0.0] * 4
    assert len(let_go) == pytest.approx(44, abs=1)
    assert busiest(let_go) <= 8


def test_the_pace_halves_once_for_a_storm_and_recovers_little_by_little() -> None:
    pace = Pace()
    for _ in range(3):
        pace.throttled(10.0, 4.0)
    assert pace.rate(4.0) == 2.0
    pace.throttled(12.0, 4.0)
    assert pace.rate(4.0) == 1.0
    pace.went_well(4.0)
    assert pace.rate(4.0) == pytest.approx(1.1)
    for _ in range(40):
        pace.went_well(4.0)
    assert pace.rate(4.0) == 4.0
    for second in range(100):
        pace.throttled(100.0 + second * 2, 4.0)
    assert pace.rate(4.0) == 0.25
