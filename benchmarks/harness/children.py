"""Running what is measured in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct

ROOT = Path(__file__).resolve().parents[2]


class ChildFailed(Exception):
    """A child ended badly; the message is the end of what it said."""


class Spent(Struct, frozen=True):
    """What a child spent on its work, as its meter tells it."""

    cpu_seconds: float
    resident_bytes: list[int]
    facts: dict[str, int | str]


def run(module: str, *arguments: str, python: Path | None = None) -> Spent:
    """Run ``python -m module`` and read what it spent.

    Raises:
        ChildFailed: when it ends with an error.
    """
    done = subprocess.run(
        [str(python or sys.executable), "-m", module, *arguments],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ChildFailed(f"{module}: {done.stderr.strip()[-2000:]}")
    return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=Spent)


@contextmanager
def page_server(pages: int, rows: int) -> Iterator[str]:
    """Serve pages of bookings from another process; yields the origin."""
    with _server("benchmarks.bookings.served", str(pages), str(rows)) as said:
        yield f"http://127.0.0.1:{said}"


@contextmanager
def simulator(
    connector: str, today: date, schedules: int = 0, *, limited: bool = True
) -> Iterator[tuple[str, str]]:
    """Serve a vendor's simulator from another process; yields its origin and a key."""
    module, limit = "benchmarks.harness.served_simulator", "limited" if limited else "unlimited"
    with _server(module, connector, today.isoformat(), str(schedules), limit) as said:
        origin, key = said.split(" ", 1)
        yield origin, key


@contextmanager
def _server(module: str, *arguments: str) -> Iterator[str]:
    """A server for as long as the block lasts; yields the one line it says when it is ready."""
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            said = server.stdout.readline().strip()
            if not said:
                raise ChildFailed(f"{module} did not start")
            yield said
        finally:
            server.stdin.close()


def environment() -> dict[str, str]:
    """The environment of every child: the sources on the path, nothing of a person's setup."""
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONTZPATH": ""}
