"""What a person who waits may see of long work."""

from typing import Protocol

from msgspec import Struct


class SyncProgress(Struct, frozen=True, kw_only=True):
    """How far the reading of one connection is. Counts are of this run."""

    connection: str
    phase: str
    slices_done: int
    slices: int
    rows: int
    requests: int


class ProgressListener(Protocol):
    """Told of every step; must not raise and must not block."""

    def __call__(self, progress: SyncProgress) -> None:
        """One step."""
        ...
