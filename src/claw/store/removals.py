"""SQL of taking a connection's data away. Every statement names its tenant."""

from collections.abc import Mapping, Set
from uuid import UUID

from claw.ports.removal_store import Erased
from claw.store.staging import stage
from claw.store.tenancy import Transaction

_KEPT = {"content_hash": "text", "marker": "bytea"}

# In the order of the keys that point at each other.
_ROWS = {
    "quarantined": "delete from claw.quarantine",
    "raws": "delete from claw.raw_current",
    "covered_days": "delete from claw.coverage",
    "runs": "delete from claw.sync_run_connection",
}


class PostgresRemovals:
    """``RemovalStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def drop_held(self, connection_id: UUID) -> int:
        return await self._count(
            "delete from claw.held_removal where tenant_id = $1 and connection_id = $2",
            connection_id,
        )

    async def erase(self, connection_id: UUID, name: str, kept: Mapping[str, bytes]) -> Erased:
        records = await self._erase_current(connection_id)
        for table in ("bundle_part", "hint_cursor"):
            await self._count(
                f"delete from claw.{table} where tenant_id = $1 and connection_id = $2",
                connection_id,
            )
        counted = {
            what: await self._count(
                f"{statement} where tenant_id = $1 and connection_id = $2", connection_id
            )
            for what, statement in _ROWS.items()
        }
        await self._erase_unreferenced_bodies()
        await self._erase_from_reports(name)
        blanked = await self._blank(kept)
        versions = await self._erase_versions(name, kept.keys())
        return Erased(records=records, versions=versions, blanked=blanked, **counted)

    async def _erase_current(self, connection_id: UUID) -> int:
        await self._count(
            """
            delete from claw.progress_seen p using claw.record_current c
            where p.tenant_id = $1 and c.tenant_id = $1 and c.connection_id = $2
              and p.ref = c.ref
            """,
            connection_id,
        )
        return await self._count(
            "delete from claw.record_current where tenant_id = $1 and connection_id = $2",
            connection_id,
        )

    async def _erase_unreferenced_bodies(self) -> None:
        await self._tx.execute(
            """
            delete from claw.raw_blob b
            where tenant_id = $1
              and not exists (select from claw.raw_current c
                              where c.tenant_id = $1 and c.raw_hash = b.raw_hash)
              and not exists (select from claw.bundle_part p
                              where p.tenant_id = $1 and p.raw_hash = b.raw_hash)
              and not exists (select from claw.quarantine q
                              where q.tenant_id = $1 and q.raw_hash = b.raw_hash)
            """,
            self._tenant_id,
        )

    async def _erase_from_reports(self, name: str) -> None:
        await self._tx.execute(
            """
            update claw.sync_run set report = jsonb_set(report, '{connections}', coalesce(
                (select jsonb_agg(one order by place)
                 from jsonb_array_elements(report -> 'connections')
                      with ordinality as listed (one, place)
                 where one ->> 'connection' <> $2), '[]'))
            where tenant_id = $1
              and report -> 'connections' @> jsonb_build_array(
                      jsonb_build_object('connection', $2::text))
            """,
            self._tenant_id,
            name,
        )

    async def _blank(self, kept: Mapping[str, bytes]) -> int:
        staged = await stage(self._tx, "kept", _KEPT, sorted(kept.items()), after=1)
        rows = await self._tx.fetch(
            f"""
            update claw.record_blob b set canonical = kept.marker
            from {staged.relation}
            where b.tenant_id = $1 and b.content_hash = kept.content_hash
            returning 1
            """,
            self._tenant_id,
            *staged.values,
        )
        return len(rows)

    async def _erase_versions(self, name: str, kept: Set[str]) -> int:
        # A name has no character that means anything to JSON. The operator must be the one
        # that gives JSON back: the other reads every text of the record, and rejects a NUL.
        return await self._count(
            """
            delete from claw.record_blob
            where tenant_id = $1 and not content_hash = any($3::text[])
              and starts_with((convert_from(canonical, 'UTF8')::json -> 'ref')::text, $2)
            """,
            f'"{name}/',
            sorted(kept),
        )

    async def _count(self, statement: str, *values: object) -> int:
        rows = await self._tx.fetch(f"{statement} returning 1", self._tenant_id, *values)
        return len(rows)
