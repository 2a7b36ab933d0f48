"""Connections: add, list, show, change settings, pause, resume."""

from collections.abc import Mapping, Sequence

from claw.core.errors import NotFound, Refused
from claw.core.model.reference import check_connection_name
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.ids import Ids
from claw.ports.secrets import SecretBox
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database


class ConnectionService:
    """The use cases about a tenant's connections."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, catalog: ConnectorCatalog, box: SecretBox
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._catalog = catalog
        self._box = box

    async def add(
        self,
        tenant: Tenant,
        connector: str,
        *,
        name: str,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
    ) -> Connection:
        """Store a connection; nothing is read yet.

        Raises:
            NotFound: no such connector.
            InvalidInput: naming the setting that is wrong.
            Refused: the name was used before.
        """
        connection = Connection(
            connection_id=self._ids.new(),
            name=check_connection_name(name),
            connector=self._catalog.manifest(connector).key,
            settings=self._catalog.check_settings(connector, settings, secrets),
            status="active",
            paused_reason=None,
            facts=None,
            created_at=self._clock.now(),
        )
        async with self._db.tenant(tenant.tenant_id) as uow:
            if not await uow.connections.add(connection):
                raise Refused(
                    f"the name {name!r} was already used for a connection of {tenant.slug!r}",
                    code="connection_exists",
                    field="name",
                    hint="choose another name; names are never reused",
                )
            for secret, value in sorted(secrets.items()):
                purpose = secret_purpose(connection, secret)
                sealed = self._box.seal(tenant.tenant_id, purpose, value)
                await uow.connections.put_secret(connection.connection_id, secret, sealed)
        return connection

    async def list(self, tenant: Tenant) -> Sequence[Connection]:
        """The tenant's connections by name."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.connections.list()

    async def get(self, tenant: Tenant, name: str) -> Connection:
        """One connection. Raises NotFound."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            connection = await uow.connections.find(name)
        if connection is None:
            raise NotFound(
                f"{tenant.slug!r} has no connection {name!r}",
                code="connection_unknown",
                field="connection",
                hint=f"see `claw connection list --tenant {tenant.slug}`",
            )
        return connection

    async def change_settings(
        self, tenant: Tenant, name: str, changes: Mapping[str, str]
    ) -> Connection:
        """Change some public settings; what was read before stays."""
        connection = await self.get(tenant, name)
        secrets = await self._secrets(tenant, connection)
        settings = self._catalog.check_settings(
            connection.connector, {**connection.settings, **changes}, secrets
        )
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.connections.save_settings(connection.connection_id, settings)
        return await self.get(tenant, name)

    async def rotate(self, tenant: Tenant, name: str, secrets: Mapping[str, str]) -> Connection:
        """Replace some secrets, and let the reading go on where a revoked one had paused it."""
        connection = await self.get(tenant, name)
        merged = {**await self._secrets(tenant, connection), **secrets}
        self._catalog.check_settings(connection.connector, connection.settings, merged)
        async with self._db.tenant(tenant.tenant_id) as uow:
            for secret, value in sorted(secrets.items()):
                purpose = secret_purpose(connection, secret)
                sealed = self._box.seal(tenant.tenant_id, purpose, value)
                await uow.connections.put_secret(connection.connection_id, secret, sealed)
            await uow.connections.set_status(connection.connection_id, "active", None)
        return await self.get(tenant, name)

    async def pause(self, tenant: Tenant, name: str, reason: str) -> Connection:
        """Stop reading from a source; what was read before stays and ages."""
        connection = await self.get(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.connections.set_status(connection.connection_id, "paused", reason)
        return await self.get(tenant, name)

    async def resume(self, tenant: Tenant, name: str) -> Connection:
        """Let the reading go on."""
        connection = await self.get(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.connections.set_status(connection.connection_id, "active", None)
        return await self.get(tenant, name)

    async def _secrets(self, tenant: Tenant, connection: Connection) -> Mapping[str, str]:
        async with self._db.tenant(tenant.tenant_id) as uow:
            sealed = await uow.connections.sealed_secrets(connection.connection_id)
        return {
            secret: self._box.open(tenant.tenant_id, secret_purpose(connection, secret), value)
            for secret, value in sealed.items()
        }


def secret_purpose(connection: Connection, secret: str) -> str:
    """What a sealed secret of a connection is bound to."""
    return f"connection:{connection.connection_id}:{secret}"
