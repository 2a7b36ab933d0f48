"""Keeping consents alive: a refresh token that nobody uses dies, however good it is.

Every grant by consent that was not renewed for its manifest's ``keep_alive_hours`` is
renewed, also of connections that a person paused and of tenants that are suspended: they
are to be read again one day, and renewing reads nothing. A grant that was refused for good
is left alone.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from claw.core.errors import ClawError
from claw.engine.connections import ConnectionService
from claw.engine.reconnecting import ask_to_reconnect
from claw.engine.sync.source import RequestCount
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.connector import Log
from claw.ports.connector_errors import AuthRevoked, ConnectorError
from claw.ports.grant_renewal import GrantRenewer
from claw.ports.ids import Ids
from claw.ports.manifest import Manifest
from claw.ports.metrics import Metrics
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database


class KeptAlive(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one grant by consent.

    ``fresh``: renewed recently enough; ``revoked``: only a person can mend it; ``failed``:
    it could not be renewed this time and will be tried again.
    """

    tenant: str
    connection: str
    outcome: Literal["renewed", "fresh", "revoked", "failed"]
    message: str | None = None


class KeepAliveService:
    """The use case that renews what would die of disuse."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        catalog: ConnectorCatalog,
        connections: ConnectionService,
        renewer: GrantRenewer,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._catalog = catalog
        self._connections = connections
        self._renewer = renewer
        self._metrics = metrics
        self._log = log

    async def run(self, tenants: Sequence[Tenant]) -> Sequence[KeptAlive]:
        """Renew what is due of these tenants; one that fails keeps no other from it."""
        kept: list[KeptAlive] = []
        for tenant in tenants:
            for connection in await self._connections.list(tenant):
                one = await self._keep(tenant, connection)
                if one is not None:
                    self._metrics.count("grants_kept_alive", outcome=one.outcome)
                    kept.append(one)
        return kept

    async def _keep(self, tenant: Tenant, connection: Connection) -> KeptAlive | None:
        """One connection; None when it has no consent that could die."""
        sealed: Mapping[str, bytes] = {}
        try:
            sealed = await self._connections.sealed_secrets(tenant, connection)
            manifest = self._catalog.manifest(connection.connector)
            secrets = self._connections.open_secrets(tenant, connection, sealed)
            due = await self._due(tenant, connection, manifest, secrets)
            if due is None:
                return None
            if due != "due":
                return _kept(tenant, connection, due)
            await self._renewer.renew(
                manifest,
                connection,
                secrets,
                tenant_id=tenant.tenant_id,
                observer=RequestCount(connection.connector, self._metrics, self._log),
                trace_id=self._ids.trace(),
            )
        except AuthRevoked as error:
            async with self._db.tenant(tenant.tenant_id) as uow:
                await ask_to_reconnect(uow, connection, error, used=sealed, at=self._clock.now())
            return _kept(tenant, connection, "revoked", error.message)
        except (ConnectorError, ClawError) as error:
            return _kept(tenant, connection, "failed", error.message)
        return _kept(tenant, connection, "renewed")

    async def _due(
        self,
        tenant: Tenant,
        connection: Connection,
        manifest: Manifest,
        secrets: Mapping[str, str],
    ) -> Literal["due", "fresh", "revoked"] | None:
        spec = manifest.auth.oauth2
        if spec is None or spec.refresh_token not in secrets:
            return None
        async with self._db.tenant(tenant.tenant_id) as uow:
            grant = await uow.grants.find(connection.connection_id)
        if grant is None:
            return "due"
        if grant.state == "revoked":
            return "revoked"
        idle = grant.idle_seconds
        return "due" if idle is None or idle >= spec.keep_alive_hours * 3600 else "fresh"


def _kept(
    tenant: Tenant,
    connection: Connection,
    outcome: Literal["renewed", "fresh", "revoked", "failed"],
    message: str | None = None,
) -> KeptAlive:
    return KeptAlive(
        tenant=tenant.slug, connection=connection.name, outcome=outcome, message=message
    )
