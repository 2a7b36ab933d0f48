"""Several processes of one kind that work until they are told to stop."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable

import msgspec

from benchmarks.harness.children import ROOT, ChildFailed, Spent, environment

_LOOK_SECONDS = 0.2


async def work_until(
    module: str, *arguments: str, number: int, done: Callable[[], Awaitable[bool]], seconds: float
) -> list[Spent]:
    """Run ``python -m module`` so many times at once until ``done`` says so.

    A worker says one line when it is ready, ends when its input does and tells what it
    spent in its last line. ``done`` is first asked when all are ready.

    Raises:
        ChildFailed: when one ends by itself, or nothing is done after ``seconds``.
    """
    command = [sys.executable, "-m", module, *arguments]
    workers = [_start(command) for _ in range(number)]
    try:
        await asyncio.gather(*(asyncio.to_thread(_ready, worker) for worker in workers))
        for worker in workers:
            _say(worker, "go\n")
        await _wait(workers, done, seconds)
        # Each in a thread: all are told to stop before any is waited for.
        told = await asyncio.gather(*(asyncio.to_thread(w.communicate) for w in workers))
    finally:
        for worker in workers:
            worker.kill()
    return [msgspec.json.decode(out.strip().splitlines()[-1], type=Spent) for out, _ in told]


def _start(command: list[str]) -> "subprocess.Popen[str]":
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=environment(), cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    )


def _ready(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdout is not None
    if not worker.stdout.readline():
        raise ChildFailed("a worker did not start")


def _say(worker: "subprocess.Popen[str]", text: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(text)
    worker.stdin.flush()


async def _wait(
    workers: list["subprocess.Popen[str]"], done: Callable[[], Awaitable[bool]], seconds: float
) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not await done():
        if any(worker.poll() is not None for worker in workers):
            raise ChildFailed("a worker ended by itself")
        if loop.time() > until:
            raise ChildFailed(f"not done after {seconds:.0f} seconds")
        await asyncio.sleep(_LOOK_SECONDS)
