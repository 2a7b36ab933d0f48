"""A PostgreSQL beside the image, over TCP, made the way compose.yaml makes its own."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from claw.store.embedded.binaries import Binaries, copy_binaries, wheel_binaries
from scripts.image.world import SCRATCH, ImageWrong

ACCOUNT = "nobody"
"""PostgreSQL refuses to run as root; any account without rights will do."""

_DATA = SCRATCH / "data"
_DUMP = SCRATCH / "claw.dump"
_START_SECONDS = 60
_COMMAND_SECONDS = 120


class Database:
    """The server that an admin's URL names, and what an operator does with it."""

    def __init__(self, admin_url: str, binaries: Binaries) -> None:
        parts = urlsplit(admin_url)
        self._binaries = binaries
        self._name = parts.path.lstrip("/")
        self._password = parts.password or ""
        self._environment = {
            "PATH": os.defpath,
            "LC_ALL": "C",
            "PGHOST": parts.hostname or "",
            "PGPORT": str(parts.port),
            "PGUSER": parts.username or "",
            "PGPASSWORD": self._password,
        }

    def initialize(self) -> None:
        """Make the cluster."""
        account = pwd.getpwnam(ACCOUNT)
        password = SCRATCH / "password"
        password.touch(mode=0o600)
        password.write_text(self._password)
        _DATA.mkdir(mode=0o700)
        for path in (_DATA, password):
            os.chown(path, account.pw_uid, account.pw_gid)
        self._run(
            "initdb", "--pgdata", str(_DATA), "--username", self._environment["PGUSER"],
            "--pwfile", str(password), "--auth", "scram-sha-256",
            "--encoding=UTF8", "--locale=C", "--no-sync",
        )  # fmt: skip
        password.unlink()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server on loopback, wait until it answers, and make the database."""
        with (SCRATCH / "postgresql.log").open("wb") as log:
            server = subprocess.Popen(
                self._command(
                    "postgres", "-D", str(_DATA), "-c", "listen_addresses=127.0.0.1",
                    "-c", "unix_socket_directories=", "-c", "fsync=off",
                ),
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._environment,
            )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline or server.poll() is not None:
                raise ImageWrong("PostgreSQL does not start")
            time.sleep(0.1)
        self._run("createdb", self._name)
        return server

    def back_up(self) -> None:
        """Dump the database as docs/how-to/deploy.md says."""
        _DUMP.write_bytes(self._run("pg_dump", "--format=custom", self._name))

    def restore(self) -> None:
        """Put the dump in the place of the database."""
        self._run("dropdb", self._name)
        self._run("createdb", self._name)
        self._run("pg_restore", f"--dbname={self._name}", "--exit-on-error", str(_DUMP))

    def _answers(self) -> bool:
        done = subprocess.run(
            self._command("pg_isready", "--quiet"), cwd="/", env=self._environment, check=False
        )
        return done.returncode == 0

    def _command(self, program: str, *arguments: str) -> list[str]:
        group = str(pwd.getpwnam(ACCOUNT).pw_gid)
        become = ["setpriv", "--reuid", ACCOUNT, "--regid", group, "--clear-groups"]
        return [*become, self._binaries.program(program), *arguments]

    def _run(self, program: str, *arguments: str) -> bytes:
        done = subprocess.run(
            self._command(program, *arguments),
            capture_output=True,
            timeout=_COMMAND_SECONDS,
            check=False,
            cwd="/",
            env=self._environment,
        )
        if done.returncode != 0:
            raise ImageWrong(f"{program}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


@contextmanager
def serving(admin_url: str) -> Generator[Database]:
    """An empty database where ``admin_url`` looks for it, for as long as the block lasts."""
    database = Database(admin_url, copy_binaries(wheel_binaries(), SCRATCH / "postgresql"))
    database.initialize()
    server = database.start()
    try:
        yield database
    finally:
        server.send_signal(signal.SIGINT)  # sessions that are still open are ended
        server.wait(timeout=_START_SECONDS)
