"""Ringing: entries added in the transaction that makes the work due."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from claw.store.tenancy import Transaction

_HEARD_SECONDS = 2
"""How long a call that was heard may take to reach its lane before a sweep repeats it."""

_IN_TURN, _AHEAD = 0, 1
"""Priorities of entries: the higher comes first, and among equals the older."""


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
            await _add(self._tx, kind, [self._tenant_id])


class PlatformQueueDoorbell:
    """``PlatformDoorbell`` over a transaction of the platform."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def ring_all(self, kind: str, tenants: Sequence[UUID], *, ahead: bool = False) -> None:
        # One call that waits is enough, or was heard just now and has yet to reach its lane.
        # One that is being answered for longer is not: whoever answers may have died, and
        # the queue notices only later.
        waiting = await self._waiting(kind, tenants)
        silent = [tenant for tenant in tenants if tenant not in waiting]
        await _add(self._tx, kind, silent, _AHEAD if ahead else _IN_TURN)

    async def _waiting(self, kind: str, tenants: Sequence[UUID]) -> set[UUID]:
        from claw.store.queue.names import ENTRYPOINT, settings

        rows = await self._tx.fetch(
            f"select payload from {settings().qualified.queue_table} "
            "where entrypoint = $1 and (status = 'queued' or status = 'picked' "
            f"and updated > clock_timestamp() - interval '{_HEARD_SECONDS} seconds') "
            # Not any(): that compares each entry with each tenant once the plan is generic.
            "and payload in (select unnest($2::bytea[]))",
            ENTRYPOINT,
            [_call(tenant, kind) for tenant in tenants],
        )
        calls = {_call(tenant, kind): tenant for tenant in tenants}
        return {calls[row["payload"]] for row in rows}


def _call(tenant: UUID, kind: str) -> bytes:
    from claw.store.queue.names import Call

    return msgspec.json.encode(Call(tenant, kind))


async def _add(
    tx: Transaction, kind: str, tenants: Sequence[UUID], priority: int = _IN_TURN
) -> None:
    # Imported here: most commands never ring, and the queue brings a lot along.
    from claw.store.queue.names import ENTRYPOINT, enqueue_sql

    if tenants:
        await tx.fetch(
            enqueue_sql(),
            [priority] * len(tenants),
            [ENTRYPOINT] * len(tenants),
            [_call(tenant, kind) for tenant in tenants],
            [timedelta(0)] * len(tenants),
            [None] * len(tenants),
            ["{}"] * len(tenants),
        )
