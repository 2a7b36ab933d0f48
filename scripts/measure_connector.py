"""Measures a connector's source tree: strict types, tested branches, the edge-case ledger.

Writes ``evidence.json`` beside its manifest, which ``claw connector certify`` reads. It
names the code that was measured and counts for no other, so measure again after a change.

    python scripts/measure_connector.py simpro [--tests tests/connectors/simpro]
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from claw.certification.evidence import FILE, Evidence, code_digest
from claw.certification.quality import place_of

_NOT_MEASURED = ("simulator", "conformance", "conformance.py")


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; return 1 where a tool could not do its work."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("connector", help="its key")
    parser.add_argument("--tests", type=Path, help="its tests (tests/connectors/<key>)")
    options = parser.parse_args(arguments)

    place = place_of(options.connector)
    if place.tree is None:
        print("measure: the connector's source tree is not here", file=sys.stderr)
        return 1
    tests = options.tests or place.tree / "tests" / "connectors" / place.key
    before = code_digest(place.folder)
    covered = coverage_of(place.folder, tests, place.tree)
    cases, open_cases = ledger_of(place.key, place.tree)
    evidence = Evidence(
        connector=place.key,
        measured_on=datetime.datetime.now(datetime.UTC).date(),
        code=before,
        typing_errors=typing_errors(place.folder, place.tree),
        mapping_branch_percent=covered["mapping.py"],
        package_percent=covered["package"],
        edge_cases=cases,
        open_cases=open_cases,
        shape_tests=shape_tests(tests / "simulator", place.tree),
    )
    if code_digest(place.folder) != before:
        print("measure: the code changed while it was being measured", file=sys.stderr)
        return 1
    encoded = msgspec.json.format(msgspec.json.encode(evidence), indent=2)
    (place.folder / FILE).write_bytes(encoded + b"\n")
    print(encoded.decode())
    return 0


def typing_errors(folder: Path, tree: Path) -> int:
    """How many errors the strict type checker finds in the package."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("pyright")), "--outputjson", str(folder)],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return int(json.loads(done.stdout)["summary"]["errorCount"])


def coverage_of(folder: Path, tests: Path, tree: Path) -> dict[str, float]:
    """Percent of lines and branches that the tests run: of ``mapping.py`` and of all.

    Without the suite, which ``certify`` runs anyway, and what tests the simulator.

    Raises:
        SystemExit: a test failed, so that nothing is worth measuring.
    """
    with tempfile.TemporaryDirectory() as scratch:
        data, report = Path(scratch, "data"), Path(scratch, "report.json")
        coverage = [sys.executable, "-m", "coverage"]
        ran = subprocess.run(
            [*coverage, "run", f"--data-file={data}", "--branch", f"--source={folder}",
             "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests),
             f"--ignore={tests / 'simulator'}", f"--ignore={tests / 'test_conformance.py'}"],
            cwd=tree, check=False,
        )  # fmt: skip
        if ran.returncode != 0:
            raise SystemExit("measure: the tests do not pass")
        subprocess.run(
            [*coverage, "json", f"--data-file={data}", "-o", str(report), "-q"],
            cwd=tree, check=True,
        )  # fmt: skip
        files: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["files"]
    inside = {
        (tree / name).relative_to(folder): found["summary"]
        for name, found in files.items()
        if (tree / name).is_relative_to(folder)
    }
    measured = [s for name, s in inside.items() if name.parts[0] not in _NOT_MEASURED]
    return {"mapping.py": _percent([inside[Path("mapping.py")]]), "package": _percent(measured)}


def shape_tests(folder: Path, tree: Path) -> int:
    """How many tests hold the simulator's answers against the vendor's, in ``*shapes*.py``.

    Raises:
        SystemExit: one of them failed.
    """
    modules = sorted(str(module) for module in folder.glob("test_*shapes*.py"))
    if not modules:
        return 0
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *modules],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    passed = re.search(r"(\d+) passed", ran.stdout)
    if ran.returncode != 0 or passed is None:
        raise SystemExit("measure: the simulator's shapes do not hold")
    return int(passed[1])


def ledger_of(key: str, tree: Path) -> tuple[int | None, int | None]:
    """How many edge cases are known, and how many are neither proved nor impossible."""
    if not (tree / "docs" / "edge-cases" / f"{key}.toml").is_file():
        return None, None
    done = subprocess.run(
        [sys.executable, "scripts/edge_ledger.py", "--json"],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    listed = json.loads(done.stdout)["cases"]
    cases = [case for case in listed if case["case"].partition(":")[0] == key]
    return len(cases), sum(1 for case in cases if case["state"] in ("later", "open"))


def _percent(summaries: list[dict[str, int]]) -> float:
    covered = sum(s["covered_lines"] + s["covered_branches"] for s in summaries)
    there = sum(s["num_statements"] + s["num_branches"] for s in summaries)
    return round(100 * covered / there, 1) if there else 100.0


if __name__ == "__main__":
    sys.exit(main())
