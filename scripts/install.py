"""Builds ``.venv`` from the hash-pinned lock and installs the project into it.

Standard library only, run by whichever Python ``install.sh`` found. Two stamps inside
``.venv`` say what it was built from. They are removed before anything is changed and
written last, so an interrupted run is never taken for a finished one, and a run with
nothing to do ends after hashing three small files.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements-dev.txt"
PROJECT = ROOT / "pyproject.toml"
LOCK_STAMP = VENV / ".installed-lock"
PROJECT_STAMP = VENV / ".installed-project"
VERSION = ".".join(str(part) for part in sys.version_info[:3])


class InstallFailed(Exception):
    """A step failed; the message says which and how to mend it."""


def main() -> int:
    """Bring ``.venv`` up to date; return the exit status."""
    lock_key = digest(Path(__file__), LOCK)
    project_key = digest(PROJECT)
    try:
        with one_at_a_time():
            if not current(LOCK_STAMP, lock_key):
                build_environment(lock_key)
            if not current(PROJECT_STAMP, project_key):
                install_project(project_key)
            else:
                print(f"install: .venv is up to date (Python {VERSION})")
    except InstallFailed as failure:
        print(f"install: {failure}", file=sys.stderr)
        return 1
    except OSError as failure:
        print(
            f"install: {failure}\nCheck that {ROOT} can be written and has a gigabyte free.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("install: interrupted; run `make install` again", file=sys.stderr)
        return 130
    return 0


def digest(*files: Path) -> str:
    """Hash of what an installation depends on: files, interpreter and place.

    The place counts because the scripts in a virtual environment hold absolute paths.
    """
    interpreter = os.path.realpath(sys.executable)
    state = hashlib.sha256(f"{VERSION}\0{interpreter}\0{ROOT}\0".encode())
    for file in files:
        state.update(hashlib.sha256(file.read_bytes()).digest())
    return state.hexdigest()


def current(stamp: Path, key: str) -> bool:
    """Whether ``stamp`` was written by a finished run with the same inputs."""
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == key


@contextmanager
def one_at_a_time() -> Generator[None]:
    """Hold a lock on the checkout, so that parallel make targets install once."""
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def build_environment(key: str) -> None:
    """Make ``.venv`` anew, so that a package dropped from the lock is gone as well."""
    print(f"install: building .venv with Python {VERSION} ({sys.executable})", flush=True)
    LOCK_STAMP.unlink(missing_ok=True)
    PROJECT_STAMP.unlink(missing_ok=True)
    try:
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as failure:
        raise InstallFailed(f"{sys.executable} could not set up pip in .venv") from failure
    pip(
        ["install", "-qq", "--require-hashes", "-r", str(LOCK)],
        "the locked packages could not be installed (pip says why above). If this machine "
        "is offline or uses a mirror, check the network, the proxy and pip's configuration, "
        "then run `make install` again",
    )
    LOCK_STAMP.write_text(key)


def install_project(key: str) -> None:
    """Install this checkout in place; everything that needs the network is done by now."""
    PROJECT_STAMP.unlink(missing_ok=True)
    editable = ["install", "-qq", "--no-deps", "--no-index", "--no-build-isolation", "-e"]
    pip([*editable, str(ROOT)], "the project itself could not be installed (pip says why above)")
    PROJECT_STAMP.write_text(key)
    print("install: done; the command is .venv/bin/claw", flush=True)


def pip(arguments: list[str], otherwise: str) -> None:
    """Run the environment's pip without asking anything; raise ``otherwise`` on failure."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    command = [str(PYTHON), "-I", "-m", "pip", *arguments]
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise InstallFailed(otherwise)


if __name__ == "__main__":
    sys.exit(main())
