"""The page about the suite names every check by its number and title."""

from pathlib import Path

import pytest

from claw.connect.conformance.check import Check
from claw.connect.conformance.checks import CHECKS
from claw.connect.conformance.tiers import RULES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "connector-suite.md"


@pytest.mark.parametrize("check", CHECKS, ids=[check.number for check in CHECKS])
def test_the_page_has_the_check(check: Check) -> None:
    assert f"**{check.number} {check.title}" in PAGE.read_text(encoding="utf-8")


def test_every_check_is_asked_for_by_some_tier() -> None:
    assert {number for rule in RULES for number in rule.checks} == {
        check.number for check in CHECKS
    }
