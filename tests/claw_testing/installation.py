"""A whole installation for one test: its own home, a simulator on loopback, the real command.

A command runs inside the test's process, from ``claw``'s entry point to its exit code, with
the arguments, environment, folder and standard streams that a shell would give it: starting
Python and importing Claw anew costs more than most commands do. Where the process itself is
what a test is about (its signals, its end, what is installed for it), ``start`` and
``claw_apart`` run it as one.
"""

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from claw.cli import main
from claw.connectors.simpro.simulator import Simulator, create_simulator
from claw_testing.scratch_database import Server, create_database, drop_database

NOW = "2026-11-24T19:00:00Z"
TODAY = date(2026, 11, 25)
# One day asks the vendor half of what the whole window does, at its ten requests a second.
DAY = ("--from", "2026-11-25", "--to", "2026-11-25")
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CLAW = Path(sys.executable).with_name("claw")


@dataclass
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The JSON Lines on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Installation:
    """``CLAW_HOME`` and the environment of its commands, at 06:00 in Sydney."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)

    def claw(self, *arguments: str, stdin: str = "", **environment: str) -> Ran:
        """Run the command, here, to its end."""
        streams = _Streams(stdin)
        with (
            chdir(self.home),
            _as_a_shell_would(self._environment(environment), arguments, streams),
        ):
            try:
                main.run()
            except SystemExit as end:
                code = end.code
            else:
                code = 0
        assert isinstance(code, int), code
        return Ran(code, streams.text(streams.out), streams.text(streams.err))

    def claw_apart(self, *arguments: str) -> Ran:
        """Run the command as a process of its own, which finds what is installed anew."""
        with self.start(*arguments) as process:
            out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out, err)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        """Start the command and leave it running."""
        return self._start([str(CLAW), *arguments], environment)

    def start_code(self, code: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start Python code that runs the command in some way of its own."""
        return self._start([sys.executable, "-c", code, *arguments], {})

    def _start(
        self, words: Sequence[str], environment: Mapping[str, str]
    ) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment(environment),
            cwd=self.home,
        )

    def create_tenant(self, slug: str = "harbour", zone: str = "Australia/Sydney") -> None:
        """A trades business."""
        ran = self.claw(
            "tenant", "create", slug, "--name", slug.title(), "--zone", zone,
            "--country", "AU", "--vertical", "trades",
        )  # fmt: skip
        assert ran.code == 0, ran.err

    def connect(
        self, base_url: str, key: str, *, tenant: str = "harbour", company: int = 2
    ) -> None:
        """Connect a simulator, as fast as the vendor allows."""
        ran = self.claw(
            "connection", "add", "simpro", "--tenant", tenant, "--name", "simpro",
            "--set", f"base_url={base_url}", "--set", f"company_id={company}",
            "--set", "requests_per_second=10", "--secret", "api_key=env:SIMPRO_KEY",
            SIMPRO_KEY=key,
        )  # fmt: skip
        assert ran.code == 0, ran.err

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CLAW_HOME": str(self.home / "data"),
            "CLAW_ENV": "test",
            "CLAW_CLOCK": f"fixed:{NOW}",
            "CLAW_SECRET_KEY": KEY,
            **self.environment,
            **more,
        }


class _Streams:
    """Standard streams that are pipes: bytes below text, and no terminal."""

    def __init__(self, stdin: str) -> None:
        self.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        self.out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        self.err = io.TextIOWrapper(
            io.BytesIO(), encoding="utf-8", errors="backslashreplace", line_buffering=True
        )

    @staticmethod
    def text(stream: io.TextIOWrapper) -> str:
        stream.flush()
        raw = stream.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode()


@contextmanager
def _as_a_shell_would(
    environment: Mapping[str, str], arguments: tuple[str, ...], streams: _Streams
) -> Iterator[None]:
    before = dict(os.environ), sys.argv, sys.stdin, sys.stdout, sys.stderr
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [str(CLAW), *arguments]
    sys.stdin, sys.stdout, sys.stderr = streams.stdin, streams.out, streams.err
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before[0])
        _, sys.argv, sys.stdin, sys.stdout, sys.stderr = before


@contextmanager
def on_a_server(home: Path, server: Server) -> Iterator[Installation]:
    """An installation whose database is a fresh one of ``server``, gone afterwards."""
    database = asyncio.run(create_database(server))
    try:
        yield Installation(
            home,
            {
                "CLAW_DATABASE_URL": database.app,
                "CLAW_WORKER_DATABASE_URL": database.worker,
                "CLAW_ADMIN_DATABASE_URL": database.owner,
            },
        )
    finally:
        asyncio.run(drop_database(server, database))


def simulator(*faults: str, seed: int = 1) -> Simulator:
    """The vendor on the tests' day."""
    return create_simulator(seed=seed, today=TODAY, faults=faults)
