"""Opening the way to a source for one connection during one run."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from claw.ports.connection_store import Connection
from claw.ports.connector import Http
from claw.ports.manifest import Manifest
from claw.ports.request_observer import RequestObserver


class HttpFactory(Protocol):
    """Opens authenticated, limited HTTP that sends only what the manifest declares."""

    def open(
        self,
        manifest: Manifest,
        connection: Connection,
        secrets: Mapping[str, str],
        *,
        tenant_id: UUID,
        observer: RequestObserver,
        trace_id: str,
    ) -> AbstractAsyncContextManager[Http]:
        """HTTP for one connection, closed with the block. Raises connector errors."""
        ...
