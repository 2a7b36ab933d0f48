"""The scratch server once for each PostgreSQL: the embedded 18, and a system's 15.

For suites about the database itself. Their conftest imports ``scratch_server`` from here
instead of from ``scratch_database``.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from claw.store import roles
from claw.store.embedded import Binaries, EmbeddedServer, Options
from claw.store.migrate import migrate
from claw_testing.scratch_database import SUPERUSER_PASSWORD, Server

_SYSTEM = Path("/usr/lib/postgresql/15/bin")
ENGINES = ["postgres-18", *(["postgres-15"] if (_SYSTEM / "postgres").exists() else [])]
_TEMPLATE = "claw_template"


@pytest.fixture(scope="session", params=ENGINES)
def scratch_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server of each engine, with a migrated template database."""
    # Not pytest's own folder: that is closed to the account that runs the server for root.
    home = Path(tempfile.mkdtemp(prefix="claw-pg-"))
    home.chmod(0o755)
    binaries = Binaries(_SYSTEM, major=15) if request.param == "postgres-15" else None
    options = Options(fast=True, superuser_password=SUPERUSER_PASSWORD)
    embedded = EmbeddedServer(home, binaries=binaries, options=options)
    try:
        urls = embedded.acquire()
        server = Server(urls.owner, urls.app, urls.worker, str(urls.superuser))
        asyncio.run(_make_template(server))
        yield server
    finally:
        embedded.release()
        shutil.rmtree(home, ignore_errors=True)


async def _make_template(server: Server) -> None:
    connection = await asyncpg.connect(Server.at(server.superuser, "postgres"))
    try:
        await connection.execute(f"create database {_TEMPLATE} owner {roles.OWNER}")
    finally:
        await connection.close()
    await migrate(Server.at(server.owner, _TEMPLATE))
