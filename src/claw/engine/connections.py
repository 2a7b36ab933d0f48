"""Connections: add, list, show, rotate secrets, pause, resume."""

from collections.abc import Mapping, Sequence

from claw.core.errors import NotFound, Refused
from claw.core.model.reference import check_connection_name
from claw.engine.audit import Auditor
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.ids import Ids
from claw.ports.secrets import SecretBox
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


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
        self._auditor = Auditor(clock, ids)

    async def add(
        self,
        tenant: Tenant,
        connector: str,
        *,
        name: str,
        settings: Mapping[str, str],
        secrets: Mapping[str, str],
        actor: str,
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
            await self._note(uow, connection, actor, "connection.add", connector=connector)
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

    async def rotate(
        self, tenant: Tenant, name: str, secrets: Mapping[str, str], *, actor: str
    ) -> Connection:
        """Replace some secrets, and let the reading go on where a revoked one had paused it."""
        connection = await self.get(tenant, name)
        merged = {**await self.opened_secrets(tenant, connection), **secrets}
        self._catalog.check_settings(connection.connector, connection.settings, merged)
        async with self._db.tenant(tenant.tenant_id) as uow:
            for secret, value in sorted(secrets.items()):
                purpose = secret_purpose(connection, secret)
                sealed = self._box.seal(tenant.tenant_id, purpose, value)
                await uow.connections.put_secret(connection.connection_id, secret, sealed)
            await uow.connections.set_status(connection.connection_id, "active", None)
            names = ", ".join(sorted(secrets))
            await self._note(uow, connection, actor, "connection.rotate", secrets=names)
        return await self.get(tenant, name)

    async def pause(self, tenant: Tenant, name: str, *, reason: str, actor: str) -> Connection:
        """Stop reading from a source; what was read before stays and ages."""
        connection = await self.get(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.connections.set_status(connection.connection_id, "paused", reason)
            await self._note(uow, connection, actor, "connection.pause", reason=reason)
        return await self.get(tenant, name)

    async def resume(self, tenant: Tenant, name: str, *, actor: str) -> Connection:
        """Let the reading go on."""
        connection = await self.get(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.connections.set_status(connection.connection_id, "active", None)
            await self._note(uow, connection, actor, "connection.resume")
        return await self.get(tenant, name)

    async def opened_secrets(self, tenant: Tenant, connection: Connection) -> Mapping[str, str]:
        """A connection's secrets in the clear, to be checked beside its settings."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            sealed = await uow.connections.sealed_secrets(connection.connection_id)
        return {
            secret: self._box.open(tenant.tenant_id, secret_purpose(connection, secret), value)
            for secret, value in sealed.items()
        }

    async def _note(
        self, uow: UnitOfWork, connection: Connection, actor: str, action: str, **detail: str
    ) -> None:
        await self._auditor.note(uow, actor=actor, action=action, subject=connection.name, **detail)


def secret_purpose(connection: Connection, secret: str) -> str:
    """What a sealed secret of a connection is bound to."""
    return f"connection:{connection.connection_id}:{secret}"
