"""What is kept of the past, and taking the rest away."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class TakenSnapshot(Struct, frozen=True, kw_only=True):
    """A snapshot by its name, and when it was taken."""

    snapshot_id: str
    taken_at: datetime


class Collected(Struct, frozen=True, kw_only=True):
    """What a collection did.

    ``nodes`` (trees and parts) and ``records`` (stored versions) were taken away;
    ``waiting`` are named by nothing either, and stay until they are a day old. ``more`` says
    that there is more to take away than one collection does.
    """

    nodes: int = 0
    records: int = 0
    waiting: int = 0
    more: bool = False


class NamesSnapshots(Protocol):
    """A store whose rows rest on snapshots, which must then not be thinned."""

    async def snapshots_in_use(self) -> AbstractSet[str]:
        """The names of the snapshots that something here was made from or compared with."""
        ...


class RetentionStore(Protocol):
    """Thins one tenant's snapshots. Everything but ``expect`` needs ``hold_alone``."""

    async def expect(self, due_at: datetime) -> None:
        """See that the tenant is thinned: by ``due_at`` if nothing is planned yet."""
        ...

    async def plan(self, due_at: datetime) -> None:
        """Thin the tenant next at ``due_at``."""
        ...

    async def taken(self) -> Sequence[TakenSnapshot]:
        """All snapshots, in the order they were taken."""
        ...

    async def thin(self, names: Collection[str]) -> None:
        """Take snapshots away; what they name stays."""
        ...

    async def collect(self, *, rest_seconds: int, most: int) -> Collected:
        """Take away what has been named by nothing for that long, at most so much of a kind.

        The rest is machine time: it begins when a collection first finds nothing that
        names the bytes, and ends when somebody writes or names them again.
        """
        ...
