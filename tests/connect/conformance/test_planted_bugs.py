"""Each check turns red for the fault that it looks for, and for no other."""

import pytest

from claw.connect.conformance import hostile_text
from claw_testing.conformance_runs import CHECKS, outcome
from claw_testing.planted import PLANTS, Plant


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
async def test_exactly_the_checks_that_look_for_it_notice(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ten megabytes once, for the connector that is held up as a pattern, are enough.
    monkeypatch.setitem(hostile_text.TEXTS, "a note of 10 MB", b"a long note " * 10_000)
    results = [await outcome(number, plant.subject) for number in plant.looked_at]
    noticed = {result.number: result.detail for result in results if result.outcome == "failed"}
    assert noticed.keys() == plant.red, noticed
    assert all(noticed.values())


def test_every_check_has_a_fault_that_turns_it_red() -> None:
    assert frozenset().union(*(plant.red for plant in PLANTS)) == CHECKS.keys()
