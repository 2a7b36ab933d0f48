"""A real PostgreSQL for the tests that sync a simulated build through the engine."""

from collections.abc import AsyncIterator, Iterator

import pytest

from claw.store.embedded import Urls
from claw.store.tenancy import Pool
from claw_testing.scratch_database import Server, one_database


@pytest.fixture(scope="session")
def server(scratch_server: Server) -> Iterator[Urls]:
    with one_database(scratch_server) as urls:
        yield urls


@pytest.fixture
async def pool(server: Urls) -> AsyncIterator[Pool]:
    async with Pool(server.app, largest=4) as pool:
        yield pool
