"""Holds the ledgers of edge cases and the tests that claim them against each other.

Each ``docs/edge-cases/<vendor>.toml`` lists every case known of a vendor. A case is
claimed by a test (``@edge("vendor:number")``), or it carries a reason why not. This
script fails when a test claims a case that does not exist, a number is missing or
doubled, a case has neither test nor reason, or a reason has outlived its case.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Case:
    """One edge case: what the vendor does, what we must do, and why it may go unproved."""

    vendor: str
    number: int
    title: str
    behaviour: str
    later: str | None = None
    cannot_occur_yet: str | None = None
    tests: list[str] = field(default_factory=list[str])

    @property
    def name(self) -> str:
        """How a test claims it."""
        return f"{self.vendor}:{self.number}"

    @property
    def reason(self) -> str | None:
        """Why there is no test yet, if the ledger says so."""
        return self.later or self.cannot_occur_yet

    @property
    def state(self) -> str:
        """``proved``, ``later``, ``cannot occur yet`` or ``OPEN``."""
        if self.tests:
            return "proved"
        if self.cannot_occur_yet:
            return "cannot occur yet"
        return "later" if self.later else "OPEN"


def main(arguments: list[str] | None = None) -> int:
    """Print the ledger and what is wrong with it; return 1 where anything is."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout to look at")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--quiet", action="store_true", help="only a count and what is wrong")
    options = parser.parse_args(arguments)

    cases, problems = read_ledgers(options.root / "docs" / "edge-cases")
    claims, unreadable = read_claims(options.root / "tests")
    problems += unreadable
    problems += settle(cases, claims)
    if options.json:
        print(json.dumps(document(cases, problems), indent=2))
    else:
        print(table(cases, brief=options.quiet))
        for problem in problems:
            print(f"edge ledger: {problem}", file=sys.stderr)
    return 1 if problems else 0


def read_ledgers(folder: Path) -> tuple[list[Case], list[str]]:
    """Every case of every vendor in order, and what is wrong with the files themselves."""
    cases: list[Case] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        ledger: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        try:
            vendor_cases = [Case(vendor=ledger["vendor"], **row) for row in ledger["case"]]
            expected = set(range(1, ledger["cases"] + 1))
        except (KeyError, TypeError) as failure:
            problems.append(f"{path.name}: not a ledger: {failure}")
            continue
        numbers = [case.number for case in vendor_cases]
        stray = {n for n in numbers if numbers.count(n) > 1 or n not in expected}
        missing = expected - set(numbers)
        problems += [f"{path.name}: number {n} is missing" for n in sorted(missing)]
        problems += [f"{path.name}: number {n} is doubled or out of range" for n in sorted(stray)]
        cases += sorted(vendor_cases, key=lambda case: case.number)
    if not cases:
        problems.append(f"no ledger found in {folder}")
    return cases, problems


def read_claims(tests: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Which tests claim which case, and the claims that cannot be read."""
    claims: dict[str, list[str]] = defaultdict(list)
    problems: list[str] = []
    for path in sorted(tests.rglob("test_*.py")):
        place = path.relative_to(tests.parent)
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for test, argument in _claim_arguments(tree):
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                claims[argument.value].append(f"{place}::{test}" if test else str(place))
            else:
                problems.append(f"{place}:{argument.lineno}: write the case as a literal")
    return claims, problems


def _claim_arguments(tree: ast.Module) -> Iterator[tuple[str | None, ast.expr]]:
    """Each argument of each call of ``edge``, with the test function it decorates."""
    seen: set[ast.Call] = set()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for owner in [node for node in ast.walk(tree) if isinstance(node, functions)] + [None]:
        roots: list[ast.AST] = [tree] if owner is None else list(owner.decorator_list)
        for node in (inner for root in roots for inner in ast.walk(root)):
            if isinstance(node, ast.Call) and node not in seen and _called(node) == "edge":
                seen.add(node)
                yield from ((owner.name if owner else None, argument) for argument in node.args)


def _called(call: ast.Call) -> str | None:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else None


def settle(cases: list[Case], claims: dict[str, list[str]]) -> list[str]:
    """Note each case's tests on it; return where ledger and tests disagree."""
    known = {case.name: case for case in cases}
    problems: list[str] = []
    for name, tests in sorted(claims.items()):
        if name in known:
            known[name].tests.extend(tests)
        else:
            problems.append(f"{name} is claimed by {tests[0]} and stands in no ledger")
    for case in cases:
        if not case.tests and not case.reason:
            problems.append(f"{case.name} ({case.title}) has neither a test nor a reason")
        if case.tests and case.reason:
            problems.append(f"{case.name} is proved by {case.tests[0]}: take its reason away")
    return problems


def table(cases: list[Case], *, brief: bool) -> str:
    """One line per case and a count for each state; ``brief`` gives the count alone."""
    states = [case.state for case in cases]
    count = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    lines = [
        f"{case.name:<12} {case.state:<17} {case.title}"
        + (f" [{len(case.tests)}]" if case.tests else "")
        for case in cases
        if not brief
    ]
    return "\n".join([*lines, f"{len(cases)} edge cases: {count}"])


def document(cases: list[Case], problems: list[str]) -> dict[str, Any]:
    """The ledger for scripts to read."""
    rows = [
        {
            "case": case.name,
            "title": case.title,
            "behaviour": case.behaviour,
            "state": case.state.lower(),
            "reason": case.reason,
            "tests": case.tests,
        }
        for case in cases
    ]
    return {"cases": rows, "problems": problems}


if __name__ == "__main__":
    sys.exit(main())
