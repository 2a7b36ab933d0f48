"""Plain numbered SQL migrations, applied in order, each in a transaction of its own.

Every file's checksum is kept. A file that changed after it was applied, a gap, or a
database that a newer Claw migrated is refused: guessing would lose data.
"""

import hashlib
import re
from collections.abc import Sequence
from importlib import resources
from typing import Literal

import asyncpg
from msgspec import Struct

from claw.core.errors import InstallationBroken
from claw.ports.migration import MigrationState
from claw.store.roles import OWNER
from claw.store.trouble import told, where

OLDEST_SERVER = 150000
_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
# One fixed number for everybody who migrates a Claw database.
_LOCK = 4_707_913_621

_LEDGER = """
create schema if not exists claw;
create table if not exists claw.migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default clock_timestamp()
);
"""


class Migration(Struct, frozen=True, kw_only=True):
    """One file. ``checksum`` is the SHA-256 of its bytes."""

    number: int
    name: str
    sql: str
    checksum: str


def migrations() -> tuple[Migration, ...]:
    """The migrations this Claw brings, in order."""
    found: list[Migration] = []
    for entry in resources.files("claw.store").joinpath("migrations").iterdir():
        match = _NAME.fullmatch(entry.name)
        if match is None:
            continue
        body = entry.read_bytes()
        found.append(
            Migration(
                number=int(match[1]),
                name=match[2],
                sql=body.decode("utf-8"),
                checksum=hashlib.sha256(body).hexdigest(),
            )
        )
    found.sort(key=lambda migration: migration.number)
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise InstallationBroken(
            "the numbers of the migrations have a gap",
            code="migrations_broken",
            hint="reinstall claw-engine",
        )
    return tuple(found)


async def migrate(
    owner_url: str, brought: Sequence[Migration] | None = None
) -> list[MigrationState]:
    """Bring the database up to date; returns what was applied now.

    Raises:
        InstallationBroken: unreachable, too old, newer than we are, or a changed file.
    """
    brought = migrations() if brought is None else brought
    with told(where(owner_url)):
        connection = await asyncpg.connect(owner_url, timeout=10)
        try:
            _check_server(connection)
            await connection.execute("select pg_catalog.pg_advisory_lock($1)", _LOCK)
            await connection.execute("set client_min_messages to warning")
            # Everything is owned by the one role that nobody works as at run time.
            await connection.execute(f"set role {OWNER}")
            await connection.execute(_LEDGER)
            states = _compare(brought, await _applied(connection))
            _refuse_wrong(states)
            return [
                await _apply(connection, migration)
                for migration in brought
                if states[migration.number - 1].state == "pending"
            ]
        finally:
            await connection.close()


async def migration_status(
    url: str, brought: Sequence[Migration] | None = None
) -> list[MigrationState]:
    """Every migration and its state, newer ones that we do not know included."""
    brought = migrations() if brought is None else brought
    with told(where(url)):
        connection = await asyncpg.connect(url, timeout=10)
        try:
            _check_server(connection)
            known = await connection.fetchval("select to_regclass('claw.migration') is not null")
            return _compare(brought, await _applied(connection) if known else {})
        finally:
            await connection.close()


async def check_ready(url: str) -> None:
    """Refuse to work on a database that is not exactly as this Claw needs it.

    Raises:
        InstallationBroken: ``database_not_migrated``, ``database_newer``,
            ``migration_changed``, ``database_too_old`` or unreachable.
    """
    states = await migration_status(url)
    _refuse_wrong(states)
    if any(state.state == "pending" for state in states):
        raise InstallationBroken(
            f"the database at {where(url)} is not migrated",
            code="database_not_migrated",
            hint="run `claw db migrate`",
        )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> MigrationState:
    async with connection.transaction():
        await connection.execute(migration.sql)
        applied_at = await connection.fetchval(
            """
            insert into claw.migration (number, name, checksum) values ($1, $2, $3)
            returning applied_at
            """,
            migration.number,
            migration.name,
            migration.checksum,
        )
    return MigrationState(
        number=migration.number, name=migration.name, state="applied", applied_at=applied_at
    )


async def _applied(
    connection: asyncpg.Connection,
) -> dict[int, asyncpg.Record]:
    rows = await connection.fetch(
        "select number, name, checksum, applied_at from claw.migration order by number"
    )
    return {row["number"]: row for row in rows}


def _compare(
    brought: Sequence[Migration], applied: dict[int, asyncpg.Record]
) -> list[MigrationState]:
    states: list[MigrationState] = []
    for migration in brought:
        row = applied.get(migration.number)
        state: Literal["applied", "pending", "changed"] = "pending"
        if row is not None:
            state = "applied" if row["checksum"] == migration.checksum else "changed"
        states.append(
            MigrationState(
                number=migration.number,
                name=migration.name,
                state=state,
                applied_at=None if row is None else row["applied_at"],
            )
        )
    states += [
        MigrationState(number=number, name=row["name"], state="newer", applied_at=row["applied_at"])
        for number, row in applied.items()
        if number > len(brought)
    ]
    return states


def _refuse_wrong(states: Sequence[MigrationState]) -> None:
    for state in states:
        if state.state == "newer":
            raise InstallationBroken(
                f"the database has migration {state.number:04d}_{state.name}, "
                "which a newer Claw applied",
                code="database_newer",
                hint="run that newer Claw, or restore a backup from before it",
            )
        if state.state == "changed":
            raise InstallationBroken(
                f"migration {state.number:04d}_{state.name} was changed after it was applied",
                code="migration_changed",
                hint="restore the file as it was released; changes go into a new migration",
            )


def _check_server(connection: asyncpg.Connection) -> None:
    version = connection.get_server_version()
    if version.major * 10000 < OLDEST_SERVER:
        raise InstallationBroken(
            f"PostgreSQL {version.major} is too old",
            code="database_too_old",
            field="CLAW_DATABASE_URL",
            hint=f"use PostgreSQL {OLDEST_SERVER // 10000} or newer",
        )
