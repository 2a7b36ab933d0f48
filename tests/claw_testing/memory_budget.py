"""A rate budget in memory, counting as the shared one does."""

from collections import deque

from claw.connect.machine import Machine


class MemoryRateBudget:
    """Grants by key in a sliding window of machine time; ``granted`` keeps every grant."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._recent: dict[bytes, deque[float]] = {}
        self.granted: list[tuple[bytes, float]] = []

    async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
        now = self._machine.seconds()
        recent = self._recent.setdefault(key, deque())
        while recent and recent[0] <= now - per_seconds:
            recent.popleft()
        if len(recent) >= requests:
            return recent[0] + per_seconds - now + 0.001
        recent.append(now)
        self.granted.append((key, now))
        return 0.0
