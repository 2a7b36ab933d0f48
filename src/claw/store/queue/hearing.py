"""Hearing calls: PgQueuer's worker loop, kept to what lanes need of it."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import asyncpg
import msgspec
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError
from pgqueuer.domain.models import Job
from pgqueuer.ports.driver import NotifyCallback

from claw.core.errors import InstallationBroken
from claw.ports.connector import Log
from claw.ports.work import Answer
from claw.store.queue.names import ENTRYPOINT, Call, queries, settings

BATCH = 10
AT_ONCE = 20
"""Lanes worked at the same time in one process; most of their time is waiting for a vendor."""

_POLL = timedelta(seconds=5)
_HEARTBEAT = timedelta(seconds=30)
_KEEP_LOG = "1 day"
HOUSEKEEPING_SECONDS = 3600.0


class ListeningFirst(AsyncpgPoolDriver):
    """Notifies only once somebody here listens.

    The queue proves that notifications arrive by sending itself one as soon as it starts,
    beside its LISTEN and on another connection. On a busy server that one could be sent
    first, would never come, and the worker would be taken for deaf.
    """

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self._listening = asyncio.Event()

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        """Listen; what waits to be notified goes out afterwards."""
        await super().add_listener(channel, callback)
        self._listening.set()

    async def notify(self, channel: str, payload: str) -> None:
        """Notify once there is a listener."""
        await self._listening.wait()
        await super().notify(channel, payload)


async def hear(pool: asyncpg.Pool, answer: Answer, stop: asyncio.Event, log: Log) -> None:
    """Answer calls until ``stop`` is set; those under way finish.

    Raises:
        InstallationBroken: when the database's notifications no longer arrive.
    """
    manager = QueueManager(queries(ListeningFirst(pool)), channel=settings().channel)

    @manager.entrypoint(ENTRYPOINT, accepts_context=False)
    async def lane(job: Job) -> None:
        call = msgspec.json.decode(job.payload or b"", type=Call)
        await answer(call.tenant, call.kind)

    async def shut_down() -> None:
        await stop.wait()
        manager.shutdown.set()

    closing = asyncio.create_task(shut_down())
    keeping = asyncio.create_task(keep_house(pool, log))
    try:
        await manager.run(
            dequeue_timeout=_POLL,
            batch_size=BATCH,
            max_concurrent_tasks=AT_ONCE,
            shutdown_on_listener_failure=True,
            heartbeat_timeout=_HEARTBEAT,
        )
    except FailingListenerError:
        raise InstallationBroken(
            "the database's notifications no longer arrive here",
            code="listener_deaf",
            hint="start the worker again; a pooler between must not share its connection",
        ) from None
    finally:
        for task in (closing, keeping):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def keep_house(
    pool: asyncpg.Pool, log: Log, *, every_seconds: float = HOUSEKEEPING_SECONDS
) -> None:
    """Forget old entries of the queue's own log; what was done stands in our tables.

    Goes on until it is cancelled: a failure is logged and tried again the next time.
    """
    while True:
        try:
            await pool.execute(
                f"delete from {settings().qualified.queue_table_log} "
                "where created < clock_timestamp() - $1::text::interval",
                _KEEP_LOG,
            )
        except Exception as error:  # noqa: BLE001
            # Calls are answered without it; ended silently, the log would grow for ever.
            log.warning("housekeeping failed", code=type(error).__name__)
        await asyncio.sleep(every_seconds)
