"""No key, COPY, function, lock or right leads to another tenant's rows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from claw_testing.isolation_catalog import fingerprint, seed, tenant_tables
from claw_testing.isolation_probes import (
    acting_as,
    probe_copy,
    probe_functions,
    probe_keys,
    probe_rights,
    probe_row_security_off,
)
from claw_testing.scratch_database import TestDatabase, add_tenant

MARK = "theirs"


@dataclass(frozen=True)
class Siege:
    """A victim and an attacker with rows in every table, and a connection to attack over."""

    superuser: asyncpg.Connection
    connection: asyncpg.Connection
    url: str
    victim: UUID
    attacker: UUID


@pytest.fixture(params=["app", "worker"])
async def siege(scratch: TestDatabase, request: pytest.FixtureRequest) -> AsyncIterator[Siege]:
    victim, attacker = await add_tenant(scratch, "victim"), await add_tenant(scratch, "other")
    superuser = await asyncpg.connect(scratch.superuser)
    url = getattr(scratch, request.param)
    connection = await asyncpg.connect(url)
    assert await seed(superuser, victim, MARK) == []
    assert await seed(superuser, attacker, "ours") == []
    before = await fingerprint(superuser, victim)
    try:
        yield Siege(superuser, connection, url, victim, attacker)
        assert await fingerprint(superuser, victim) == before
    finally:
        await connection.close()
        await superuser.close()


async def test_keys_tell_nothing_and_lead_nowhere(siege: Siege) -> None:
    assert await probe_keys(siege.superuser, siege.connection, siege.victim, siege.attacker) == []


async def test_copy_shows_and_writes_nothing(siege: Siege) -> None:
    for attacker in (siege.attacker, None):
        found = await probe_copy(siege.superuser, siege.connection, siege.victim, attacker)
        assert found == []


async def test_functions_tell_nothing_and_do_not_break(siege: Siege) -> None:
    assert await probe_functions(siege.connection, siege.victim, MARK) == []


async def test_rights_that_row_security_does_not_bind_are_denied(siege: Siege) -> None:
    assert await probe_rights(siege.superuser, siege.connection, siege.attacker) == []


async def test_turning_row_security_off_is_refused(siege: Siege) -> None:
    found = await probe_row_security_off(
        siege.superuser, siege.connection, siege.victim, siege.attacker
    )
    assert found == []


async def test_a_wait_for_a_lock_ends_by_itself(siege: Siege) -> None:
    """Who may write may LOCK; then the other's wait ends, and the holder's idleness too."""
    other = await asyncpg.connect(siege.url)
    try:
        for table in await tenant_tables(siege.superuser):
            async with acting_as(siege.connection, siege.attacker):
                try:
                    await siege.connection.execute(f"lock table claw.{table} in exclusive mode")
                except asyncpg.InsufficientPrivilegeError:
                    continue  # Append-only tables: not even that.
                async with acting_as(other, siege.victim):
                    await other.execute("set local lock_timeout = '20ms'")
                    with pytest.raises(asyncpg.LockNotAvailableError):
                        await other.execute(f"lock table claw.{table} in row exclusive mode")
    finally:
        await other.close()


async def test_a_global_unique_key_is_found(siege: Siege) -> None:
    await siege.superuser.execute("create unique index leak on claw.connection (name)")
    found = await probe_keys(siege.superuser, siege.connection, siege.victim, siege.attacker)
    assert any("a unique key tells" in text for text in found)
    assert any("ON CONFLICT tells" in text for text in found)


async def test_a_foreign_key_without_the_tenant_is_found(siege: Siege) -> None:
    await siege.superuser.execute(
        """
        alter table claw.connection add constraint leak unique (connection_id);
        alter table claw.connection_secret
            drop constraint connection_secret_tenant_id_connection_id_fkey,
            add foreign key (connection_id) references claw.connection (connection_id)
        """
    )
    found = await probe_keys(siege.superuser, siege.connection, siege.victim, siege.attacker)
    assert "connection_secret: a row may refer to another tenant's row" in found


async def test_row_security_off_is_found_by_copy(siege: Siege) -> None:
    await siege.superuser.execute("alter table claw.connection disable row level security")
    found = await probe_copy(siege.superuser, siege.connection, siege.victim, siege.attacker)
    assert "connection: COPY shows another tenant's rows" in found


async def test_a_telling_function_is_found(siege: Siege) -> None:
    await siege.superuser.execute(
        """
        create function claw.leak(whom uuid) returns text language sql security definer
            as 'select string_agg(name, '','') from claw.connection where tenant_id = whom';
        grant execute on function claw.leak(uuid) to claw_app, claw_worker
        """
    )
    found = await probe_functions(siege.connection, siege.victim, MARK)
    assert any("tells of another tenant" in text for text in found)


async def test_a_right_too_many_is_found(siege: Siege) -> None:
    await siege.superuser.execute("grant truncate on claw.audit_entry to claw_app, claw_worker")
    found = await probe_rights(siege.superuser, siege.connection, siege.attacker)
    assert [text.split(":")[0] for text in found] == ["truncate claw.audit_entry"]
