"""Machine time and chance for pacing and backing off; never used for business."""

import asyncio
import datetime
import random
from typing import Protocol


class Machine(Protocol):
    """What waiting needs, so that a test can wait without waiting."""

    def seconds(self) -> float:
        """Seconds since some fixed moment; only differences mean anything."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """A number between the two, any as likely as another."""
        ...


class EventLoopMachine:
    """The running event loop's own clock, and a generator nobody seeds."""

    def __init__(self) -> None:
        self._random = random.SystemRandom()

    def seconds(self) -> float:
        """Seconds on the loop's clock."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass on the loop."""
        await asyncio.sleep(seconds)

    def uniform(self, low: float, high: float) -> float:
        """Chance nobody can foresee."""
        return self._random.uniform(low, high)


def server_time() -> datetime.datetime:
    """Wall time in UTC for the ``Date`` header of a server this machine runs."""
    return datetime.datetime.now(datetime.UTC)
