"""A PostgreSQL beside the image, over TCP, made the way compose.yaml makes its own."""

from __future__ import annotations

import asyncio
import os
import pwd
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from claw.store.embedded.binaries import copy_binaries, wheel_binaries
from scripts.image.world import SCRATCH, ImageWrong

ACCOUNT = "nobody"
"""PostgreSQL refuses to run as root; any account without rights will do."""

_START_SECONDS = 60
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@contextmanager
def database(admin_url: str) -> Generator[None]:
    """Serve an empty database where ``admin_url`` looks for it, for as long as the block lasts."""
    parts = urlsplit(admin_url)
    binaries = copy_binaries(wheel_binaries(), SCRATCH / "postgresql")
    data = SCRATCH / "data"
    _initialize(binaries.program("initdb"), data, parts.username or "", parts.password or "")
    with (SCRATCH / "postgresql.log").open("wb") as log:
        server = subprocess.Popen(
            [
                *_unprivileged(),
                binaries.program("postgres"), "-D", str(data), "-p", str(parts.port),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                "-c", "fsync=off",
            ],
            stdout=log,
            stderr=log,
            cwd="/",
            env=_ENVIRONMENT,
        )  # fmt: skip
    try:
        maintenance = urlunsplit(parts._replace(path="/postgres"))
        asyncio.run(_create(maintenance, parts.path.lstrip("/")))
        yield
    finally:
        server.terminate()
        server.wait(timeout=_START_SECONDS)


def _initialize(initdb: str, data: Path, user: str, password: str) -> None:
    account = pwd.getpwnam(ACCOUNT)
    data.mkdir(mode=0o700)
    given = SCRATCH / "password"
    given.touch(mode=0o600)
    given.write_text(password)
    for path in (data, given):
        os.chown(path, account.pw_uid, account.pw_gid)
    done = subprocess.run(
        [
            *_unprivileged(),
            initdb, "--pgdata", str(data), "--username", user, "--pwfile", str(given),
            "--auth", "scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=_ENVIRONMENT,
    )  # fmt: skip
    given.unlink()
    if done.returncode != 0:
        raise ImageWrong(f"initdb: {done.stderr.strip()}")


def _unprivileged() -> list[str]:
    group = str(pwd.getpwnam(ACCOUNT).pw_gid)
    return ["setpriv", "--reuid", ACCOUNT, "--regid", group, "--clear-groups"]


async def _create(maintenance_url: str, name: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            connection = await asyncpg.connect(maintenance_url, timeout=5)
            break
        except (OSError, asyncpg.CannotConnectNowError) as error:
            if time.monotonic() > deadline:
                raise ImageWrong(f"PostgreSQL does not answer: {error}") from error
            await asyncio.sleep(0.1)
    try:
        await connection.execute(f'create database "{name}"')
    finally:
        await connection.close()
