"""What a transport needs of its surroundings, standing in for the real ones.

Time that is waited away at once, a budget in memory, a log that keeps its lines.
"""

import asyncio
from collections import deque
from datetime import datetime

from claw.ports.request_observer import RequestAttempt


class SkippedTime:
    """Machine time that passes only by waiting, and then at once; chance is always the most."""

    def __init__(self) -> None:
        self._now = 0.0

    def seconds(self) -> float:
        """Seconds waited so far."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` have passed."""
        self._now += max(seconds, 0.0)
        await asyncio.sleep(0)

    def uniform(self, low: float, high: float) -> float:
        """The upper bound: the longest wait is the one to survive."""
        return high


class StoppedClock:
    """Business time that stands still."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """The one instant there is."""
        return self._now


class MemoryBudget:
    """A rate budget in memory, counting as the shared one does."""

    def __init__(self, time: SkippedTime) -> None:
        self._time = time
        self._recent: dict[bytes, deque[float]] = {}

    async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
        """See ``claw.ports.rate_budget``."""
        now = self._time.seconds()
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - per_seconds:
            recent.popleft()
        if len(recent) >= requests:
            return recent[0] + per_seconds - now + 0.001
        recent.append(now)
        return 0.0


class Notebook:
    """Keeps every attempt the transport tells of."""

    def __init__(self) -> None:
        self.attempts: list[RequestAttempt] = []

    def attempted(self, attempt: RequestAttempt) -> None:
        """Take note of it."""
        self.attempts.append(attempt)


class KeptLines:
    """A connector's log, kept as text exactly as the connector gave it, unmasked."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def info(self, event: str, **values: object) -> None:
        """Keep a line."""
        self.lines.append(f"info {event} {values!r}")

    def warning(self, event: str, **values: object) -> None:
        """Keep a line."""
        self.lines.append(f"warning {event} {values!r}")
