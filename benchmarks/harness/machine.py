"""The machine in general terms: enough to judge a figure by, nothing that names it."""

import os
import platform
from pathlib import Path

from msgspec import Struct

from claw.store.embedded.binaries import wheel_binaries

_CPUINFO = Path("/proc/cpuinfo")


class Machine(Struct, frozen=True, kw_only=True):
    """What the figures were measured on."""

    cores: int
    processor: str
    system: str
    python: str
    postgresql: str


def describe() -> Machine:
    """This machine."""
    return Machine(
        cores=os.cpu_count() or 1,
        processor=_processor(),
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        postgresql=f"{wheel_binaries().major} (embedded)",
    )


def _processor() -> str:
    try:
        lines = _CPUINFO.read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
