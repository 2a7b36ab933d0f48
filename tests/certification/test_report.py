"""The quality report: what was seen, readable by people and by scripts."""

import json
from datetime import date
from pathlib import Path

from claw.certification.certify import Certificate
from claw.certification.report import as_markdown, write_report
from claw.connect.conformance.check import Result
from claw.connect.conformance.tiers import RuleResult


def rule(name: str, tier: str, outcome: str, detail: str) -> RuleResult:
    return RuleResult(rule=name, tier=tier, title=f"Rule {name}", outcome=outcome, detail=detail)


MISSING = rule("two", "silver", "not_held", "a | b")
CERTIFICATE = Certificate(
    connector="snips",
    name="Snips",
    distribution="snips-claw",
    version="2.1",
    certified_on=date(2026, 11, 25),
    owner="Snips owner",
    claimed="silver",
    reached="bronze",
    passed=False,
    checks=[Result(number="C01", title="The manifest is true", outcome="passed")],
    rules=[rule("one", "bronze", "exempt", "no such thing"), MISSING],
    next_tier="silver",
    missing=[MISSING],
)


def test_a_page_says_the_tier_what_is_missing_and_what_is_exempt():
    page = as_markdown(CERTIFICATE)
    assert "- Tier reached: **bronze**, claimed: silver\n" in page
    assert "- Missing for silver: Rule two\n" in page
    assert "- Exempt: Rule one (no such thing)\n" in page
    assert "| Rule two | **does not hold** | a \\| b |\n" in page
    assert "| C01 | The manifest is true | passed |  |\n" in page


def test_the_document_lies_beside_the_page(tmp_path: Path):
    page, document = write_report(CERTIFICATE, tmp_path / "snips-quality.md")
    assert page.read_text(encoding="utf-8") == as_markdown(CERTIFICATE)
    assert document.name == "snips-quality.json"
    assert json.loads(document.read_bytes())["missing"][0]["rule"] == "two"
