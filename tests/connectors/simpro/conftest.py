"""A real PostgreSQL for the tests that sync a simulated build through the engine."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from claw.store.embedded import EmbeddedServer, Urls
from claw.store.embedded.cluster import Options
from claw.store.migrate import migrate
from claw.store.tenancy import Pool


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
