"""API keys, and the request budget that all of them share."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

REQUESTS_A_SECOND = 10
"""Per build: every company and every integration draw on the same budget."""


@dataclass(frozen=True, slots=True)
class Key:
    """A static bearer token with the companies and resources it may read."""

    label: str
    token: str
    companies: tuple[int, ...]
    forbid: tuple[str, ...] = ()

    def may_read(self, resource: str) -> bool:
        """Whether no part of the resource's path is forbidden."""
        return not is_among(resource, self.forbid)


def is_among(resource: str, names: tuple[str, ...]) -> bool:
    """Whether a resource is named outright or by one part of its path."""
    return any(name == resource or name in resource.split("/") for name in names)


class Limiter:
    """Accepted requests of the last second. Refused ones use no budget."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._accepted: deque[float] = deque()

    def admits(self, reserved: int = 0) -> bool:
        """Whether one more request fits, when ``reserved`` of the budget is another's."""
        now = self._monotonic()
        while self._accepted and now - self._accepted[0] >= 1.0:
            self._accepted.popleft()
        if len(self._accepted) >= max(1, REQUESTS_A_SECOND - reserved):
            return False
        self._accepted.append(now)
        return True
