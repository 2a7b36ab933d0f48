"""``claw connection``: accounts of vendors that a business connects."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import note, print_fields, print_json, print_table
from claw.cli.pairs import secrets_from, settings_from
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.errors import InvalidInput
from claw.core.time import format_instant
from claw.engine.connection_settings import SettingsChange
from claw.engine.remapping import Remapped
from claw.ports.connection_store import Connection

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(
    name="connection", help="Accounts of vendors that a business connects.", no_args_is_help=True
)


class RemappedDocument(msgspec.Struct, kw_only=True):
    """What mapping stored rows again came to; see ``claw sync`` for the words."""

    rows: int
    added: int
    changed: int
    unchanged: int
    gone: int
    quarantined: int


class ConnectionDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A connection as commands print it: settings, never a secret."""

    name: str
    connector: str
    status: str
    settings: dict[str, str]
    way_in: str | None = None
    paused_reason: str | None = None
    status_by: str | None = None
    status_at: str | None = None
    removal: str | None = None
    data_as_of: str | None = None
    reconnect: str | None = None
    reconnect_since: str | None = None
    account: str | None = None
    zone: str | None = None
    checked_at: str | None = None
    clock_skew_seconds: int | None = None
    capabilities: dict[str, str] = {}
    warnings: list[dict[str, str]] = []


class SettingsDocument(ConnectionDocument, kw_only=True, omit_defaults=True):
    """A connection after ``claw connection set``."""

    changed: list[str]
    remapped: RemappedDocument | None = None


@app.command()
def add(
    connector: Annotated[str, typer.Argument(help="A key of `claw connector list`.")],
    name: Annotated[str, typer.Option(help="What to call it; never reused.")],
    tenant: TenantName = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value, repeatable.")
    ] = None,
    secrets: Annotated[
        list[str] | None,
        typer.Option("--secret", help="key=env:VAR, key=file:PATH or key=- (standard input)."),
    ] = None,
    json: Json = False,
) -> None:
    """Connect an account; nothing is read yet (see `claw connection check`)."""

    async def work(engine: "Engine") -> Connection:
        given, opened = settings_from(settings or [], "set"), secrets_from(secrets or [])
        chosen = await engine.tenants.choose(tenant)
        return await engine.connections.add(
            chosen, connector, name=name, settings=given, secrets=opened, actor=actor()
        )

    _print(run(work, json=json), json=json)


@app.command("list")
def list_(
    removed: Annotated[
        bool, typer.Option("--removed", help="Those that were removed, too.")
    ] = False,
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """List a business's connections, and how old what is known of each is."""

    async def work(engine: "Engine") -> list[ConnectionDocument]:
        chosen = await engine.tenants.choose(tenant)
        ages = await engine.ages.of(chosen)
        return [
            document_of(connection, ages.get(connection.connection_id))
            for connection in await engine.connections.list(chosen, removed=removed)
        ]

    documents = run(work, json=json)
    if json:
        print_json(documents)
        return
    print_table(
        ("name", "connector", "status", "account", "zone", "checked", "data as of", "reconnect"),
        (
            (
                *(d.name, d.connector, d.status, d.account, d.zone, d.checked_at, d.data_as_of),
                None if d.reconnect_since is None else f"asked {d.reconnect_since}",
            )
            for d in documents
        ),
        empty="no connections yet; add one with `claw connection add`",
    )


@app.command()
def show(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Show one connection and how it is let in, also one that was removed."""

    async def work(engine: "Engine") -> ConnectionDocument:
        chosen = await engine.tenants.choose(tenant)
        connection = await engine.connections.get(chosen, name)
        as_of = (await engine.ages.of(chosen)).get(connection.connection_id)
        way_in = await engine.connections.way_in(chosen, connection)
        return msgspec.structs.replace(document_of(connection, as_of), way_in=way_in)

    _print_document(run(work, json=json), json=json)


@app.command("set")
def set_(
    name: str,
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Settings to change.")
    ] = None,
    unset: Annotated[
        list[str] | None, typer.Option("--unset", help="Back to the default, repeatable.")
    ] = None,
    moved: Annotated[
        bool,
        typer.Option("--moved", help="The same account has a new address; recorded as your word."),
    ] = False,
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Change settings; what is stored follows at once where it depends on them."""

    async def work(engine: "Engine") -> SettingsChange:
        changes = settings_from(settings or [], "set")
        if not changes and not unset:
            raise InvalidInput(
                "nothing to set",
                code="settings_missing",
                field="set",
                hint=f"write `claw connection set {name} key=value`, or --unset key",
            )
        return await engine.connection_settings.change(
            await engine.tenants.choose(tenant),
            name,
            changes,
            unset=unset or (),
            actor=actor(),
            moved=moved,
        )

    done = run(work, json=json)
    if json:
        print_json(_changed(done))
        return
    _print(done.connection, json=False)
    note(f"changed: {', '.join(done.changed)}" if done.changed else "nothing changed")
    if done.remapped is not None:
        note(f"mapped {done.remapped.rows} stored rows again: {counts(done.remapped)}")


@app.command()
def rotate(
    name: str,
    secrets: Annotated[
        list[str],
        typer.Option("--secret", help="key=env:VAR, key=file:PATH or key=- (standard input)."),
    ],
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Replace a secret, for instance a key that was revoked, and read on."""

    async def work(engine: "Engine") -> Connection:
        opened = secrets_from(secrets)
        chosen = await engine.tenants.choose(tenant)
        return await engine.connections.rotate(chosen, name, opened, actor=actor())

    _print(run(work, json=json), json=json)


@app.command()
def pause(
    name: str,
    reason: Annotated[str, typer.Option(help="Why; whoever syncs is told.")] = "by a person",
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Stop reading from a source; what was read stays and ages."""

    async def work(engine: "Engine") -> Connection:
        chosen = await engine.tenants.choose(tenant)
        return await engine.connections.pause(chosen, name, reason=reason, actor=actor())

    _print(run(work, json=json), json=json)


@app.command()
def resume(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Read from a paused source again."""

    async def work(engine: "Engine") -> Connection:
        chosen = await engine.tenants.choose(tenant)
        return await engine.connections.resume(chosen, name, actor=actor())

    _print(run(work, json=json), json=json)


def counts(remapped: Remapped) -> str:
    """``3 changed, 1 gone``, for a person."""
    plain: dict[str, int] = msgspec.structs.asdict(remapped)
    said = [f"{n} {name}" for name, n in plain.items() if n and name not in ("rows", "unchanged")]
    return ", ".join(said) or "nothing differs"


def _changed(done: SettingsChange) -> SettingsDocument:
    again = done.remapped
    return SettingsDocument(
        **msgspec.structs.asdict(document_of(done.connection)),
        changed=list(done.changed),
        remapped=None if again is None else RemappedDocument(**msgspec.structs.asdict(again)),
    )


def _print(connection: Connection, *, json: bool) -> None:
    _print_document(document_of(connection), json=json)


def _print_document(document: ConnectionDocument, *, json: bool) -> None:
    if json:
        print_json(document)
        return
    rows: list[tuple[str, object]] = []
    for name, value in msgspec.structs.asdict(document).items():
        if isinstance(value, str | int):
            rows.append((name, value))
    for group in ("settings", "capabilities"):
        members: dict[str, str] = getattr(document, group)
        rows += [(f"{group}.{key}", members[key]) for key in sorted(members)]
    rows += [("warning", warning["message"]) for warning in document.warnings]
    print_fields(rows)


def document_of(connection: Connection, as_of: datetime | None = None) -> ConnectionDocument:
    """A connection as commands print it; ``as_of`` is how old what is known of it is."""
    facts, task = connection.facts, connection.reconnect
    document = ConnectionDocument(
        name=connection.name,
        connector=connection.connector,
        status=connection.status,
        settings=dict(connection.settings),
        paused_reason=connection.paused_reason,
        status_by=connection.status_by,
        status_at=None if connection.status_at is None else format_instant(connection.status_at),
        removal=connection.removal,
        data_as_of=None if as_of is None else format_instant(as_of),
        reconnect=None if task is None else task.reason,
        reconnect_since=None if task is None else format_instant(task.opened_at),
    )
    if facts is None:
        return document
    checked = facts.checked_at
    return msgspec.structs.replace(
        document,
        account=f"{facts.account.name} ({facts.account.id})",
        zone=facts.account.zone,
        checked_at=None if checked is None else format_instant(checked),
        clock_skew_seconds=facts.clock_skew_seconds,
        capabilities=dict(facts.capabilities),
        warnings=[{"code": w.code, "message": w.message} for w in facts.warnings],
    )
