"""A PostgreSQL server for the run and a fresh, migrated database for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest

from claw.store import roles
from claw.store.embedded import EmbeddedServer, Options, Urls
from claw.store.migrate import migrate

SUPERUSER_PASSWORD = "only-for-tests"
_TEMPLATE = "claw_template"
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """URLs into a server by role; ``at`` points one of them at another database."""

    owner: str
    app: str
    worker: str
    superuser: str

    @staticmethod
    def at(url: str, database: str) -> str:
        """The same login, another database."""
        return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@dataclass(frozen=True)
class TestDatabase:
    """One migrated database, by role."""

    __test__ = False

    name: str
    owner: str
    app: str
    worker: str
    superuser: str


@pytest.fixture(scope="session")
def scratch_server() -> Iterator[Server]:
    """The embedded server of this test process, with a migrated template database."""
    home = Path(tempfile.mkdtemp(prefix="claw-pg-"))
    home.chmod(0o755)
    embedded = EmbeddedServer(
        home, options=Options(fast=True, superuser_password=SUPERUSER_PASSWORD)
    )
    urls = embedded.acquire()
    assert urls.superuser is not None
    server = Server(urls.owner, urls.app, urls.worker, urls.superuser)
    asyncio.run(_make_template(server))
    yield server
    embedded.release()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
async def scratch(scratch_server: Server) -> AsyncIterator[TestDatabase]:
    """A fresh, migrated, empty database."""
    made = await create_database(scratch_server)
    yield made
    await drop_database(scratch_server, made)


@contextmanager
def one_database(server: Server) -> Iterator[Urls]:
    """A database for a whole folder of tests, whose tenants keep them apart."""
    made = asyncio.run(create_database(server))
    yield Urls(owner=made.owner, app=made.app, worker=made.worker)
    asyncio.run(drop_database(server, made))


async def create_database(server: Server) -> TestDatabase:
    """A database of the server like its template; for whoever asks outside of a fixture."""
    name = f"t_{os.getpid()}_{next(_numbers)}"
    await _run(server, f"create database {name} template {_TEMPLATE} owner claw_owner")
    for grant in roles.database_grants(name):
        await _run(server, grant)
    return TestDatabase(
        name=name,
        owner=Server.at(server.owner, name),
        app=Server.at(server.app, name),
        worker=Server.at(server.worker, name),
        superuser=Server.at(server.superuser, name),
    )


async def drop_database(server: Server, database: TestDatabase) -> None:
    """Drop a database of the server, whoever is still connected to it."""
    await _run(server, f"drop database {database.name} with (force)")


async def add_tenant(database: TestDatabase, slug: str) -> UUID:
    """Insert a tenant; returns its id."""
    connection = await asyncpg.connect(database.app)
    tenant_id = uuid4()
    await connection.execute(
        """
        insert into claw.tenant (tenant_id, slug, name, zone, country, locale, vertical,
                                 created_at)
        values ($1, $2, $2, 'Australia/Sydney', 'AU', 'en-AU', 'trades', now())
        """,
        tenant_id,
        slug,
    )
    await connection.close()
    return tenant_id


async def _make_template(server: Server) -> None:
    await _run(server, f"create database {_TEMPLATE} owner claw_owner")
    await migrate(Server.at(server.owner, _TEMPLATE))


async def _run(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(Server.at(server.superuser, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
