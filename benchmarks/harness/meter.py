"""What a child process spends on its work. Standard library only: peers import it too."""

import json
import os
import resource
import sys
from pathlib import Path

_STATM = Path("/proc/self/statm")


class Meter:
    """Counts from its making, which is to be after the imports, to :meth:`tell`."""

    def __init__(self) -> None:
        self._began = cpu_seconds()
        self._resident: list[int] = []

    def page(self) -> None:
        """Note the memory that is resident after one page."""
        self._resident.append(resident_bytes())

    def tell(self, **facts: int | str) -> None:
        """Print what was spent, and the facts, as the line that the parent reads."""
        spent = cpu_seconds() - self._began
        line = {"cpu_seconds": spent, "resident_bytes": self._resident, "facts": facts}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


def cpu_seconds() -> float:
    """User and system seconds of this process, its ended children left out."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def resident_bytes() -> int:
    """Memory now resident; where the system does not say, the most there ever was."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
