"""SQL of routines."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg
import msgspec

from claw.core.routines.routine import Routine
from claw.ports.routine_store import RoutineStatus, StoredRoutine
from claw.store.occurrences import PostgresOccurrences

_ROUTINE = (
    "routine_id, definition, status, paused_at, created_at, planned_until, planned_zone, "
    "planned_tzdata"
)


class PostgresRoutines(PostgresOccurrences):
    """``RoutineStore`` over one tenant's transaction."""

    async def add(self, routine: StoredRoutine) -> bool:
        added = await self._tx.fetchval(
            """
            insert into claw.routine (tenant_id, routine_id, name, definition, status, paused_at,
                                      created_at, planned_until)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (tenant_id, name) where status <> 'removed' do nothing
            returning true
            """,
            self._tenant_id,
            routine.routine_id,
            routine.routine.name,
            _definition(routine.routine),
            routine.status,
            routine.paused_at,
            routine.created_at,
            routine.planned_until,
        )
        return added is True

    async def find(self, name: str) -> StoredRoutine | None:
        row = await self._tx.fetchrow(
            f"select {_ROUTINE} from claw.routine "
            "where tenant_id = $1 and name = $2 and status <> 'removed'",
            self._tenant_id,
            name,
        )
        return None if row is None else _routine(row)

    async def list(self) -> Sequence[StoredRoutine]:
        rows = await self._tx.fetch(
            f"select {_ROUTINE} from claw.routine "
            "where tenant_id = $1 and status <> 'removed' order by name collate \"C\"",
            self._tenant_id,
        )
        return [_routine(row) for row in rows]

    async def save(self, routine: StoredRoutine) -> None:
        await self._tx.execute(
            """
            update claw.routine
            set definition = $3, status = $4, paused_at = $5, planned_until = $6,
                planned_zone = $7, planned_tzdata = $8
            where tenant_id = $1 and routine_id = $2
            """,
            self._tenant_id,
            routine.routine_id,
            _definition(routine.routine),
            routine.status,
            routine.paused_at,
            routine.planned_until,
            routine.planned_zone,
            routine.planned_tzdata,
        )

    async def names(self) -> Mapping[UUID, str]:
        rows = await self._tx.fetch(
            "select routine_id, name from claw.routine where tenant_id = $1", self._tenant_id
        )
        return {row["routine_id"]: row["name"] for row in rows}

    async def lock(self, routine_id: UUID) -> RoutineStatus:
        (row,) = await self._tx.fetch(
            "select status from claw.routine where tenant_id = $1 and routine_id = $2 for update",
            self._tenant_id,
            routine_id,
        )
        return row["status"]


def _definition(routine: Routine) -> str:
    return msgspec.json.encode(routine).decode("utf-8")


def _routine(row: asyncpg.Record) -> StoredRoutine:
    return StoredRoutine(
        routine_id=row["routine_id"],
        routine=msgspec.json.decode(row["definition"], type=Routine),
        status=row["status"],
        paused_at=row["paused_at"],
        created_at=row["created_at"],
        planned_until=row["planned_until"],
        planned_zone=row["planned_zone"],
        planned_tzdata=row["planned_tzdata"],
    )
