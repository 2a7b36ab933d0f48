"""SQL of kept summaries. Every statement names its tenant."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

from claw.ports.summary_store import KeptSummary
from claw.store.tenancy import Transaction


class PostgresSummaries:
    """``SummaryStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def put(self, summary: KeptSummary) -> bool:
        put = await self._tx.fetchval(
            """
            insert into claw.summary
                (tenant_id, summary_id, snapshot_id, inputs, document, document_hash)
            values ($1, $2, $3, $4, $5, $6)
            on conflict do nothing
            returning true
            """,
            self._tenant_id,
            summary.summary_id,
            summary.snapshot_id,
            summary.inputs,
            summary.document,
            summary.document_hash,
        )
        return put is True

    async def find(self, prefix: str) -> Sequence[KeptSummary]:
        rows = await self._tx.fetch(
            """
            select summary_id, snapshot_id, inputs, document, document_hash from claw.summary
            where tenant_id = $1 and starts_with(summary_id, $2)
            order by summary_id collate "C" limit 2
            """,
            self._tenant_id,
            prefix,
        )
        return [KeptSummary(**dict(row.items())) for row in rows]

    async def snapshots_in_use(self) -> AbstractSet[str]:
        rows = await self._tx.fetch(
            """
            select snapshot_id, convert_from(inputs, 'UTF8')::json ->> 'previous' as previous
            from claw.summary where tenant_id = $1
            """,
            self._tenant_id,
        )
        return {name for row in rows for name in row if name is not None}
