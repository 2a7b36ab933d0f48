"""Never more grants than allowed in any window, whoever asks and however often."""

import asyncio
import time

import asyncpg
import pytest

from claw.store.rate_budget import PostgresRateBudget
from claw.store.tenancy import Pool
from claw_testing.scratch_database import TestDatabase

KEY = b"k" * 32


async def instants(database: TestDatabase) -> list[float]:
    connection = await asyncpg.connect(database.superuser)
    try:
        granted = await connection.fetchval("select granted_at from claw.rate_budget")
        return [instant.timestamp() for instant in granted]
    finally:
        await connection.close()


async def spend(pool: Pool, grants: int, *, requests: int) -> int:
    """Ask until that many were granted, as the waits say; returns how often it asked."""
    budget = PostgresRateBudget(pool)
    asked = 0
    while grants:
        asked += 1
        wait = await budget.acquire(KEY, requests=requests, per_seconds=1)
        if wait == 0:
            grants -= 1
        else:
            await asyncio.sleep(wait)
    return asked


async def test_no_second_holds_more_than_the_budget_across_connections(
    scratch: TestDatabase,
) -> None:
    """The longer window makes the server keep what it granted, so that it can be counted."""
    requests = 5
    async with Pool(scratch.app) as first, Pool(scratch.worker) as second:
        await PostgresRateBudget(first).acquire(KEY, requests=requests, per_seconds=60)
        await asyncio.gather(
            *(spend(pool, 2, requests=requests) for pool in (first, second) for _ in range(3))
        )
    granted = await instants(scratch)
    assert len(granted) == 13
    for earlier, later in zip(granted, granted[requests:], strict=False):
        assert later - earlier >= 1.0


async def test_a_refusal_says_how_long_to_wait_and_costs_nothing(scratch: TestDatabase) -> None:
    async with Pool(scratch.app) as pool:
        budget = PostgresRateBudget(pool)
        assert await budget.acquire(KEY, requests=1, per_seconds=1) == 0
        started = time.monotonic()
        waits = [await budget.acquire(KEY, requests=1, per_seconds=1) for _ in range(20)]
        assert all(0 < wait <= 1 for wait in waits)
        await asyncio.sleep(waits[-1])
        assert await budget.acquire(KEY, requests=1, per_seconds=1) == 0
        assert time.monotonic() - started < 2


async def test_budgets_of_different_keys_do_not_touch(scratch: TestDatabase) -> None:
    async with Pool(scratch.app) as pool:
        budget = PostgresRateBudget(pool)
        assert await budget.acquire(KEY, requests=1, per_seconds=60) == 0
        assert await budget.acquire(KEY, requests=1, per_seconds=60) > 0
        assert await budget.acquire(b"other" * 4, requests=1, per_seconds=60) == 0


async def test_a_clock_that_was_set_back_never_grants_too_much(scratch: TestDatabase) -> None:
    """Grants that seem to lie in the future count as granted now."""
    async with Pool(scratch.app) as pool:
        budget = PostgresRateBudget(pool)
        assert await budget.acquire(KEY, requests=2, per_seconds=1) == 0
        connection = await asyncpg.connect(scratch.superuser)
        await connection.execute(
            "update claw.rate_budget set granted_at ="
            " array[clock_timestamp() + interval '1 hour', clock_timestamp() + interval '1 hour']"
        )
        await connection.close()
        assert 0 < await budget.acquire(KEY, requests=2, per_seconds=1) <= 1


@pytest.mark.parametrize(("requests", "per_seconds"), [(0, 1), (1, 0), (-1, 1), (10_001, 1)])
async def test_a_budget_without_a_limit_is_refused(
    scratch: TestDatabase, requests: int, per_seconds: int
) -> None:
    async with Pool(scratch.app) as pool:
        with pytest.raises(asyncpg.InvalidParameterValueError):
            await PostgresRateBudget(pool).acquire(KEY, requests=requests, per_seconds=per_seconds)
