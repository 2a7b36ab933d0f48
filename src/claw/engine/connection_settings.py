"""Changing the settings of a connection, and what is stored along with them."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from claw.core.errors import InvalidInput, Refused
from claw.engine.audit import Auditor
from claw.engine.connections import ConnectionService, refuse_removed
from claw.engine.remapping import Remapped, Remapping
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.ids import Ids
from claw.ports.manifest import Manifest
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


class SettingsChange(Struct, frozen=True, kw_only=True):
    """What changing settings did; ``remapped`` is None where nothing stored depends on them."""

    connection: Connection
    changed: tuple[str, ...]
    remapped: Remapped | None = None


class ConnectionSettings:
    """The use case about a connection's public settings."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        catalog: ConnectorCatalog,
        connections: ConnectionService,
    ) -> None:
        self._db = db
        self._clock = clock
        self._catalog = catalog
        self._connections = connections
        self._auditor = Auditor(clock, ids)
        self._remapping = Remapping(db=db, clock=clock, ids=ids, catalog=catalog)

    async def change(
        self,
        tenant: Tenant,
        name: str,
        changes: Mapping[str, str],
        *,
        unset: Collection[str] = (),
        actor: str,
        moved: bool = False,
    ) -> SettingsChange:
        """Set some settings and put others back to their default.

        What is stored is mapped again at once where it depends on what changed. ``moved``
        says that a new address is the same account under another name.

        Raises:
            InvalidInput: naming the setting that is wrong.
            NotFound: no such connection.
            Refused: ``account_changed``, when records of another account would be mixed in;
                ``sync_running``, when a sync still maps with the old settings;
                ``settings_changed``, when somebody else was quicker.
        """
        connection = await self._connections.present(tenant, name)
        manifest = self._catalog.manifest(connection.connector)
        settings = self._catalog.check_settings(
            connection.connector,
            _wanted(connection.settings, changes, unset, manifest),
            await self._connections.opened_secrets(tenant, connection),
        )
        changed = _differing(connection.settings, settings)
        if not changed:
            return SettingsChange(connection=connection, changed=())
        detail = {"settings": ", ".join(changed)} | ({"moved": "yes"} if moved else {})
        other = _of_another_account(manifest, changed, moved=moved)
        async with self._db.tenant(tenant.tenant_id) as uow:
            await self._refuse_other_account(uow, connection, other)
            if other is None and not _affect_records(manifest, changed):
                after = await self._save(uow, connection, settings, actor, detail)
                return SettingsChange(connection=after, changed=changed)
        async with self._remapping.writing(tenant, connection) as writing:
            # Once more: a sync may have read the account until it let go of the streams.
            await self._refuse_other_account(writing.uow, connection, other)
            after = await self._save(writing.uow, connection, settings, actor, detail)
            remapped = None
            if _affect_records(manifest, changed):
                remapped = await writing.map_all(after)
        return SettingsChange(connection=after, changed=changed, remapped=remapped)

    async def _save(
        self,
        uow: UnitOfWork,
        before: Connection,
        settings: Mapping[str, str],
        actor: str,
        detail: Mapping[str, str],
    ) -> Connection:
        """Save them; returns the connection as it is now, with them."""
        now = await uow.connections.lock(before.connection_id)
        refuse_removed(now)
        if now.settings != before.settings:
            raise Refused(
                f"somebody else has just changed settings of {now.name}",
                code="settings_changed",
                hint=f"see `claw connection show {now.name}`, and set them again",
            )
        await uow.connections.save_settings(now.connection_id, settings, at=self._clock.now())
        await self._auditor.note(
            uow, actor=actor, action="connection.set", subject=now.name, **detail
        )
        return replace(now, settings=settings)

    async def _refuse_other_account(
        self, uow: UnitOfWork, connection: Connection, field: str | None
    ) -> None:
        if field is None or not await uow.sync.ever_read(connection.connection_id):
            return
        raise Refused(
            f"{field} says whose data it is, and {connection.name} was read already: "
            "records of two accounts would be taken for each other's",
            code="account_changed",
            field=field,
            hint=f"add the other account with `claw connection add {connection.connector}` under "
            f"another name, then `claw connection remove {connection.name}`",
        )


def _of_another_account(manifest: Manifest, changed: Sequence[str], *, moved: bool) -> str | None:
    """The setting, of those changed, that makes it another account; None where none does."""
    of_account = {s.name for s in manifest.settings if s.affects == "account"}
    of_account.add(manifest.origin)
    if moved:
        of_account.remove(manifest.origin)
    return next((name for name in changed if name in of_account), None)


def _wanted(
    before: Mapping[str, str],
    changes: Mapping[str, str],
    unset: Collection[str],
    manifest: Manifest,
) -> Mapping[str, str]:
    known = {spec.name for spec in manifest.settings if not spec.secret}
    for name in unset:
        if name in changes or name not in known:
            raise InvalidInput(
                f"{name} is both set and unset"
                if name in changes
                else f"{manifest.key} has no setting {name}",
                code="setting_invalid",
                field=name,
                hint=f"it has: {', '.join(sorted(known))}",
            )
    kept = {name: value for name, value in before.items() if name not in unset}
    return {**kept, **changes}


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(n for n in {*before, *after} if before.get(n) != after.get(n)))


def _affect_records(manifest: Manifest, changed: Collection[str]) -> bool:
    return any(s.name in changed and s.affects == "records" for s in manifest.settings)
