"""SQL of thinning. Every statement names its tenant."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from claw.ports.retention_store import Collected, TakenSnapshot
from claw.store.tenancy import Transaction

# Works on names alone, so that it holds for snapshots of any schema.
_UNREFERENCED_NODES = """
select node_hash as name from claw.snapshot_node where tenant_id = $1
except select tree from claw.snapshot where tenant_id = $1
except
select entry ->> 'part_hash'
from claw.snapshot_node t, json_array_elements(convert_from(t.canonical, 'UTF8')::json) entry
where t.tenant_id = $1 and t.kind = 'tree'
  and exists (select from claw.snapshot s where s.tenant_id = $1 and s.tree = t.node_hash)
"""
# Parts keep what they name for as long as they are there themselves.
_UNREFERENCED_RECORDS = """
select content_hash as name from claw.record_blob where tenant_id = $1
except select content_hash from claw.record_current where tenant_id = $1
except
select entry ->> 'content_hash'
from claw.snapshot_node p, json_array_elements(convert_from(p.canonical, 'UTF8')::json) entry
where p.tenant_id = $1 and p.kind = 'part'
"""
_KINDS = {
    "node": (_UNREFERENCED_NODES, "snapshot_node", "node_hash"),
    "record": (_UNREFERENCED_RECORDS, "record_blob", "content_hash"),
}


class PostgresRetention:
    """``RetentionStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def expect(self, due_at: datetime) -> None:
        await self._tx.execute(
            """
            insert into claw.retention (tenant_id, due_at) values ($1, $2)
            on conflict do nothing
            """,
            self._tenant_id,
            due_at,
        )

    async def plan(self, due_at: datetime) -> None:
        await self._tx.execute(
            """
            insert into claw.retention (tenant_id, due_at) values ($1, $2)
            on conflict (tenant_id) do update set due_at = excluded.due_at
            """,
            self._tenant_id,
            due_at,
        )

    async def taken(self) -> Sequence[TakenSnapshot]:
        rows = await self._tx.fetch(
            "select snapshot_id, taken_at from claw.snapshot where tenant_id = $1 order by number",
            self._tenant_id,
        )
        return [TakenSnapshot(**dict(row.items())) for row in rows]

    async def thin(self, names: Collection[str]) -> None:
        await self._tx.execute(
            "delete from claw.snapshot where tenant_id = $1 and snapshot_id = any($2::text[])",
            self._tenant_id,
            sorted(names),
        )

    async def collect(self, *, rest_seconds: int, most: int) -> Collected:
        # Parts first: what they named is found to be unreferenced once they are gone.
        taken = {kind: await self._collect(kind, rest_seconds, most) for kind in _KINDS}
        waiting = await self._tx.fetchval(
            "select count(*) from claw.unreferenced where tenant_id = $1", self._tenant_id
        )
        return Collected(
            nodes=taken["node"],
            records=taken["record"],
            waiting=waiting if isinstance(waiting, int) else 0,
            more=most in taken.values(),
        )

    async def _collect(self, kind: str, rest_seconds: int, most: int) -> int:
        unreferenced, table, column = _KINDS[kind]
        await self._tx.execute(
            f"""
            with found as materialized ({unreferenced}),
            named_again as (
                delete from claw.unreferenced u
                where tenant_id = $1 and kind = $2
                  and not exists (select from found f where f.name = u.name)
            )
            insert into claw.unreferenced (tenant_id, kind, name)
            select $1, $2, name from found
            on conflict do nothing
            """,
            self._tenant_id,
            kind,
        )
        taken = await self._tx.fetchval(
            f"""
            with rested as (
                delete from claw.unreferenced u
                using (select name from claw.unreferenced
                       where tenant_id = $1 and kind = $2
                         and since <= clock_timestamp() - make_interval(secs => $3)
                       order by since, name collate "C" limit $4) oldest
                where u.tenant_id = $1 and u.kind = $2 and u.name = oldest.name
                returning u.name
            ),
            taken as (
                delete from claw.{table} t using rested
                where t.tenant_id = $1 and t.{column} = rested.name returning 1
            )
            select count(*) from taken
            """,
            self._tenant_id,
            kind,
            rest_seconds,
            most,
        )
        return taken if isinstance(taken, int) else 0


async def name_again(tx: Transaction, tenant_id: UUID, kind: str, names: Collection[str]) -> None:
    """Somebody writes or names these bytes: if they were unreferenced, they are no longer."""
    await tx.execute(
        """
        delete from claw.unreferenced
        where tenant_id = $1 and kind = $2 and name = any($3::text[])
        """,
        tenant_id,
        kind,
        sorted(names),
    )
