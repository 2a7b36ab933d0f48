"""``claw serve``: the processes that run by themselves."""

import asyncio
import signal
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from claw.cli.output import EXIT_INTERRUPTED, note
from claw.cli.runtime import run

if TYPE_CHECKING:
    from claw.app import Engine


class Part(StrEnum):
    """What a process does: answer probes and programs, work in the background, or both."""

    API = "api"
    WORKER = "worker"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(serve)


def serve(
    part: Annotated[Part, typer.Argument(help="api, worker or all.")] = Part.ALL,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of health and metrics.")
    ] = None,
) -> None:
    """Run until SIGTERM or Ctrl-C; what is under way is finished first."""

    async def work(engine: "Engine") -> bool:
        return await _serve(engine, part, port)

    if run(work, json=False):
        raise typer.Exit(EXIT_INTERRUPTED)


async def _serve(engine: "Engine", part: Part, port: int | None) -> bool:
    """Returns whether it was Ctrl-C that ended it."""
    from claw.app import serve_health

    stop, interrupted = asyncio.Event(), asyncio.Event()

    def interrupt() -> None:
        interrupted.set()
        stop.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGINT, interrupt)
    works = part is not Part.API
    async with AsyncExitStack() as stack:
        chosen = port
        if part is Part.WORKER and chosen is None:
            chosen = engine.settings.worker_http_port
        if part is not Part.WORKER or chosen is not None:
            served = await stack.enter_async_context(serve_health(engine, chosen, works=works))
            note(f"health and metrics on {served.base_url}")
        note(f"{part} is running; SIGTERM or Ctrl-C ends it")
        if works:
            await engine.worker.run(stop=stop)
        else:
            await stop.wait()
    note("ended; everything under way was finished")
    return interrupted.is_set()
