"""An installation of its own for each test module that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from claw_testing.installation import Installation


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """A fresh home; its server is kept for the test's commands and stopped after it."""
    made = Installation(home=tmp_path)
    assert made.claw("db", "start").code == 0
    yield made
    made.claw("db", "stop")
