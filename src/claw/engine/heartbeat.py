"""Something done again and again while a block runs, whatever becomes of it each time."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def beating(beat: Callable[[], Awaitable[None]], seconds: float) -> AsyncGenerator[None]:
    """Await ``beat`` every ``seconds`` until the block ends.

    A beat that fails is a beat that was missed: it neither ends the others nor gets out of
    here, where it would hide how the work itself ended. What is kept alive must outlast a
    few missed beats.
    """
    heart = asyncio.create_task(_beat(beat, seconds))
    try:
        yield
    finally:
        heart.cancel()
        # Unlike awaiting it, waiting raises nothing of the heart's own.
        await asyncio.wait([heart])


async def _beat(beat: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        with suppress(Exception):
            await beat()
