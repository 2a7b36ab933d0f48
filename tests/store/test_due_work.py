"""Finding due work stays quick however much is done, and readers hold nothing open."""

from uuid import uuid4

import asyncpg
import pytest

from claw_testing.edge import edge
from claw_testing.scratch_database import TestDatabase, add_tenant

MANY = 30_000


async def plan(connection: asyncpg.Connection, sql: str) -> str:
    rows = await connection.fetch(f"explain {sql}")
    return "\n".join(row[0] for row in rows)


@edge("queue:15")
async def test_due_occurrences_are_found_by_an_index_among_very_many_that_are_done(
    scratch: TestDatabase,
) -> None:
    tenant, routine = await add_tenant(scratch, "one"), uuid4()
    superuser = await asyncpg.connect(scratch.superuser)
    try:
        await superuser.execute(
            """
            insert into claw.routine (tenant_id, routine_id, name, definition, status, created_at,
                                      planned_until)
            values ($1, $2, 'r', '{}', 'active', now(), now())
            """,
            tenant,
            routine,
        )
        await superuser.execute(
            """
            insert into claw.occurrence (tenant_id, routine_id, key, local_date, nominal, zone,
                                         tzdata, due_at, prepare_at, state)
            select $1, $2, n::text, current_date, now()::timestamp, 'UTC', 'x',
                   now() + n * interval '1 minute', now() + n * interval '1 minute',
                   case when n % 3 = 0 then 'planned' else 'done' end
            from generate_series(1, $3::integer) n
            """,
            tenant,
            routine,
            MANY,
        )
        await superuser.execute("analyze claw.occurrence")
        found = await plan(
            superuser,
            "select tenant_id from claw.occurrence where state in ('planned', 'claimed') "
            "and prepare_at <= now() + interval '5 minutes'",
        )
    finally:
        await superuser.close()

    assert "occurrence_open" in found
    assert "Seq Scan" not in found


@edge("queue:17")
@pytest.mark.parametrize("role", ["app", "worker"])
async def test_a_transaction_that_a_reader_leaves_open_is_ended(
    scratch: TestDatabase, role: str
) -> None:
    connection = await asyncpg.connect(getattr(scratch, role))
    try:
        limit = await connection.fetchval("show idle_in_transaction_session_timeout")
    finally:
        await connection.close()

    assert limit in ("1min", "5min")
