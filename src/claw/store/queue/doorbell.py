"""Ringing: entries added in the transaction that makes the work due."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from claw.store.tenancy import Transaction


class QueueDoorbell:
    """``Doorbell`` of one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._rung: set[str] = set()

    async def ring(self, kind: str) -> None:
        # Without a dedupe key: an entry that is being answered may have looked already.
        if kind not in self._rung:
            self._rung.add(kind)
            await _add(self._tx, kind, [self._tenant_id], once=False)


class PlatformQueueDoorbell:
    """``PlatformDoorbell`` over a transaction of the platform."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def ring_all(self, kind: str, tenants: Sequence[UUID]) -> None:
        # The sweep comes again, so it need not call where a sweep's call still waits.
        if tenants:
            await _add(self._tx, kind, tenants, once=True)


async def _add(tx: Transaction, kind: str, tenants: Sequence[UUID], *, once: bool) -> None:
    # Imported here: most commands never ring, and the queue brings a lot along.
    from claw.store.queue.names import ENTRYPOINT, Call, enqueue_sql

    await tx.fetch(
        enqueue_sql(once=once),
        [0] * len(tenants),
        [ENTRYPOINT] * len(tenants),
        [msgspec.json.encode(Call(tenant, kind)) for tenant in tenants],
        [timedelta(0)] * len(tenants),
        [f"{tenant}:{kind}" if once else None for tenant in tenants],
        ["{}"] * len(tenants),
    )
