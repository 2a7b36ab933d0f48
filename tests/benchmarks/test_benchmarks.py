"""Every benchmark still runs, on a pinch of data. How fast is for `make bench` to say."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from benchmarks import pacing, startup
from benchmarks.__main__ import BENCHMARKS, run
from benchmarks.connectors import benchmark as connectors
from benchmarks.extraction import benchmark as extraction
from benchmarks.harness.children import ROOT
from benchmarks.harness.figures import Figure
from benchmarks.harness.machine import describe
from benchmarks.harness.quote import quote
from benchmarks.harness.report import Kept, keep, kept_now, terminal_table, write_readme
from benchmarks.harness.scale import TINY
from benchmarks.lanes import benchmark as lanes
from benchmarks.mornings import benchmark as mornings
from benchmarks.mornings import due_times, hour
from benchmarks.storing import benchmark as storing
from benchmarks.versions import benchmark as versions
from claw.certification.evidence import read_throughput

FIGURE = Figure(
    benchmark="store", what="ours / theirs", rounds=(0.4, 0.6, 0.7), bar=0.5, keep="at least"
)


def test_extraction_runs() -> None:
    figures = run(extraction, TINY).figures
    assert [figure.benchmark for figure in figures] == ["extraction", "extraction", "memory"]


def test_a_peer_that_cannot_be_had_is_said_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(peer: str) -> Path:
        raise extraction.PeerAbsent(f"{peer} cannot be installed")

    monkeypatch.setattr(extraction, "python_of", absent)
    result = run(extraction, replace(TINY, peers=True))
    assert "SKIPPED: dlt cannot be installed" in terminal_table(result.figures, result.skipped)


def test_connectors_run_and_leave_what_the_certificate_reads(tmp_path: Path) -> None:
    folder = tmp_path / "benchmarks" / "results"
    figures = connectors.measure(TINY, folder).figures
    found = read_throughput(tmp_path, "simpro")
    assert found is not None
    assert found.cpu_ratio == pytest.approx(figures[0].middle, abs=0.001)
    assert found.records > TINY.schedules


@pytest.mark.parametrize(
    "benchmark", [storing, versions, pacing, startup, lanes, due_times, mornings, hour]
)
def test_the_others_run(benchmark: object) -> None:
    assert all(figure.rounds for figure in run(benchmark, TINY).figures)


def test_the_median_is_judged() -> None:
    assert FIGURE.kept
    assert not replace(FIGURE, rounds=(0.4, 0.4, 9.0)).kept
    assert not replace(FIGURE, keep="under").kept


def test_results_are_kept_beside_earlier_ones_and_the_page_is_made_of_them(tmp_path: Path) -> None:
    machine = describe()
    keep({"store": kept_now(machine, (FIGURE,), ())}, tmp_path)
    everything = keep({"startup": kept_now(machine, (), ("startup: no claw",))}, tmp_path)
    write_readme(everything, BENCHMARKS, tmp_path)
    assert json.loads((tmp_path / "results.json").read_text()).keys() == {"startup", "store"}
    page = (tmp_path / "README.md").read_text()
    assert "| store | ours / theirs | 0.6 x | 0.4 to 0.7 | at least 0.5 x | ok |" in page
    assert "SKIPPED: startup: no claw" in page
    assert not re.search(r"\{\{", page)


def test_the_committed_page_is_made_of_the_committed_results(tmp_path: Path) -> None:
    folder = ROOT / "benchmarks"
    (tmp_path / "results.json").write_bytes((folder / "results.json").read_bytes())
    write_readme(keep({}, tmp_path), BENCHMARKS, tmp_path)
    assert (tmp_path / "README.md").read_text() == (folder / "README.md").read_text()


def test_the_readme_quotes_the_committed_results(tmp_path: Path) -> None:
    quoting = tmp_path / "README.md"
    quoting.write_text((ROOT / "README.md").read_text())
    kept = {name: each for name, each in _committed().items() if name in BENCHMARKS}
    quote(kept, tuple(BENCHMARKS), quoting)
    assert quoting.read_text() == (ROOT / "README.md").read_text()
    bars = sum(figure.bar is not None for each in kept.values() for figure in each.figures)
    assert quoting.read_text().count("| at ") + quoting.read_text().count("| under ") == bars


def test_a_page_without_a_place_for_figures_is_refused_and_kept(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("# Claw\n")
    with pytest.raises(ValueError, match="no place"):
        quote({}, (), page)
    assert page.read_text() == "# Claw\n"


def _committed() -> dict[str, Kept]:
    body = (ROOT / "benchmarks" / "results.json").read_bytes()
    return msgspec.json.decode(body, type=dict[str, Kept])
