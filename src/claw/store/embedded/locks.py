"""File locks that the kernel gives back when a process ends, however it ends."""

import errno
import fcntl
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from claw.core.errors import InstallationBroken

_POLL_SECONDS = 0.05


class FileLock:
    """One open file with at most one lock on it. Not inherited by programs we start."""

    def __init__(self, path: Path) -> None:
        self._file: Final = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def fileno(self) -> int:
        """The descriptor, for handing the lock to a child."""
        return self._file

    def share(self) -> None:
        """Wait for a lock that others may share."""
        fcntl.flock(self._file, fcntl.LOCK_SH)

    def try_own(self) -> bool:
        """Take it for ourselves alone if nobody else has it.

        A share that we hold is turned into ownership, or lost.
        """
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return False
            raise
        return True

    def own(self, seconds: float) -> bool:
        """Wait that long at most to have it alone."""
        deadline = time.monotonic() + seconds
        while not self.try_own():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def close(self) -> None:
        """Give the lock back."""
        os.close(self._file)


@contextmanager
def exclusively(path: Path, *, seconds: float) -> Generator[None]:
    """Hold ``path``'s lock alone.

    Raises:
        InstallationBroken: ``embedded_busy`` when another process holds it too long.
    """
    lock = FileLock(path)
    try:
        if not lock.own(seconds):
            raise InstallationBroken(
                f"another process has been starting or stopping the database for {seconds:.0f} s",
                code="embedded_busy",
                hint=f"end that process, it holds {path}",
            )
        yield
    finally:
        lock.close()
