"""Throw-away environments for the frameworks we compare with, each from its own lock.

They live under ``.bench/``, are installed when first needed and kept until their lock
changes. A peer that cannot be installed is skipped, and said to be.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.harness.children import ROOT

_INSTALL_SECONDS = 900


class PeerAbsent(Exception):
    """A peer that cannot be had here, and why."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, installed if need be.

    Raises:
        PeerAbsent: when it cannot be installed.
    """
    lock = ROOT / "benchmarks" / f"requirements-{peer}.txt"
    home = ROOT / ".bench" / peer
    python, stamp = home / "bin" / "python", home / ".installed"
    key = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == key:
        return python
    try:
        venv.create(home, clear=True, with_pip=True)
        _install(python, lock)
    except (OSError, subprocess.SubprocessError) as problem:
        raise PeerAbsent(f"{peer} cannot be installed ({type(problem).__name__})") from problem
    stamp.write_text(key)
    return python


def _install(python: Path, lock: Path) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*command, "--no-deps", "--require-hashes", "--requirement", str(lock)],
        check=True,
        timeout=_INSTALL_SECONDS,
    )
