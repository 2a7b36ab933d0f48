"""The isolation test finds every hole that was ever made by mistake: each is planted once."""

import asyncpg
import pytest

from claw_testing.isolation_catalog import attack, seed, static_holes
from claw_testing.scratch_database import TestDatabase, add_tenant

_T = "claw.connection"
HOLES = {
    "a policy that is true": f"drop policy only_own_rows on {_T};"
    f" create policy only_own_rows on {_T} for all to claw_app, claw_worker"
    " using (true) with check (true)",
    "row security not forced": f"alter table {_T} no force row level security",
    "row security off": f"alter table {_T} disable row level security",
    "with check (true)": f"alter policy only_own_rows on {_T} with check (true)",
    "a second permissive policy": f"create policy more on {_T} to claw_app using (true)",
    "a view of the superuser": f"create view claw.leak as select * from {_T};"
    " grant select on claw.leak to claw_app",
    "a materialised view": f"create materialized view claw.leak as select * from {_T};"
    " grant select on claw.leak to claw_app",
    "a definer function": "create function claw.leak() returns bigint language sql"
    f" security definer as 'select count(*) from {_T}';"
    " grant execute on function claw.leak() to claw_app",
    "bypassrls": "alter role claw_app bypassrls",
    "membership of the owner": "grant claw_owner to claw_app",
    "truncate": f"grant truncate on {_T} to claw_app",
    "a foreign key without the tenant": "alter table claw.connection add unique (connection_id);"
    " create table claw.leak (tenant_id uuid not null, connection_id uuid"
    " references claw.connection (connection_id)); select claw.govern('claw.leak')",
    "a global unique key": f"create unique index leak on {_T} (name)",
    "a new table without row security": "create table claw.leak (tenant_id uuid not null);"
    " grant select, insert on claw.leak to claw_app",
    "a table without tenant_id": "create table claw.leak (note text);"
    " alter table claw.leak enable row level security;"
    " alter table claw.leak force row level security; grant select on claw.leak to claw_app",
    "an ungoverned partition": "create table claw.leak (tenant_id uuid not null, n int)"
    " partition by list (n); select claw.govern('claw.leak');"
    " create table claw.leak_one partition of claw.leak for values in (1);"
    " grant select on claw.leak_one to claw_app",
    "a policy for select only": f"drop policy only_own_rows on {_T}; create policy only_own_rows"
    f" on {_T} for select to claw_app, claw_worker using (tenant_id ="
    " (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "no tenant sees everything": f"alter policy only_own_rows on {_T} using (tenant_id ="
    " (select nullif(current_setting('app.tenant_id', true), '')::uuid)"
    " or nullif(current_setting('app.tenant_id', true), '') is null)",
}
# These cannot be seen from inside a session without also being seen in the catalog.
SEEN_BY_ATTACK = {
    "a policy that is true",
    "row security off",
    "with check (true)",
    "a second permissive policy",
    "a view of the superuser",
    "a materialised view",
    "bypassrls",
    "no tenant sees everything",
}


def test_eighteen_holes_are_known() -> None:
    assert len(HOLES) == 18


@pytest.mark.parametrize("hole", HOLES, ids=str)
async def test_a_planted_hole_is_found(scratch: TestDatabase, hole: str) -> None:
    victim, other = await add_tenant(scratch, "victim"), await add_tenant(scratch, "other")
    superuser = await asyncpg.connect(scratch.superuser)
    try:
        assert await seed(superuser, victim, "a") == []
        await superuser.execute(HOLES[hole])
        found = await static_holes(superuser)
        attacker = await asyncpg.connect(scratch.app)
        tried = await attack(attacker, victim, other) + await attack(attacker, victim, None)
        await attacker.close()
        assert found, hole
        if hole in SEEN_BY_ATTACK:
            assert tried, hole
    finally:
        await superuser.execute("alter role claw_app nobypassrls; revoke claw_owner from claw_app")
        await superuser.close()
