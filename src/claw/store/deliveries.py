"""SQL of deliveries."""

from collections.abc import Sequence
from uuid import UUID

from claw.ports.delivery_store import NewDelivery
from claw.store.tenancy import Transaction


class PostgresDeliveries:
    """``DeliveryStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def record(self, deliveries: Sequence[NewDelivery]) -> int:
        rows = await self._tx.fetch(
            """
            insert into claw.delivery (tenant_id, delivery_id, routine_id, occurrence, channel,
                                       address, summary_id, state, not_before, created_at)
            select $1, i, r, o, c, a, s, 'planned', n, t
            from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::timestamptz[], $9::timestamptz[]) as given (i, r, o, c, a, s, n, t)
            on conflict (tenant_id, routine_id, occurrence, channel, address) do nothing
            returning delivery_id
            """,
            self._tenant_id,
            [d.delivery_id for d in deliveries],
            [d.routine_id for d in deliveries],
            [d.occurrence for d in deliveries],
            [d.channel for d in deliveries],
            [d.address for d in deliveries],
            [d.summary_id for d in deliveries],
            [d.not_before for d in deliveries],
            [d.created_at for d in deliveries],
        )
        return len(rows)
