"""The flow on a real PostgreSQL: one database for the folder, one tenant for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from claw.store.embedded import Urls
from claw.store.tenancy import Pool
from claw_testing.scratch_database import Server, one_database


@pytest.fixture(scope="session")
def urls(scratch_server: Server) -> Iterator[Urls]:
    with one_database(scratch_server) as urls:
        yield urls


@pytest.fixture
async def pool(urls: Urls) -> AsyncIterator[Pool]:
    """The application's connections to the migrated database."""
    async with Pool(urls.app, largest=6) as pool:
        yield pool
