"""Progress of a sync on standard error: a live line for people, nothing for pipes."""

import sys

from claw.ports.progress import SyncProgress


class ProgressLine:
    """Rewrites one line while the sync runs; silent when nobody watches."""

    def __init__(self, *, quiet: bool) -> None:
        self._shown = not quiet and sys.stderr.isatty()
        self._width = 0

    def __call__(self, progress: SyncProgress) -> None:
        """Show one step."""
        if not self._shown:
            return
        text = (
            f"{progress.connection}: {progress.phase} "
            f"{progress.slices_done}/{progress.slices} slices, {progress.rows} rows, "
            f"{progress.requests} requests"
        )
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def end(self) -> None:
        """Leave the terminal's cursor on a fresh line."""
        if self._shown and self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
