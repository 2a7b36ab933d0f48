"""SQL of deliveries."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from claw.ports.delivery_store import Delivery, Ending, NewDelivery
from claw.store.tenancy import Transaction

_DELIVERY = (
    "d.delivery_id, d.routine_id, r.name as routine, d.occurrence, d.channel, d.address, "
    "d.summary_id, d.state, d.reason, d.not_before, d.expires_at, d.created_at, d.ended_at, "
    "d.attempts, d.fence, d.receipt, d.state = 'attempting' as lapsed, d.lapses, "
    "r.status as routine_status"
)
_WITH_ROUTINE = (
    "claw.delivery d join claw.routine r "
    "on r.tenant_id = d.tenant_id and r.routine_id = d.routine_id"
)
_FREE = (
    "d.state in ('planned', 'attempting') "
    "and (d.claimed_until is null or d.claimed_until <= clock_timestamp()) "
    "and (d.try_again_at is null or d.try_again_at <= clock_timestamp())"
)


class PostgresDeliveries:
    """``DeliveryStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def record(self, deliveries: Sequence[NewDelivery]) -> int:
        rows = await self._tx.fetch(
            """
            insert into claw.delivery as old
                (tenant_id, delivery_id, routine_id, occurrence, channel, address, summary_id,
                 state, not_before, expires_at, created_at)
            select $1, i, r, o, c, a, s, 'planned', n, e, t
            from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                        $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
                 as given (i, r, o, c, a, s, n, e, t)
            on conflict (tenant_id, routine_id, occurrence, channel, address) do update
            set delivery_id = excluded.delivery_id, summary_id = excluded.summary_id,
                state = 'planned', reason = null, not_before = excluded.not_before,
                expires_at = excluded.expires_at, created_at = excluded.created_at,
                ended_at = null, attempts = 0, lapses = 0, try_again_at = null
            where old.state = 'cancelled' and old.attempts = 0
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
            [d.expires_at for d in deliveries],
            [d.created_at for d in deliveries],
        )
        return len(rows)

    async def open(self, now: datetime, limit: int) -> Sequence[Delivery]:
        rows = await self._tx.fetch(
            f"select {_DELIVERY} from {_WITH_ROUTINE} "
            f"where d.tenant_id = $1 and d.not_before <= $2 and {_FREE} "
            "order by d.not_before, d.delivery_id limit $3",
            self._tenant_id,
            now,
            limit,
        )
        return [_delivery(row) for row in rows]

    async def attempt(self, delivery: Delivery, *, seconds: int) -> Delivery | None:
        row = await self._tx.fetchrow(
            f"""
            update claw.delivery d
            set state = 'attempting', fence = d.fence + 1, attempts = d.attempts + 1,
                claimed_until = clock_timestamp() + make_interval(secs => $4::integer),
                try_again_at = null,
                lapses = d.lapses + case when d.state = 'attempting' then 1 else 0 end
            from claw.routine r
            where r.tenant_id = d.tenant_id and r.routine_id = d.routine_id
              and r.status = 'active'
              and d.tenant_id = $1 and d.delivery_id = $2 and d.fence = $3 and {_FREE}
            returning {_DELIVERY}
            """,
            self._tenant_id,
            delivery.delivery_id,
            delivery.fence,
            seconds,
        )
        return None if row is None else _delivery(row)

    async def settle(self, delivery: Delivery, ending: Ending) -> bool:
        settled = await self._tx.fetchval(
            f"""
            update claw.delivery d
            set state = $4, ended_at = $5, reason = $6, fence = d.fence + 1, claimed_until = null
            where d.tenant_id = $1 and d.delivery_id = $2 and d.fence = $3 and {_FREE}
            returning true
            """,
            self._tenant_id,
            delivery.delivery_id,
            delivery.fence,
            ending.state,
            ending.at,
            ending.reason,
        )
        return settled is True

    async def cancel(
        self, routine_id: UUID, ending: Ending, *, due_by: datetime | None = None
    ) -> int:
        rows = await self._tx.fetch(
            """
            update claw.delivery
            set state = $3, ended_at = $4, reason = $5, fence = fence + 1, try_again_at = null
            where tenant_id = $1 and routine_id = $2 and state = 'planned'
              and ($6::timestamptz is null or not_before <= $6)
            returning delivery_id
            """,
            self._tenant_id,
            routine_id,
            ending.state,
            ending.at,
            ending.reason,
            due_by,
        )
        return len(rows)

    async def end(self, delivery: Delivery, ending: Ending) -> bool:
        ended = await self._tx.fetchval(
            """
            update claw.delivery
            set state = $4, ended_at = $5, reason = $6, receipt = $7, claimed_until = null
            where tenant_id = $1 and delivery_id = $2 and fence = $3 and state = 'attempting'
            returning true
            """,
            self._tenant_id,
            delivery.delivery_id,
            delivery.fence,
            ending.state,
            ending.at,
            ending.reason,
            ending.receipt,
        )
        return ended is True

    async def rest(self, delivery: Delivery, *, seconds: int, reason: str) -> bool:
        rests = await self._tx.fetchval(
            """
            update claw.delivery
            set state = 'planned', reason = $5, claimed_until = null,
                try_again_at = clock_timestamp() + make_interval(secs => $4::integer)
            where tenant_id = $1 and delivery_id = $2 and fence = $3 and state = 'attempting'
            returning true
            """,
            self._tenant_id,
            delivery.delivery_id,
            delivery.fence,
            seconds,
            reason,
        )
        return rests is True

    async def list(self, limit: int) -> Sequence[Delivery]:
        rows = await self._tx.fetch(
            f"select {_DELIVERY} from {_WITH_ROUTINE} where d.tenant_id = $1 "
            "order by d.not_before desc, d.delivery_id limit $2",
            self._tenant_id,
            limit,
        )
        return [_delivery(row) for row in rows]

    async def troubled(self, limit: int) -> Sequence[Delivery]:
        rows = await self._tx.fetch(
            f"select {_DELIVERY} from {_WITH_ROUTINE} where d.tenant_id = $1 "
            "and (d.state in ('failed', 'unknown') "
            "     or d.state in ('planned', 'attempting') and d.attempts > 0) "
            "order by d.not_before desc, d.delivery_id limit $2",
            self._tenant_id,
            limit,
        )
        return [_delivery(row) for row in rows]

    async def find(self, prefix: str) -> Sequence[Delivery]:
        rows = await self._tx.fetch(
            f"select {_DELIVERY} from {_WITH_ROUTINE} "
            "where d.tenant_id = $1 and starts_with(d.delivery_id::text, $2) limit 2",
            self._tenant_id,
            prefix,
        )
        return [_delivery(row) for row in rows]

    async def retry(self, delivery_id: UUID, *, until: datetime) -> bool:
        opened = await self._tx.fetchval(
            """
            update claw.delivery d
            set state = 'planned', attempts = 0, lapses = 0, reason = null, ended_at = null,
                try_again_at = null, expires_at = $3
            from claw.routine r
            where r.tenant_id = d.tenant_id and r.routine_id = d.routine_id
              and r.status = 'active' and d.tenant_id = $1 and d.delivery_id = $2
              and d.state in ('failed', 'unknown')
            returning true
            """,
            self._tenant_id,
            delivery_id,
            until,
        )
        return opened is True


def _delivery(row: asyncpg.Record) -> Delivery:
    return Delivery(**dict(row.items()))
