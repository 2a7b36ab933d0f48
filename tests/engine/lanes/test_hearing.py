"""The queue's proof that notifications arrive, on a real database."""

import asyncio

import asyncpg
import pytest

from claw.store.embedded import Urls
from claw.store.queue.hearing import ListeningFirst, keep_house
from claw_testing.sync_world import Tally


async def test_a_worker_that_notifies_itself_before_it_listens_is_not_deaf(server: Urls) -> None:
    async with asyncpg.create_pool(server.app, min_size=2, max_size=3) as pool:
        driver = ListeningFirst(pool)
        heard: asyncio.Queue[object] = asyncio.Queue()
        async with driver:
            early = asyncio.create_task(driver.notify("ch_test", "early"))
            # Time enough for it to be sent, were it not held back.
            for _ in range(3):
                await driver.fetch("select 1")
            await driver.add_listener("ch_test", heard.put_nowait)
            await early

            assert await asyncio.wait_for(heard.get(), 5) == "early"


async def test_housekeeping_that_fails_says_so_and_goes_on(server: Urls) -> None:
    tally = Tally()
    pool = await asyncpg.create_pool(server.app, min_size=1, max_size=1)
    await pool.close()

    keeping = asyncio.create_task(keep_house(pool, tally, every_seconds=0.01))
    while tally.lines.count("housekeeping failed") < 2:
        assert not keeping.done()
        await asyncio.sleep(0.01)
    keeping.cancel()

    with pytest.raises(asyncio.CancelledError):
        await keeping
