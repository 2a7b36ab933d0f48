"""SQL of occurrences: planned, moved, ended without a run, looked back at."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from claw.ports.routine_store import REVERSIBLE, Occurrence, OccurrenceState, Outcome
from claw.store.claims import OCCURRENCE, PostgresClaims, occurrence_of


class PostgresOccurrences(PostgresClaims):
    """The part of ``RoutineStore`` that is about occurrences."""

    async def plan(self, occurrences: Sequence[Occurrence]) -> Sequence[str]:
        rows = await self._tx.fetch(
            """
            insert into claw.occurrence as old
                (tenant_id, routine_id, key, local_date, nominal, zone, tzdata, odd, due_at,
                 prepare_at, state, reason, finished_at, asked)
            select $1, r, k, d, n, z, t, o, u, p, s, w, f, a
            from unnest($2::uuid[], $3::text[], $4::date[], $5::timestamp[], $6::text[],
                        $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[],
                        $11::text[], $12::text[], $13::timestamptz[],
                        $14::boolean[])
                 as given (r, k, d, n, z, t, o, u, p, s, w, f, a)
            on conflict (tenant_id, routine_id, key) do update
            set nominal = excluded.nominal, zone = excluded.zone, tzdata = excluded.tzdata,
                odd = excluded.odd, due_at = excluded.due_at, prepare_at = excluded.prepare_at,
                state = 'planned', reason = null, finished_at = null, attempts = 0,
                started_at = null, try_again_at = null, snapshot_id = null, summary_id = null,
                asked = excluded.asked
            where excluded.state = 'planned' and old.state in ('skipped', 'cancelled')
              and old.reason = any($15::text[])
            returning key
            """,
            self._tenant_id,
            *_columns(occurrences),
            [o.finished_at for o in occurrences],
            [o.asked for o in occurrences],
            list(REVERSIBLE),
        )
        return [row["key"] for row in rows]

    async def planned(self, routine_id: UUID) -> Sequence[Occurrence]:
        return await self._in_states(routine_id, "planned")

    async def unfinished(self, routine_id: UUID) -> Sequence[Occurrence]:
        return await self._in_states(routine_id, "planned", "claimed")

    async def _in_states(self, routine_id: UUID, *states: OccurrenceState) -> Sequence[Occurrence]:
        rows = await self._tx.fetch(
            f"select {OCCURRENCE} from claw.occurrence o "
            "where tenant_id = $1 and routine_id = $2 and state = any($3::text[]) "
            'order by due_at, key collate "C"',
            self._tenant_id,
            routine_id,
            list(states),
        )
        return [occurrence_of(row) for row in rows]

    async def move(self, occurrences: Sequence[Occurrence]) -> Sequence[str]:
        rows = await self._tx.fetch(
            """
            update claw.occurrence o
            set nominal = n, zone = z, tzdata = t, odd = given.o, due_at = u, prepare_at = p,
                state = s, reason = w, finished_at = f, claimed_by = null, claimed_until = null,
                attempts = case when o.due_at = u then o.attempts else 0 end,
                try_again_at = case when o.due_at = u then o.try_again_at end
            from unnest($2::uuid[], $3::text[], $4::date[], $5::timestamp[], $6::text[],
                        $7::text[], $8::text[], $9::timestamptz[], $10::timestamptz[],
                        $11::text[], $12::text[], $13::timestamptz[])
                 as given (r, k, d, n, z, t, o, u, p, s, w, f)
            where o.tenant_id = $1 and o.routine_id = r and o.key = k
              and o.state in ('planned', 'claimed')
            returning o.key
            """,
            self._tenant_id,
            *_columns(occurrences),
            [o.finished_at for o in occurrences],
        )
        return [row["key"] for row in rows]

    async def settle(
        self, routine_id: UUID, keys: Collection[str], outcome: Outcome
    ) -> Sequence[str]:
        rows = await self._tx.fetch(
            """
            update claw.occurrence
            set state = $4, finished_at = $5, reason = $6
            where tenant_id = $1 and routine_id = $2 and key = any($3::text[])
              and state in ('planned', 'claimed')
              and (claimed_until is null or claimed_until <= clock_timestamp())
            returning key
            """,
            self._tenant_id,
            routine_id,
            sorted(keys),
            outcome.state,
            outcome.at,
            outcome.reason,
        )
        return sorted(row["key"] for row in rows)

    async def withdraw(
        self, routine_id: UUID, outcome: Outcome, *, due_by: datetime | None = None
    ) -> Sequence[Occurrence]:
        rows = await self._tx.fetch(
            f"""
            update claw.occurrence o
            set state = $3, finished_at = $4, reason = $5, claimed_by = null, claimed_until = null
            where tenant_id = $1 and routine_id = $2 and state in ('planned', 'claimed')
              and ($6::timestamptz is null or due_at <= $6)
            returning {OCCURRENCE}
            """,
            self._tenant_id,
            routine_id,
            outcome.state,
            outcome.at,
            outcome.reason,
            due_by,
        )
        return [occurrence_of(row) for row in rows]

    async def untold(
        self, routine_id: UUID, since: datetime, until: datetime, outcome: Outcome
    ) -> Sequence[Occurrence]:
        rows = await self._tx.fetch(
            f"""
            update claw.occurrence o
            set state = $5, finished_at = $6, reason = $7
            where o.tenant_id = $1 and o.routine_id = $2 and o.state = 'done'
              and o.due_at between $3 and $4
              and (select bool_and(d.state = 'cancelled' and d.attempts = 0) from claw.delivery d
                   where d.tenant_id = $1 and d.routine_id = $2 and d.occurrence = o.key)
            returning {OCCURRENCE}
            """,
            self._tenant_id,
            routine_id,
            since,
            until,
            outcome.state,
            outcome.at,
            outcome.reason,
        )
        return [occurrence_of(row) for row in rows]

    async def troubled(self, limit: int) -> Sequence[Occurrence]:
        rows = await self._tx.fetch(
            f"""
            select {OCCURRENCE} from claw.occurrence o
            where tenant_id = $1
              and (state = 'failed' or state in ('planned', 'claimed') and attempts > 0)
            order by due_at desc, routine_id, key collate "C" limit $2
            """,
            self._tenant_id,
            limit,
        )
        return [occurrence_of(row) for row in rows]

    async def retry(self, routine_id: UUID, key: str) -> bool:
        opened = await self._tx.fetchval(
            """
            update claw.occurrence
            set state = 'planned', asked = true, attempts = 0, reason = null,
                finished_at = null, try_again_at = null
            where tenant_id = $1 and routine_id = $2 and key = $3 and state = 'failed'
            returning true
            """,
            self._tenant_id,
            routine_id,
            key,
        )
        return opened is True

    async def last_done(self, routine_id: UUID) -> Occurrence | None:
        row = await self._tx.fetchrow(
            f"""
            select {OCCURRENCE} from claw.occurrence o
            where tenant_id = $1 and routine_id = $2 and state = 'done' and not asked
            order by due_at desc, key collate "C" desc limit 1
            """,
            self._tenant_id,
            routine_id,
        )
        return None if row is None else occurrence_of(row)

    async def last_snapshot(self, routine_id: UUID) -> str | None:
        found = await self._tx.fetchval(
            """
            select o.snapshot_id from claw.occurrence o
            where o.tenant_id = $1 and o.routine_id = $2 and o.state = 'done'
              and exists (select from claw.delivery d
                          where d.tenant_id = $1 and d.routine_id = $2 and d.occurrence = o.key
                            and (d.state = 'sent'
                                 or d.state = 'planned' and d.attempts = 0
                                 or d.state = 'attempting' and d.attempts = 1
                                    and d.claimed_until > clock_timestamp()))
            order by o.finished_at desc, o.key collate "C" desc limit 1
            """,
            self._tenant_id,
            routine_id,
        )
        return None if found is None else str(found)

    async def snapshots_in_use(self) -> AbstractSet[str]:
        rows = await self._tx.fetch(
            """
            select distinct snapshot_id from claw.occurrence
            where tenant_id = $1 and snapshot_id is not null
            """,
            self._tenant_id,
        )
        return {row["snapshot_id"] for row in rows}

    async def runs(self, routine_id: UUID, limit: int) -> Sequence[Occurrence]:
        rows = await self._tx.fetch(
            f"""
            select {OCCURRENCE} from claw.occurrence o
            where tenant_id = $1 and routine_id = $2 and state <> 'planned'
            order by local_date desc, due_at desc nulls last, key collate "C" desc
            limit $3
            """,
            self._tenant_id,
            routine_id,
            limit,
        )
        return [occurrence_of(row) for row in rows]


def _columns(occurrences: Sequence[Occurrence]) -> tuple[list[object], ...]:
    return (
        [o.routine_id for o in occurrences],
        [o.key for o in occurrences],
        [o.local_date for o in occurrences],
        [o.nominal for o in occurrences],
        [o.zone for o in occurrences],
        [o.tzdata for o in occurrences],
        [o.odd for o in occurrences],
        [o.due_at for o in occurrences],
        [o.prepare_at for o in occurrences],
        [o.state for o in occurrences],
        [o.reason for o in occurrences],
    )
