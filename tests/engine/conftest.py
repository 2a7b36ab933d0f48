"""The engine on a real PostgreSQL: one database for the folder, one tenant for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from claw.store.embedded import Urls
from claw.store.tenancy import Pool
from claw_testing.scratch_database import Server, one_database
from claw_testing.sync_world import World, new_world


@pytest.fixture(scope="session")
def server(scratch_server: Server) -> Iterator[Urls]:
    with one_database(scratch_server) as urls:
        yield urls


@pytest.fixture
async def pool(server: Urls) -> AsyncIterator[Pool]:
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
