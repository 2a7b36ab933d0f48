"""SQL of taking a connection's data away. Every statement names its tenant."""

from uuid import UUID

from claw.core.snapshots.erasure import ERASED_HEAD
from claw.ports.removal_store import Erased
from claw.store.tenancy import Transaction

_NAMING = (
    "bundle_part",
    "coverage",
    "hint_cursor",
    "quarantine",
    "raw_current",
    "sync_run_connection",
)


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

    async def erase(self, connection_id: UUID, name: str) -> Erased:
        records = await self._erase_current(connection_id)
        counted = {
            table: await self._count(
                f"delete from claw.{table} where tenant_id = $1 and connection_id = $2",
                connection_id,
            )
            for table in _NAMING
        }
        await self._erase_unreferenced_bodies()
        await self._erase_from_reports(name)
        return Erased(
            records=records,
            raws=counted["raw_current"],
            versions=await self._blank(name),
            quarantined=counted["quarantine"],
            covered_days=counted["coverage"],
            runs=counted["sync_run_connection"],
        )

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
        # Sets, whatever the planner thinks of tables whose rows have just gone.
        await self._tx.execute(
            """
            with unreferenced as (
                select raw_hash from claw.raw_blob where tenant_id = $1
                except select raw_hash from claw.raw_current where tenant_id = $1
                except select raw_hash from claw.bundle_part where tenant_id = $1
                except select raw_hash from claw.quarantine where tenant_id = $1
            )
            delete from claw.raw_blob b using unreferenced u
            where b.tenant_id = $1 and b.raw_hash = u.raw_hash
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

    async def _blank(self, name: str) -> int:
        # Nothing is deleted here: each deletion would look through all current records. The
        # operator must be the one that gives JSON back, the other reads every text of the
        # record and rejects a NUL; a connection's name holds nothing that JSON escapes.
        return await self._count(
            """
            update claw.record_blob
            set canonical = $3::bytea || convert_to(
                '"ref":' || (convert_from(canonical, 'UTF8')::json -> 'ref')::text || '}', 'UTF8')
            where tenant_id = $1
              and starts_with((convert_from(canonical, 'UTF8')::json -> 'ref')::text, $2)
            """,
            f'"{name}/',
            ERASED_HEAD,
        )

    async def _count(self, statement: str, *values: object) -> int:
        """How many rows a statement changed."""
        found = await self._tx.fetchval(
            f"with changed as ({statement} returning 1) select count(*) from changed",
            self._tenant_id,
            *values,
        )
        return found if isinstance(found, int) else 0
