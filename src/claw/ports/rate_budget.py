"""A vendor's rate limit, shared by everything that asks that vendor."""

from typing import Protocol


class RateBudget(Protocol):
    """Counts requests by key across processes.

    Implementations use machine time of one place (the database's clock), so that two
    hosts whose clocks differ still share one budget.
    """

    async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
        """Take one request out of the budget, or say how long to wait.

        At most ``requests`` grants are given in any ``per_seconds`` seconds, wherever
        those seconds begin. ``key`` is a digest of whoever shares the budget.

        Returns:
            0 when granted and counted, else seconds after which it is worth asking again.
        """
        ...
