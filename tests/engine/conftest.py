"""The engine on a real PostgreSQL: one server for the session, one tenant for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from claw.store.embedded import EmbeddedServer, Urls
from claw.store.embedded.cluster import Options
from claw.store.migrate import migrate
from claw.store.tenancy import Pool
from claw_testing.sync_world import World, new_world


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Urls]:
    home: Path = tmp_path_factory.mktemp("claw")
    embedded = EmbeddedServer(home, options=Options(fast=True))
    urls = embedded.acquire()
    yield urls
    embedded.release()


@pytest.fixture
async def pool(server: Urls) -> AsyncIterator[Pool]:
    await migrate(server.owner)
    async with Pool(server.app, largest=4) as pool:
        yield pool


@pytest.fixture
async def owner(server: Urls, pool: Pool) -> AsyncIterator[Pool]:
    """Connections of the role that owns the tables, to damage what no application can."""
    async with Pool(server.owner, largest=1) as owner:
        yield owner


@pytest.fixture
async def world(pool: Pool) -> World:
    return await new_world(pool)
