"""SQL of the audit: appended to, never changed."""

from uuid import UUID

import msgspec

from claw.ports.audit_store import AuditEntry
from claw.store.tenancy import Transaction


class PostgresAudit:
    """``AuditStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def add(self, entry: AuditEntry) -> None:
        await self._tx.execute(
            """
            insert into claw.audit_entry (tenant_id, entry_id, at, actor, action, subject, detail)
            values ($1, $2, $3, $4, $5, $6, $7)
            """,
            self._tenant_id,
            entry.entry_id,
            entry.at,
            entry.actor,
            entry.action,
            entry.subject,
            msgspec.json.encode(entry.detail).decode("utf-8"),
        )
