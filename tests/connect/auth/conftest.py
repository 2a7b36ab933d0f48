"""The flow on a real PostgreSQL: one server for the session, one tenant for each test."""

from collections.abc import AsyncIterator

import pytest

from claw.store.tenancy import Pool
from claw_testing.scratch_database import Server, scratch_server

__all__ = ["scratch_server"]


@pytest.fixture
async def pool(scratch_server: Server) -> AsyncIterator[Pool]:
    """The application's connections to the migrated database."""
    async with Pool(Server.at(scratch_server.app, "claw_template"), largest=6) as pool:
        yield pool
