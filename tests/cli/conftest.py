"""An installation of its own for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from claw_testing.installation import Installation, on_a_server
from claw_testing.scratch_database import Server


@pytest.fixture
def installation(tmp_path: Path, scratch_server: Server) -> Iterator[Installation]:
    """A fresh home, and a migrated database of its own on the server of the run."""
    with on_a_server(tmp_path, scratch_server) as made:
        yield made


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Installation]:
    """A fresh home with its database in it; the server is kept until the test's end."""
    made = Installation(home=tmp_path)
    assert made.claw("db", "start").code == 0
    yield made
    made.claw("db", "stop")
