"""Opens the way to sources for the engine: transports that share limits and grants."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from claw.connect.auth.credential import opened_way
from claw.connect.auth.tokens import TokenSource, TokenSources
from claw.connect.limits import Limiters
from claw.connect.machine import Machine
from claw.connect.transport import Link, Transport, Transports
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.manifest import Manifest
from claw.ports.request_observer import RequestObserver


class TransportFactory:
    """``HttpFactory`` and ``GrantRenewer``; one for the process."""

    def __init__(
        self,
        *,
        limiters: Limiters,
        tokens: TokenSources,
        clock: Clock,
        machine: Machine,
        plain_loopback: bool,
    ) -> None:
        self._limiters = limiters
        self._tokens = tokens
        self._clock = clock
        self._machine = machine
        self._plain_loopback = plain_loopback

    def open(
        self,
        manifest: Manifest,
        connection: Connection,
        secrets: Mapping[str, str],
        *,
        tenant_id: UUID,
        observer: RequestObserver,
        trace_id: str,
    ) -> AbstractAsyncContextManager[Transport]:
        """HTTP for one connection, closed with the block. Raises connector errors."""
        transports = Transports(
            limiters=self._limiters,
            clock=self._clock,
            machine=self._machine,
            observer=observer,
            allow_plain_http_loopback=self._plain_loopback,
        )
        link = Link(
            manifest=manifest,
            connection=connection.name,
            connection_id=str(connection.connection_id),
            settings=connection.settings,
            secrets=secrets,
            trace_id=trace_id,
        )
        return transports.open(link, tokens=self._source(manifest, connection, secrets, tenant_id))

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
        """Renew the connection's grant without reading anything. Raises connector errors."""
        async with self.open(
            manifest,
            connection,
            secrets,
            tenant_id=tenant_id,
            observer=observer,
            trace_id=trace_id,
        ) as transport:
            await transport.renew_access()

    def _source(
        self,
        manifest: Manifest,
        connection: Connection,
        secrets: Mapping[str, str],
        tenant_id: UUID,
    ) -> TokenSource | None:
        """Where tokens come from, None for a way in that knows none. Raises ConfigInvalid."""
        if opened_way(manifest, secrets) in ("none", "static"):
            return None
        return self._tokens.of(tenant_id, connection.connection_id, manifest)
