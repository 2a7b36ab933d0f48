"""A simulator on a Tuesday, and a client of it that speaks plain HTTP in process."""

from collections.abc import AsyncIterator
from datetime import date

import httpx2
import pytest

from claw.connectors.simpro.simulator import Simulator, create_simulator

TODAY = date(2026, 11, 24)


class StillClock:
    """A monotonic clock that each request moves on by a fifth of a second."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(seed=1, today=TODAY, monotonic=StillClock(0.2))


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=simulator.app),
        base_url="http://build.test/api/v1.0/companies/2",
        headers={"Authorization": f"Bearer {simulator.api_key}"},
    ) as client:
        yield client


@pytest.fixture
def fresh() -> Simulator:
    return create_simulator(seed=1, today=TODAY)
