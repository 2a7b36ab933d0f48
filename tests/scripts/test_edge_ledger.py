"""The ledger of edge cases sees every way in which it and the tests can disagree."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from claw_testing.edge import edge

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "edge_ledger.py"

LEDGER = """
vendor = "acme"
cases = 3

[[case]]
number = 1
title = "One"
behaviour = "First."

[[case]]
number = 2
title = "Two"
behaviour = "Second."
later = "Comes next."

[[case]]
number = 3
title = "Three"
behaviour = "Third."
cannot_occur_yet = "Nothing does that."
"""

TESTS = """
import pytest
from claw_testing.edge import edge

@edge("acme:1")
async def test_one(): ...
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "edge-cases").mkdir(parents=True)
    (tmp_path / "tests" / "deep").mkdir(parents=True)
    (tmp_path / "docs" / "edge-cases" / "acme.toml").write_text(LEDGER)
    (tmp_path / "tests" / "deep" / "test_acme.py").write_text(TESTS)
    return tmp_path


def report(checkout: Path) -> tuple[int, dict]:
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "--root", str(checkout), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, json.loads(run.stdout)


def change(checkout: Path, before: str, after: str) -> None:
    for path in (checkout / "docs/edge-cases/acme.toml", checkout / "tests/deep/test_acme.py"):
        text = path.read_text()
        path.write_text(text.replace(before, after))


def test_each_case_is_proved_or_says_why_not(checkout: Path):
    status, document = report(checkout)
    assert (status, document["problems"]) == (0, [])
    assert [case["state"] for case in document["cases"]] == ["proved", "later", "cannot occur yet"]
    assert document["cases"][0]["tests"] == ["tests/deep/test_acme.py::test_one"]


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('@edge("acme:1")', "", "acme:1 (One) has neither a test nor a reason"),
        ('@edge("acme:1")', '@edge("acme:1", "acme:4")', "acme:4 is claimed by"),
        ('@edge("acme:1")', '@edge("other:1", "acme:1")', "other:1 is claimed by"),
        ('@edge("acme:1")', 'N = "acme:1"\n@edge(N)', "write the case as a literal"),
        ('@edge("acme:1")', '@edge("acme:1", "acme:2")', "acme:2 is proved by"),
        ("number = 3", "number = 2", "number 3 is missing"),
        ("number = 3", "number = 2", "number 2 is doubled"),
        ("cases = 3", "cases = 4", "number 4 is missing"),
        ("cases = 3", "cases = 2", "number 3 is doubled or out of range"),
        ('title = "Two"\n', "", "acme.toml: not a ledger"),
    ],
)
def test_a_disagreement_fails_the_check(checkout: Path, before: str, after: str, problem: str):
    change(checkout, before, after)
    status, document = report(checkout)
    assert status == 1
    assert any(problem in line for line in document["problems"]), document["problems"]


def test_a_row_of_a_parametrised_test_can_claim_a_case(checkout: Path):
    row = '@pytest.mark.parametrize("x", [pytest.param(1, marks=edge("acme:1"))])'
    change(checkout, '@edge("acme:1")', row)
    status, document = report(checkout)
    assert status == 0
    assert document["cases"][0]["tests"] == ["tests/deep/test_acme.py::test_one"]


def test_an_empty_ledger_is_not_a_passed_check(tmp_path: Path):
    status, document = report(tmp_path)
    assert status == 1
    assert "no ledger found" in document["problems"][0]


def test_every_number_of_the_vendors_list_is_in_our_ledger():
    read_ledgers = runpy.run_path(str(SCRIPT), run_name="edge_ledger")["read_ledgers"]
    cases, problems = read_ledgers(ROOT / "docs" / "edge-cases")
    assert problems == []
    assert [case.number for case in cases if case.vendor == "simpro"] == list(range(1, 73))


@pytest.mark.parametrize("case", ["simpro", "simpro:", "simpro:0", "simpro 14", "SimPRO:14"])
def test_a_malformed_claim_is_refused_where_it_is_written(case: str):
    claim = edge  # under another name: this call is no claim
    with pytest.raises(ValueError, match="vendor:number"):
        claim(case)
