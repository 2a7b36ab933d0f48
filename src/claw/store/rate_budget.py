"""The shared rate budget: one statement decides for every process."""

from claw.store.tenancy import Pool


class PostgresRateBudget:
    """``RateBudget`` on the database's clock.

    Each grant is a transaction of its own, committed before the request leaves.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
        async with self._pool.platform() as transaction:
            wait = await transaction.fetchval(
                "select claw.take_rate($1, $2, $3)", key, requests, per_seconds
            )
        return float(str(wait))
