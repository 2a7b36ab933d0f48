"""The suite looks at connectors that read no windows, too."""

import pytest

from claw_testing.conformance_runs import outcome
from claw_testing.planted.plant import READING
from claw_testing.sample_connector.subject import SnipsSubject
from claw_testing.sample_variants import IN_FULL, SINCE, SINCE_WITHOUT_CURSOR


@pytest.mark.parametrize("number", READING)
@pytest.mark.parametrize("subject", [IN_FULL, SINCE], ids=["in full", "since a cursor"])
async def test_an_honest_connector_passes_whatever_it_reads_by(
    subject: SnipsSubject, number: str
) -> None:
    result = await outcome(number, subject)
    assert (result.outcome, result.detail) == ("passed", "")


async def test_a_cursor_that_is_never_told_is_noticed() -> None:
    result = await outcome("C01", SINCE_WITHOUT_CURSOR)
    assert (result.outcome, result.detail) == (
        "failed",
        "bookings by since: Covered has no next cursor",
    )
