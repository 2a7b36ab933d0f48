import pytest

from claw.core.time import pin_tzdata


@pytest.fixture(autouse=True, scope="session")
def pinned_zones() -> None:
    """The zone data that the goldens were written with."""
    pin_tzdata()
