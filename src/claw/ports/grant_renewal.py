"""Renewing a connection's grant without reading anything."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from claw.ports.connection_store import Connection
from claw.ports.manifest import Manifest
from claw.ports.request_observer import RequestObserver


class GrantRenewer(Protocol):
    """Renews grants through the same limits, leases and checks as a read would."""

    async def renew(
        self,
        manifest: Manifest,
        connection: Connection,
        secrets: Mapping[str, str],
        *,
        tenant_id: UUID,
        observer: RequestObserver,
        trace_id: str,
    ) -> None:
        """Renew the grant now, unless somebody else just did.

        Raises:
            AuthRevoked: when the source refuses it for good.
            ConnectorError: when it could not be renewed this time.
        """
        ...
