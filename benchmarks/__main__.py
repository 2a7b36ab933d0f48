"""``python -m benchmarks [NAME …]``: measure, tell, and end with 1 where a bar is missed.

The name ``page`` measures nothing and makes the README anew from the results there are.
"""

import asyncio
import inspect
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType

from benchmarks import pacing, startup
from benchmarks.connectors import benchmark as connectors
from benchmarks.extraction import benchmark as extraction
from benchmarks.harness.children import ROOT
from benchmarks.harness.figures import Result
from benchmarks.harness.machine import describe
from benchmarks.harness.quote import quote
from benchmarks.harness.report import Kept, keep, kept_now, terminal_table, write_readme
from benchmarks.harness.scale import FULL, Scale
from benchmarks.lanes import benchmark as lanes
from benchmarks.mornings import benchmark as mornings
from benchmarks.mornings import due_times, hour
from benchmarks.storing import benchmark as storing
from benchmarks.versions import benchmark as versions
from claw.core.time import pin_tzdata

BENCHMARKS: Mapping[str, ModuleType] = {
    module.NAME: module
    for module in (
        extraction,
        connectors,
        storing,
        versions,
        pacing,
        startup,
        lanes,
        due_times,
        mornings,
        hour,
    )
}
_PAGE = "page"


def main(names: Sequence[str], scale: Scale = FULL) -> int:
    """Run the named benchmarks, all when none is named; returns the exit status."""
    if list(names) == [_PAGE]:
        _write_pages(keep({}))
        return 0
    if strange := sorted(set(names) - BENCHMARKS.keys()):
        print(f"no benchmark {', '.join(strange)}; there are {', '.join(BENCHMARKS)}")
        return 2
    pin_tzdata()
    machine = describe()
    kept: dict[str, Kept] = {}
    for name in names or BENCHMARKS:
        print(f"measuring {name} ...", flush=True)
        result = run(BENCHMARKS[name], scale)
        kept[name] = kept_now(machine, result.figures, result.skipped)
        _write_pages(keep(kept))
    figures = [figure for each in kept.values() for figure in each.figures]
    skipped = [line for each in kept.values() for line in each.skipped]
    print(terminal_table(figures, skipped))
    missed = [f"{figure.benchmark}: {figure.what}" for figure in figures if not figure.kept]
    for line in missed:
        print(f"bench: missed {line}", file=sys.stderr)
    return 1 if missed else 0


def _write_pages(kept: Mapping[str, Kept]) -> None:
    write_readme(kept, BENCHMARKS)
    quote(kept, tuple(BENCHMARKS), ROOT / "README.md")


def run(module: ModuleType, scale: Scale) -> Result:
    """One benchmark, whether it waits or not."""
    found = module.measure(scale)
    return asyncio.run(found) if inspect.iscoroutine(found) else found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
