"""Connectors (C22): each one's read and map of a large simulated business, CPU and memory.

Every installed connector with a simulator, 20,000 schedule rows in the dates a sync reads,
slice by slice. Ours is the kit's transport (with a limiter that never has to wait) and the
engine's preparation. The floor runs the very same `read` and `map` over a bare HTTP client
and writes what comes out with msgspec. Memory is what is resident after each page. What is
measured here is also written to `benchmarks/results/<connector>.json`, which
`claw connector certify` reads.
"""

import datetime
import tempfile
from pathlib import Path
from statistics import fmean, median

import msgspec
from msgspec import Struct

from benchmarks.harness.children import ROOT, Spent, run, simulator
from benchmarks.harness.database import NOW
from benchmarks.harness.figures import Figure, Result, ratios, seconds
from benchmarks.harness.scale import Scale
from claw import __version__
from claw.connect.catalog import InstalledConnectors

NAME = "connectors"
_CHILD = "benchmarks.connectors.child"


class Throughput(Struct, frozen=True, kw_only=True):
    """One connector's result, as the certificate reads it."""

    connector: str
    measured_at: datetime.date
    cpu_ratio: float
    memory_ratio: float
    records: int
    version: str


def measure(scale: Scale, results: Path = ROOT / "benchmarks" / "results") -> Result:
    """Measure every connector that brings a simulator."""
    figures: list[Figure] = []
    for key, manifest in sorted(InstalledConnectors().manifests().items()):
        if manifest.simulator is not None:
            spent = _rounds(key, scale)
            cpu, memory = _figures(key, spent)
            figures += [cpu, memory]
            _keep(results, key, cpu, memory, spent["ours"][0])
    return Result(figures=tuple(figures))


def _rounds(key: str, scale: Scale) -> dict[str, list[Spent]]:
    spent: dict[str, list[Spent]] = {"floor": [], "ours": []}
    today = NOW.date()
    with (
        simulator(key, today, scale.schedules, limited=False) as (origin, secret),
        tempfile.TemporaryDirectory() as folder,
    ):
        for _ in range(scale.rounds):
            for how, rounds in spent.items():
                out = str(Path(folder, f"{how}.jsonl"))
                rounds.append(run(_CHILD, how, key, origin, secret, today.isoformat(), out))
    counts = {each.facts["rows"] for rounds in spent.values() for each in rounds}
    if len(counts) != 1 or not max(counts):
        raise AssertionError(f"{key}: not the same records everywhere: {sorted(counts)}")
    return spent


def _figures(key: str, spent: dict[str, list[Spent]]) -> tuple[Figure, Figure]:
    cpu = {how: [each.cpu_seconds for each in rounds] for how, rounds in spent.items()}
    resident = [each.resident_bytes for each in spent["ours"]]
    return (
        Figure(
            benchmark=NAME,
            what=f"{key}: CPU, our path / bare read and map",
            rounds=ratios(cpu["ours"], cpu["floor"]),
            bar=1.5,
            keep="at most",
            detail=f"ours {seconds(cpu['ours'])}, bare {seconds(cpu['floor'])}, "
            f"{spent['ours'][0].facts['rows']} records",
        ),
        Figure(
            benchmark=NAME,
            what=f"{key}: resident, last tenth / second tenth of the pages",
            rounds=tuple(_growth(pages) for pages in resident),
            bar=1.1,
            keep="at most",
            detail=f"{max(map(max, resident)) / 2**20:.0f} MiB at most",
        ),
    )


def _growth(pages: list[int]) -> float:
    tenth = max(1, len(pages) // 10)
    return fmean(pages[-tenth:]) / fmean(pages[tenth : 2 * tenth] or pages)


def _keep(results: Path, key: str, cpu: Figure, memory: Figure, one: Spent) -> None:
    result = Throughput(
        connector=key,
        measured_at=datetime.datetime.now(datetime.UTC).date(),
        cpu_ratio=round(median(cpu.rounds), 3),
        memory_ratio=round(median(memory.rounds), 3),
        records=int(one.facts["rows"]),
        version=__version__,
    )
    results.mkdir(parents=True, exist_ok=True)
    body = msgspec.json.format(msgspec.json.encode(result), indent=2)
    (results / f"{key}.json").write_bytes(body + b"\n")
