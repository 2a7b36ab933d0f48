"""Every table, partition, view, function, sequence and role obeys the isolation rules."""

import asyncpg

from claw_testing.isolation_catalog import listed
from claw_testing.isolation_rules import POLICY, findings
from claw_testing.scratch_database import TestDatabase


async def test_everything_in_the_catalog_obeys_the_rules(scratch: TestDatabase) -> None:
    connection = await asyncpg.connect(scratch.superuser)
    try:
        broken = await findings(connection, listed())
    finally:
        await connection.close()
    assert not broken, "\n".join(str(finding) for finding in broken)


async def test_the_policy_is_the_one_that_the_design_states(scratch: TestDatabase) -> None:
    """A table under the design's own words reads back like every governed table."""
    connection = await asyncpg.connect(scratch.superuser)
    try:
        await connection.execute(
            f"""
            create table claw.by_hand (tenant_id uuid not null, primary key (tenant_id));
            create policy by_hand on claw.by_hand for all to claw_app, claw_worker
                using ({POLICY}) with check ({POLICY});
            """
        )
        texts = await connection.fetch(
            """
            select distinct pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)
            from pg_policy where not 'claw_platform'::regrole = any (polroles)
            """
        )
    finally:
        await connection.close()
    assert len(texts) == 1
    assert texts[0][0] == texts[0][1]


async def test_sessions_of_the_application_end_waits_and_idleness(scratch: TestDatabase) -> None:
    """LOCK is allowed to whoever may write, so what bounds it are the timeouts."""
    for url in (scratch.app, scratch.worker):
        connection = await asyncpg.connect(url)
        try:
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
            ):
                assert await connection.fetchval(f"show {name}") != "0", name
            assert await connection.fetchval("show search_path") == "pg_catalog, claw, pg_temp"
        finally:
            await connection.close()
