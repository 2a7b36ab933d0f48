"""What a check needs of a whole engine; implemented where the engine is wired.

A harness opens installations on real, empty databases. Everything returned is plain data,
so that a check can be read without knowing the engine.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from claw.connect.conformance.subject import Stage
from claw.ports.connector import Connector


class SyncSeen(Struct, frozen=True, kw_only=True):
    """What one sync reported of one connection; counts are summed over its streams."""

    status: str
    error: str | None
    warnings: tuple[str, ...]
    read: int
    mapped: int
    skipped: int
    quarantined: int
    added: int
    changed: int
    unchanged: int
    returned: int
    gone: int
    held: int
    requests: int


class ConnectionSeen(Struct, frozen=True, kw_only=True):
    """A connection as its owner sees it; ``reconnect_tasks`` counts closed ones, too."""

    status: str
    paused_reason: str | None
    reconnect_tasks: int


class Tenancy(Protocol):
    """One tenant of an installation with one connection to a stage."""

    async def sync(self, *, first: date | None = None, last: date | None = None) -> SyncSeen:
        """Read the window (default: yesterday to +14 local days)."""
        ...

    async def follow(self) -> SyncSeen:
        """Read only what the feed of changes hints at."""
        ...

    async def sync_killed(
        self, *, after_requests: int, first: date | None = None, last: date | None = None
    ) -> bool:
        """Begin a sync and end it like a killed process, once that many requests were answered.

        What it held is let go of, as time would. False when it ended before.
        """
        ...

    async def read_at_once(self, template: str, *, engines: int, readers: int) -> Sequence[str]:
        """Send one declared read from each of so many readers of each of so many engines.

        The engines share the database and nothing else. What became of each reader: ``ok``
        or the code of its error.
        """
        ...

    async def accept_held(self) -> int:
        """Let the removals that the last sync held take effect; how many they were."""
        ...

    async def records(self) -> Sequence[Mapping[str, object]]:
        """Current canonical records, in canonical order, volatile parts left out."""
        ...

    async def tree(self) -> str:
        """The tree of a snapshot taken now."""
        ...

    async def connection(self) -> ConnectionSeen:
        """The connection's state."""
        ...

    async def everything_stored(self) -> bytes:
        """Every row of every table that this tenant's transactions can see, as text."""
        ...


class Installation(Protocol):
    """One engine on one empty database, with captured logs and metrics."""

    async def tenant(
        self,
        slug: str,
        zone: str,
        stage: Stage,
        *,
        connector: Connector,
        secrets: Mapping[str, str] | None = None,
    ) -> Tenancy:
        """Create a tenant and connect it to a stage, which is served for as long as needed.

        ``secrets`` take the place of the stage's own.
        """
        ...

    def seconds(self) -> float:
        """The clock of waits, which are skipped; a stage counts the vendor's limit on it."""
        ...

    def set_clock(self, now: datetime) -> None:
        """Set what the engine takes for now."""
        ...

    def said(self) -> str:
        """Every log line, metric and error text so far."""
        ...


class Harness(Protocol):
    """Opens installations."""

    def open(self, *, now: datetime) -> AbstractAsyncContextManager[Installation]:
        """An installation at a fixed time, torn down with the block."""
        ...
