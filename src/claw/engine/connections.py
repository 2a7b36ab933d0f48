"""Connections: add, list, show, rotate secrets, pause, resume."""

from collections.abc import Mapping, Sequence
from typing import Literal

from claw.core.errors import NotFound, Refused
from claw.core.events.catalog import ConnectionPaused, ConnectionResumed
from claw.core.model.reference import check_connection_name
from claw.core.time import format_instant
from claw.engine.audit import Auditor
from claw.engine.reconnecting import BY_CLAW, left_behind, start_over
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.ids import Ids
from claw.ports.manifest import WayIn
from claw.ports.secrets import SecretBox, connection_purpose
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
                await uow.connections.put_secret(
                    connection.connection_id, secret, sealed, at=self._clock.now()
                )
            await self._note(uow, connection, actor, "connection.add", connector=connector)
        return connection

    async def list(self, tenant: Tenant, *, removed: bool = False) -> Sequence[Connection]:
        """The tenant's connections by name; with ``removed`` those that were, too."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.connections.list(removed=removed)

    async def get(self, tenant: Tenant, name: str) -> Connection:
        """One connection, also one that was removed. Raises NotFound."""
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

    async def present(self, tenant: Tenant, name: str) -> Connection:
        """One connection that was not removed. Raises NotFound and Refused."""
        connection = await self.get(tenant, name)
        refuse_removed(connection)
        return connection

    async def rotate(
        self, tenant: Tenant, name: str, secrets: Mapping[str, str], *, actor: str
    ) -> Connection:
        """Replace some secrets, and let the reading go on where a revoked one had paused it.

        Secrets of another way in take the place of those of the old one.
        """
        connection = await self.present(tenant, name)
        auth = self._catalog.manifest(connection.connector).auth
        stale = left_behind(auth, secrets)
        known = await self.opened_secrets(tenant, connection)
        merged = {**{n: value for n, value in known.items() if n not in stale}, **secrets}
        self._catalog.check_settings(connection.connector, connection.settings, merged)
        async with self._db.tenant(tenant.tenant_id) as uow:
            now = await self._locked(uow, connection)
            for secret, value in sorted(secrets.items()):
                purpose = secret_purpose(connection, secret)
                sealed = self._box.seal(tenant.tenant_id, purpose, value)
                await uow.connections.put_secret(
                    connection.connection_id, secret, sealed, at=self._clock.now()
                )
            for secret in stale:
                await uow.connections.drop_secret(connection.connection_id, secret)
            await start_over(uow, connection, auth, secrets, at=self._clock.now())
            if now.status_by == BY_CLAW:
                await self._set_status(uow, now, "active", None, actor)
            names = ", ".join(sorted(secrets))
            await self._note(uow, connection, actor, "connection.rotate", secrets=names)
        return await self.get(tenant, name)

    async def pause(self, tenant: Tenant, name: str, *, reason: str, actor: str) -> Connection:
        """Stop reading from a source; what was read before stays and ages."""
        connection = await self.present(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            now = await self._locked(uow, connection)
            await self._set_status(uow, now, "paused", reason, actor)
            await self._note(uow, connection, actor, "connection.pause", reason=reason)
        return await self.get(tenant, name)

    async def resume(self, tenant: Tenant, name: str, *, actor: str) -> Connection:
        """Let the reading go on."""
        connection = await self.present(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            now = await self._locked(uow, connection)
            await self._set_status(uow, now, "active", None, actor)
            await self._note(uow, connection, actor, "connection.resume")
        return await self.get(tenant, name)

    async def way_in(self, tenant: Tenant, connection: Connection) -> WayIn | None:
        """How the connection is let in; None when its secrets or its connector are gone."""
        given = await self.sealed_secrets(tenant, connection)
        try:
            return self._catalog.way_in(connection.connector, given.keys())
        except NotFound:
            return None

    async def sealed_secrets(self, tenant: Tenant, connection: Connection) -> Mapping[str, bytes]:
        """A connection's secrets as they lie in the database, new bytes whenever one is given."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.connections.sealed_secrets(connection.connection_id)

    async def opened_secrets(self, tenant: Tenant, connection: Connection) -> Mapping[str, str]:
        """A connection's secrets in the clear, to be checked beside its settings."""
        return self.open_secrets(tenant, connection, await self.sealed_secrets(tenant, connection))

    def open_secrets(
        self, tenant: Tenant, connection: Connection, sealed: Mapping[str, bytes]
    ) -> Mapping[str, str]:
        """These sealed secrets of a connection in the clear."""
        return {
            secret: self._box.open(tenant.tenant_id, secret_purpose(connection, secret), value)
            for secret, value in sealed.items()
        }

    async def _locked(self, uow: UnitOfWork, connection: Connection) -> Connection:
        """The connection as it is now, and stays until the transaction ends."""
        now = await uow.connections.lock(connection.connection_id)
        refuse_removed(now)
        return now

    async def _set_status(
        self,
        uow: UnitOfWork,
        connection: Connection,
        status: Literal["active", "paused"],
        reason: str | None,
        actor: str,
    ) -> None:
        now = self._clock.now()
        await uow.connections.set_status(connection.connection_id, status, reason, by=actor, at=now)
        if connection.status != status:
            told = ConnectionPaused if status == "paused" else ConnectionResumed
            data = told(connection=connection.name, by="person")
            uow.events.add(data, subject=connection.name, at=now)

    async def _note(
        self, uow: UnitOfWork, connection: Connection, actor: str, action: str, **detail: str
    ) -> None:
        await self._auditor.note(uow, actor=actor, action=action, subject=connection.name, **detail)


def refuse_removed(connection: Connection) -> None:
    """Refuse work on a connection that was removed."""
    if connection.status != "removed":
        return
    when = format_instant(connection.status_at) if connection.status_at else "before"
    raise Refused(
        f"{connection.name} was removed ({when})",
        code="connection_removed",
        field="connection",
        hint="add a connection under another name; names are never reused",
    )


def secret_purpose(connection: Connection, secret: str) -> str:
    """What a sealed secret of a connection is bound to."""
    return connection_purpose(connection.connection_id, secret)
