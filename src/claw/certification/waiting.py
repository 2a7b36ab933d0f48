"""Time of a rehearsal: the business's clock stands still, waits are skipped and counted."""

import asyncio
from collections import deque
from datetime import datetime, timedelta
from random import Random


class SetClock:
    """A clock that shows what it was set to."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The instant it was set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Show ``now`` from now on."""
        self._now = now

    def pass_minute(self) -> None:
        """Let a minute go by."""
        self._now += timedelta(minutes=1)


class SkippingMachine:
    """The event loop's clock, ahead by every wait that was skipped."""

    def __init__(self) -> None:
        self._skipped = 0.0
        self._chance = Random(1)  # noqa: S311  # jitter of waits, repeated the same way

    def seconds(self) -> float:
        """Seconds on the loop's clock, skipped ones among them."""
        return asyncio.get_running_loop().time() + self._skipped

    async def sleep(self, seconds: float) -> None:
        """Skip ``seconds``; others get their turn."""
        self._skipped += max(0.0, seconds)
        await asyncio.sleep(0)

    def uniform(self, low: float, high: float) -> float:
        """A number between the two; the same ones in every run."""
        return self._chance.uniform(low, high)


class SharedBudget:
    """The rate budget of a rehearsal: as the shared one counts, on the skipping clock."""

    def __init__(self, machine: SkippingMachine) -> None:
        self._machine = machine
        self._granted: dict[bytes, deque[float]] = {}

    async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
        """Seconds to wait, 0 when the request was granted."""
        now = self._machine.seconds()
        granted = self._granted.setdefault(key, deque())
        while granted and granted[0] <= now - per_seconds:
            granted.popleft()
        if len(granted) >= requests:
            return granted[0] + per_seconds - now + 0.001
        granted.append(now)
        return 0.0
