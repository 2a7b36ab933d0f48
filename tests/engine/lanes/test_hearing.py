"""The queue's proof that notifications arrive, on a real database."""

import asyncio

import asyncpg

from claw.store.embedded import Urls
from claw.store.queue.hearing import ListeningFirst


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
