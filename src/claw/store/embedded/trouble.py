"""Failures of the machine below the database, told as what the operator can do about them."""

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from claw.core.errors import InstallationBroken

_FULL = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)


@contextmanager
def told(home: Path) -> Generator[None]:
    """Turn an ``OSError`` about files under ``home`` into an ``InstallationBroken``."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise _full(str(error.filename or home)) from error
        if error.errno in _READ_ONLY:
            raise _read_only(str(error.filename or home)) from error
        raise InstallationBroken(
            f"the data folder {home} cannot be used: {error.strerror or error}",
            code="home_unusable",
            field="CLAW_HOME",
            hint="set CLAW_HOME to a folder that Claw may create and write",
        ) from error


def failed_program(program: str, output: str, log: Path) -> InstallationBroken:
    """What a failed PostgreSQL program means."""
    if "No space left on device" in output or "Disk quota exceeded" in output:
        return _full(str(log.parent))
    if "Read-only file system" in output or "Permission denied" in output:
        return _read_only(str(log.parent))
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told_by = next((line for line in lines if "FATAL" in line or "error:" in line), "")
    return InstallationBroken(
        f"{program} failed: {told_by or (lines[-1] if lines else 'it said nothing')}",
        code="embedded_failed",
        hint=f"see {log}, or set CLAW_DATABASE_URL to a PostgreSQL 15+ server",
    )


def _full(where: str) -> InstallationBroken:
    return InstallationBroken(
        f"no space left for the database at {where}",
        code="disk_full",
        hint="free some space, or set CLAW_HOME to a folder on another disk; nothing was lost",
    )


def _read_only(where: str) -> InstallationBroken:
    return InstallationBroken(
        f"the database cannot write to {where}",
        code="read_only",
        field="CLAW_HOME",
        hint="make it writable, or set CLAW_HOME to a folder that is",
    )
