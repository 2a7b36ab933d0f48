"""Extraction: HTTP page → decode → bundle → map → canonical bytes → JSON Lines, CPU.

50,000 rows of 1.3 KB (200 pages of 250, 5,000 distinct telephone numbers, one row in ten
with markup in its notes) from one local page server in a process of its own; each row
becomes one canonical record. Each contender is a fresh process; what counts is its user and
system time from the end of its imports to the end of its work. All map with the same
function, which reads the numbers, makes text plain and knows the statuses. Our path is the
product's own: declared reads, limiter, proof of the body, rows as their own bytes, and of
each record the canonical bytes, proved to read back as the record. What a sync does besides
(names by SHA-256, references and dates checked, bodies named, lineage) is told apart. The
floor is the same HTTP library's client, one typed decode a page, the same mapping and
msgspec's encoder.

Peers run in the documented way that costs least and still ends in their own output: Airbyte
CDK a Python `HttpStream` in a source that is launched, printing its messages; Singer SDK a
`RESTStream` with conformance off and its msgspec writer; dlt its `RESTClient` in a resource
that yields whole pages, through `pipeline.extract` alone, its files uncompressed. dlt
iterated without a pipeline, msgspec writing the lines, uses no output of dlt: that is told
without a bar. The mapping is in all of them, so the floor too is only so much cheaper than
a peer: that ratio is the most that any path could reach, and is told as well. What was once
wanted is 2.5 times cheaper than the best peer. The floor itself is no more than that, and it
limits, proves and settles nothing, so the bar is what this path can be held to, and the wish
is not met. Memory is what is resident after each page of our path.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

from benchmarks.harness.children import ChildFailed, Spent, page_server, run
from benchmarks.harness.figures import Figure, Result, ratios, seconds
from benchmarks.harness.peers import PeerAbsent, python_of
from benchmarks.harness.scale import Scale

NAME = "extraction"
_PEERS = {
    "airbyte-cdk": "benchmarks.extraction.with_airbyte",
    "singer-sdk": "benchmarks.extraction.with_singer",
    "dlt": "benchmarks.extraction.with_dlt",
}
_FLOOR, _OURS, _PREPARED = "floor", "ours", "prepared"
_ITERATED = "iterated"


def measure(scale: Scale) -> Result:
    """Run every contender in turn, round after round."""
    contenders: dict[str, tuple[str, Path | None]] = {
        _FLOOR: ("benchmarks.extraction.floor", None),
        _OURS: ("benchmarks.extraction.ours", None),
        _PREPARED: ("benchmarks.extraction.ours", None),
    }
    skipped: list[str] = []
    for peer, module in _PEERS.items() if scale.peers else ():
        try:
            contenders[peer] = (module, python_of(peer))
            if peer == "dlt":
                contenders[_ITERATED] = contenders[peer]
        except PeerAbsent as absent:
            skipped.append(str(absent))
    spent: dict[str, list[Spent]] = {name: [] for name in contenders}
    with page_server(scale.pages, scale.rows) as origin, tempfile.TemporaryDirectory() as folder:
        for _ in range(scale.rounds):
            for name, (module, python) in contenders.items():
                out = Path(folder, f"{name}.jsonl")
                each = run(module, origin, str(out), name, python=python)
                _check_work(name, each, out, scale)
                spent[name].append(each)
    cpu = {name: [each.cpu_seconds for each in rounds] for name, rounds in spent.items()}
    return Result(figures=_figures(cpu, spent[_OURS]), skipped=tuple(skipped))


def _check_work(name: str, spent: Spent, out: Path, scale: Scale) -> None:
    """Nobody is quick by leaving something out."""
    rows = scale.pages * scale.rows
    with out.open("rb") as written:
        lines = sum(1 for _ in written)
    if spent.facts["rows"] != rows or lines < rows:
        raise ChildFailed(f"{name} read {spent.facts['rows']} of {rows} rows, wrote {lines} lines")


def _figures(cpu: Mapping[str, list[float]], ours: list[Spent]) -> tuple[Figure, ...]:
    peers = {name: values for name, values in cpu.items() if name in _PEERS}
    figures = [
        Figure(
            benchmark=NAME,
            what="our path / floor",
            rounds=ratios(cpu[_OURS], cpu[_FLOOR]),
            bar=1.5,
            keep="at most",
            detail=f"ours {seconds(cpu[_OURS])}, floor {seconds(cpu[_FLOOR])}",
        )
    ]
    figures.append(
        Figure(
            benchmark=NAME,
            what="all of a sync but the database / floor",
            rounds=ratios(cpu[_PREPARED], cpu[_FLOOR]),
            detail=seconds(cpu[_PREPARED]),
        )
    )
    if peers:
        best = [min(values) for values in zip(*peers.values(), strict=True)]
        figures.append(
            Figure(
                benchmark=NAME,
                what="best peer / our path",
                rounds=ratios(best, cpu[_OURS]),
                bar=1.25,
                keep="at least",
                detail=", ".join(f"{name} {seconds(values)}" for name, values in peers.items()),
            )
        )
        figures.append(
            Figure(
                benchmark=NAME,
                what="best peer / floor: what there is to win",
                rounds=ratios(best, cpu[_FLOOR]),
            )
        )
    if _ITERATED in cpu:
        figures.append(
            Figure(
                benchmark=NAME,
                what="dlt iterated, lines by msgspec / our path",
                rounds=ratios(cpu[_ITERATED], cpu[_OURS]),
                detail=seconds(cpu[_ITERATED]),
            )
        )
    resident = [each.resident_bytes for each in ours]
    figures.append(
        Figure(
            benchmark="memory",
            what="resident, last tenth / second tenth of the pages",
            rounds=tuple(_growth(pages) for pages in resident),
            bar=1.1,
            keep="at most",
            detail=f"{max(map(max, resident)) / 2**20:.0f} MiB at most",
        )
    )
    return tuple(figures)


def _growth(pages: list[int]) -> float:
    tenth = len(pages) // 10
    return fmean(pages[-tenth:]) / fmean(pages[tenth : 2 * tenth])
