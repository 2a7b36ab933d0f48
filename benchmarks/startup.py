"""Startup: `claw --version` from nothing to its end, CPU.

User and system time of the whole process, as the operating system accounts for it, the
interpreter's own start included. The bar is absolute: a person waits for this.
"""

import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.harness.children import environment
from benchmarks.harness.figures import Figure, Result
from benchmarks.harness.scale import Scale

NAME = "startup"
_RUNS_A_ROUND = 3


def measure(scale: Scale) -> Result:
    """Start it a few times; one start before counts for nothing but compiled files."""
    _start()
    rounds = tuple(_start() for _ in range(scale.rounds * _RUNS_A_ROUND))
    figure = Figure(
        benchmark=NAME,
        what="claw --version",
        rounds=rounds,
        bar=0.3,
        keep="under",
        unit="CPU-s",
    )
    return Result(figures=(figure,))


def _start() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [str(Path(sys.executable).with_name("claw")), "--version"],
        env=environment(),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
