"""Zone data of the pinned package, as the composition root puts it in force."""

import pytest

from claw.core.time import pin_tzdata


@pytest.fixture(scope="session", autouse=True)
def _pinned():
    pin_tzdata()
