"""SQL of claims on occurrences: taken, kept, ended or given back by whoever runs one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from claw.ports.routine_store import Occurrence, Outcome
from claw.store.tenancy import Transaction

OCCURRENCE = (
    "o.routine_id, o.key, o.local_date, o.nominal, o.zone, o.tzdata, o.odd, o.due_at, "
    "o.prepare_at, o.state, o.reason, o.asked, o.fence, o.attempts, o.snapshot_id, "
    "o.summary_id, o.started_at, o.finished_at"
)
# Nobody holds it: never claimed, or claimed by somebody who is gone, and not resting.
_FREE = (
    "o.state in ('planned', 'claimed') "
    "and (o.claimed_until is null or o.claimed_until <= clock_timestamp()) "
    "and (o.try_again_at is null or o.try_again_at <= clock_timestamp())"
)


class PostgresClaims:
    """The part of ``RoutineStore`` for those who run occurrences."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def open(self, until: datetime) -> Sequence[Occurrence]:
        rows = await self._tx.fetch(
            f"""
            select {OCCURRENCE} from claw.occurrence o
            join claw.routine r on r.tenant_id = o.tenant_id and r.routine_id = o.routine_id
            where o.tenant_id = $1 and o.prepare_at <= $2 and r.status = 'active' and {_FREE}
            order by o.due_at, o.routine_id, o.key collate "C"
            """,
            self._tenant_id,
            until,
        )
        return [occurrence_of(row) for row in rows]

    async def claim(
        self, routine_id: UUID, key: str, owner: UUID, *, seconds: int, now: datetime
    ) -> Occurrence | None:
        row = await self._tx.fetchrow(
            f"""
            update claw.occurrence o
            set state = 'claimed', fence = o.fence + 1, attempts = o.attempts + 1,
                claimed_by = $4, started_at = coalesce(o.started_at, $6), try_again_at = null,
                claimed_until = clock_timestamp() + make_interval(secs => $5::integer)
            where o.tenant_id = $1 and o.routine_id = $2 and o.key = $3 and {_FREE}
              and o.prepare_at <= $6
            returning {OCCURRENCE}
            """,
            self._tenant_id,
            routine_id,
            key,
            owner,
            seconds,
            now,
        )
        return None if row is None else occurrence_of(row)

    async def keep(self, occurrence: Occurrence, *, seconds: int) -> bool:
        return await self._write_claimed(
            occurrence,
            "claimed_until = clock_timestamp() + make_interval(secs => $5::integer)",
            seconds,
        )

    async def finish(self, occurrence: Occurrence, outcome: Outcome) -> bool:
        return await self._write_claimed(
            occurrence,
            "state = $5, finished_at = $6, reason = $7, snapshot_id = $8, summary_id = $9, "
            "claimed_by = null, claimed_until = null",
            outcome.state,
            outcome.at,
            outcome.reason,
            outcome.snapshot_id,
            outcome.summary_id,
        )

    async def put_back(self, occurrence: Occurrence, *, seconds: int, reason: str) -> bool:
        return await self._write_claimed(
            occurrence,
            "state = 'planned', reason = $6, claimed_by = null, claimed_until = null, "
            "try_again_at = clock_timestamp() + make_interval(secs => $5::integer)",
            seconds,
            reason,
        )

    async def let_go(self, occurrence: Occurrence) -> bool:
        return await self._write_claimed(
            occurrence,
            "state = 'planned', attempts = attempts - 1, claimed_by = null, claimed_until = null",
        )

    async def _write_claimed(
        self, occurrence: Occurrence, assignments: str, *values: object
    ) -> bool:
        """Write to a claimed occurrence; False, and nothing written, when the claim was lost.

        ``assignments`` are SQL of ours, with ``values`` from $5 on.
        """
        written = await self._tx.fetchval(
            f"""
            update claw.occurrence set {assignments}
            where tenant_id = $1 and routine_id = $2 and key = $3 and fence = $4
              and state = 'claimed'
            returning true
            """,
            self._tenant_id,
            occurrence.routine_id,
            occurrence.key,
            occurrence.fence,
            *values,
        )
        return written is True


def occurrence_of(row: asyncpg.Record) -> Occurrence:
    """The occurrence in a row of ``OCCURRENCE``'s columns."""
    return Occurrence(**dict(row.items()))
