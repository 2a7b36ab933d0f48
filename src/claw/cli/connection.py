"""``claw connection``: accounts of vendors that a business connects."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import exit_code_of, print_error, print_fields, print_json, print_table
from claw.cli.runtime import Json, TenantName, run
from claw.core.errors import ClawError, InvalidInput
from claw.ports.connection_store import Connection

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(
    name="connection", help="Accounts of vendors that a business connects.", no_args_is_help=True
)


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
    try:
        given = _pairs(settings or [], "set")
        opened = {key: _secret(key, spec) for key, spec in _pairs(secrets or [], "secret").items()}
    except ClawError as error:
        print_error(error, json=json)
        raise typer.Exit(exit_code_of(error)) from None

    async def work(engine: "Engine") -> Connection:
        chosen = await engine.tenants.choose(tenant)
        return await engine.connections.add(
            chosen, connector, name=name, settings=given, secrets=opened
        )

    _print(run(work, json=json), json=json)


@app.command("list")
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List a business's connections."""

    async def work(engine: "Engine") -> Sequence[Connection]:
        return await engine.connections.list(await engine.tenants.choose(tenant))

    connections = run(work, json=json)
    if json:
        print_json([_document(connection) for connection in connections])
        return
    print_table(
        ("name", "connector", "status", "account", "zone", "checked"),
        (
            (d.name, d.connector, d.status, d.account, d.zone, d.checked_at)
            for d in map(_document, connections)
        ),
        empty="no connections yet; add one with `claw connection add`",
    )


@app.command()
def show(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Show one connection."""

    async def work(engine: "Engine") -> Connection:
        return await engine.connections.get(await engine.tenants.choose(tenant), name)

    _print(run(work, json=json), json=json)


@app.command()
def check(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Prove credentials, account, permissions and clock against the source."""

    async def work(engine: "Engine") -> Connection:
        chosen = await engine.tenants.choose(tenant)
        await engine.sync.check(chosen, name)
        return await engine.connections.get(chosen, name)

    _print(run(work, json=json), json=json)


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
    try:
        opened = {key: _secret(key, spec) for key, spec in _pairs(secrets, "secret").items()}
    except ClawError as error:
        print_error(error, json=json)
        raise typer.Exit(exit_code_of(error)) from None

    async def work(engine: "Engine") -> Connection:
        return await engine.connections.rotate(await engine.tenants.choose(tenant), name, opened)

    _print(run(work, json=json), json=json)


@app.command()
def pause(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Stop reading from a source; what was read stays."""

    async def work(engine: "Engine") -> Connection:
        chosen = await engine.tenants.choose(tenant)
        return await engine.connections.pause(chosen, name, "paused by a person")

    _print(run(work, json=json), json=json)


@app.command()
def resume(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Read from a paused source again."""

    async def work(engine: "Engine") -> Connection:
        return await engine.connections.resume(await engine.tenants.choose(tenant), name)

    _print(run(work, json=json), json=json)


def _print(connection: Connection, *, json: bool) -> None:
    document = _document(connection)
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


def _document(connection: Connection) -> ConnectionDocument:
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
        checked_at=None if checked is None else checked.isoformat().replace("+00:00", "Z"),
        clock_skew_seconds=facts.clock_skew_seconds,
        capabilities=dict(facts.capabilities),
        warnings=[{"code": w.code, "message": w.message} for w in facts.warnings],
    )


def _pairs(given: Sequence[str], field: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key:
            # The text is not quoted: a secret may have been put here by mistake.
            raise InvalidInput(
                f"--{field} needs key=value",
                code="pair_invalid",
                field=field,
                hint=f"write --{field} key=value",
            )
        pairs[key] = value
    return pairs


def _secret(key: str, spec: str) -> str:
    """Read a secret from where ``spec`` says; never from the command line itself."""
    kind, _, argument = spec.partition(":")
    try:
        match kind:
            case "env" if argument in os.environ:
                value = os.environ[argument]
            case "file" if argument:
                value = Path(argument).read_text(encoding="utf-8")
            case "-" if not argument:
                value = sys.stdin.read()
            case _:
                raise InvalidInput(
                    f"the secret {key!r} is not given in a way that keeps it secret",
                    code="secret_source_invalid",
                    field=key,
                    hint=f"use --secret {key}=env:VARIABLE (set), {key}=file:PATH or {key}=-",
                )
    except OSError as error:
        raise InvalidInput(
            f"the file with the secret {key!r} cannot be read: {error.strerror}",
            code="secret_unreadable",
            field=key,
            hint="check the path and its permissions",
        ) from error
    if not value.strip():
        raise InvalidInput(
            f"the secret {key!r} is empty", code="secret_empty", field=key, hint="give its value"
        )
    return value.strip()
