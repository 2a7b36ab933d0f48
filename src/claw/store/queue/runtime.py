"""The runtime as everybody sees it; the queue is brought in when it begins to work."""

import asyncio

import asyncpg

from claw.ports.connector import Log
from claw.ports.work import Answer
from claw.store.trouble import server_trouble, told, where


class QueueRuntime:
    """``WorkRuntime`` over connections of its own; the listening one must not be pooled."""

    def __init__(self, url: str, log: Log) -> None:
        self._url = url
        self._log = log

    async def run(self, answer: Answer, *, stop: asyncio.Event) -> None:
        """Answer calls until ``stop`` is set; those under way finish."""
        from claw.store.queue.hearing import hear

        place = where(self._url)
        with told(place):
            pool = await asyncpg.create_pool(self._url, min_size=2, max_size=6, timeout=10)
        try:
            with server_trouble(place):
                await hear(pool, answer, stop, self._log)
        finally:
            pool.terminate()
