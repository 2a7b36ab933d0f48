"""One scratch server for all checks of a whole engine."""

import pytest

from claw.certification.installation import EngineHarness
from claw.certification.testing import scratch_server


@pytest.fixture
def harness(request: pytest.FixtureRequest) -> EngineHarness:
    return EngineHarness(scratch_server(request.config))
