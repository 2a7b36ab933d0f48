"""``claw db``: the database of this installation."""

import asyncio
from collections.abc import Sequence

import msgspec
import typer

from claw.cli.output import print_fields, print_json, print_table, print_text
from claw.cli.runtime import Json, run_with_settings
from claw.ports.migration import MigrationState

app = typer.Typer(name="db", help="The database of this installation.", no_args_is_help=True)


class ServerDocument(msgspec.Struct, kw_only=True):
    """The embedded server as ``claw db start`` and ``stop`` leave it."""

    running: bool
    kept: bool
    in_use: bool


class StatusDocument(msgspec.Struct, kw_only=True):
    """The outcome of ``claw db status``."""

    embedded: bool
    server: ServerDocument | None
    migrations: list[MigrationState]


@app.command()
def migrate(json: Json = False) -> None:
    """Create missing roles and apply pending migrations."""
    from claw.app import migrate_database

    applied = run_with_settings(lambda s: asyncio.run(migrate_database(s)), json=json)
    if json:
        print_json(list(applied))
    else:
        _print_migrations(applied, empty="nothing to do: the database is up to date")


@app.command()
def status(json: Json = False) -> None:
    """Show the migrations and the embedded server."""
    from claw.app import database_status, embedded_server

    embedded = run_with_settings(lambda s: s.embedded, json=json)
    server = (
        run_with_settings(lambda s: embedded_server(s).status(), json=json) if embedded else None
    )
    states = run_with_settings(lambda s: asyncio.run(database_status(s)), json=json)
    document = StatusDocument(
        embedded=embedded,
        server=None
        if server is None
        else ServerDocument(running=server.running, kept=server.kept, in_use=server.in_use),
        migrations=list(states),
    )
    if json:
        print_json(document)
        return
    if document.server is not None:
        print_fields(msgspec.structs.asdict(document.server).items())
        print_text("")
    _print_migrations(states, empty="no migrations")


@app.command()
def start(json: Json = False) -> None:
    """Start the embedded server and keep it running until `claw db stop`."""
    from claw.app import embedded_server

    run_with_settings(lambda s: embedded_server(s).start(), json=json)
    _print_server(json=json)


@app.command()
def stop(json: Json = False) -> None:
    """Keep the embedded server no longer; it stops when nothing uses it."""
    from claw.app import embedded_server

    run_with_settings(lambda s: embedded_server(s).stop(), json=json)
    _print_server(json=json)


def _print_server(*, json: bool) -> None:
    from claw.app import embedded_server

    status = run_with_settings(lambda s: embedded_server(s).status(), json=json)
    document = ServerDocument(running=status.running, kept=status.kept, in_use=status.in_use)
    if json:
        print_json(document)
    else:
        print_fields(msgspec.structs.asdict(document).items())


def _print_migrations(states: Sequence[MigrationState], *, empty: str) -> None:
    print_table(
        ("number", "name", "state", "applied at"),
        ((f"{s.number:04d}", s.name, s.state, s.applied_at) for s in states),
        empty=empty,
    )
