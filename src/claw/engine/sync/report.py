"""What a sync says of itself: the document of ``claw sync --json``."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

Mode = Literal["window", "changes"]
Status = Literal["ok", "degraded", "failed"]


class SyncWarning(Struct, frozen=True, kw_only=True):
    """Something that works but is less than it could be."""

    code: str
    message: str


class SyncError(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a connection failed or is degraded."""

    code: str
    message: str
    hint: str | None = None


class StreamReport(Struct, kw_only=True):
    """Counts of one stream.

    ``read`` = ``mapped`` + ``skipped`` + ``quarantined``, in source rows; the others count
    canonical records.
    """

    stream: str
    read: int = 0
    mapped: int = 0
    skipped: int = 0
    quarantined: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    returned: int = 0
    gone: int = 0
    held: int = 0
    requests: int = 0
    seconds: int = 0


class ConnectionReport(Struct, kw_only=True):
    """What became of one connection."""

    connection: str
    status: Status
    error: SyncError | UnsetType = UNSET
    warnings: list[SyncWarning] = []
    streams: list[StreamReport] = []


class Window(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Local dates of the tenant, both included."""

    first: str
    last: str


class SyncReport(Struct, kw_only=True):
    """What became of a run. With ``mode`` ``changes`` only what a feed hinted at was read."""

    run: str
    tenant: str
    mode: Mode = "window"
    window: Window
    connections: list[ConnectionReport]

    @property
    def status(self) -> Status:
        """The worst of the connections'."""
        statuses = {connection.status for connection in self.connections}
        if "failed" in statuses:
            return "failed"
        return "degraded" if "degraded" in statuses else "ok"
