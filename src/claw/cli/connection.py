"""``claw connection``: accounts of vendors that a business connects."""

from collections.abc import Sequence
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
    paused_reason: str | None = None
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
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List a business's connections."""

    async def work(engine: "Engine") -> Sequence[Connection]:
        return await engine.connections.list(await engine.tenants.choose(tenant))

    connections = run(work, json=json)
    if json:
        print_json([document_of(connection) for connection in connections])
        return
    print_table(
        ("name", "connector", "status", "account", "zone", "checked"),
        (
            (d.name, d.connector, d.status, d.account, d.zone, d.checked_at)
            for d in map(document_of, connections)
        ),
        empty="no connections yet; add one with `claw connection add`",
    )


@app.command()
def show(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Show one connection."""

    async def work(engine: "Engine") -> Connection:
        return await engine.connections.get(await engine.tenants.choose(tenant), name)

    _print(run(work, json=json), json=json)


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
    document = document_of(connection)
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


def document_of(connection: Connection) -> ConnectionDocument:
    """A connection as commands print it."""
    facts = connection.facts
    document = ConnectionDocument(
        name=connection.name,
        connector=connection.connector,
        status=connection.status,
        settings=dict(connection.settings),
        paused_reason=connection.paused_reason,
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
