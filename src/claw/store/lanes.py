"""SQL of lanes. Every time in it is the database's own."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from claw.ports.tenant_store import Tenant
from claw.ports.work import LaneHold, LaneState
from claw.store.tenancy import Transaction
from claw.store.tenants import PostgresTenants


class PostgresLanes:
    """``LaneStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def tenant(self) -> Tenant | None:
        return await PostgresTenants(self._tx).by_id(self._tenant_id)

    async def list(self) -> Sequence[LaneState]:
        rows = await self._tx.fetch(
            """
            select kind, rung, fence, owner is not null and until > clock_timestamp() as held
            from claw.lane where tenant_id = $1 order by kind collate "C"
            """,
            self._tenant_id,
        )
        return [LaneState(**dict(row.items())) for row in rows]

    async def call(self, kind: str, owner: UUID, *, seconds: int) -> LaneHold | None:
        row = await self._tx.fetchrow(
            """
            insert into claw.lane as l (tenant_id, kind, rung, fence, owner, until)
            values ($1, $2, 1, 1, $3, clock_timestamp() + make_interval(secs => $4::integer))
            on conflict (tenant_id, kind) do update set
                rung = l.rung + 1,
                fence = case when l.owner is null or l.until <= clock_timestamp()
                             then l.fence + 1 else l.fence end,
                owner = case when l.owner is null or l.until <= clock_timestamp()
                             then excluded.owner else l.owner end,
                until = case when l.owner is null or l.until <= clock_timestamp()
                             then excluded.until else l.until end
            returning owner, fence, rung
            """,
            self._tenant_id,
            kind,
            owner,
            seconds,
        )
        if row is None or row["owner"] != owner:
            return None
        return _hold(kind, row)

    async def look(self, hold: LaneHold, *, seconds: int) -> LaneHold | None:
        row = await self._tx.fetchrow(
            """
            update claw.lane set until = clock_timestamp() + make_interval(secs => $5::integer)
            where tenant_id = $1 and kind = $2 and owner = $3 and fence = $4
            returning owner, fence, rung
            """,
            self._tenant_id,
            hold.kind,
            hold.owner,
            hold.fence,
            seconds,
        )
        return None if row is None else _hold(hold.kind, row)

    async def release(self, hold: LaneHold) -> bool:
        free = await self._tx.fetchval(
            """
            update claw.lane set owner = null, until = clock_timestamp()
            where tenant_id = $1 and kind = $2 and owner = $3 and fence = $4 and rung = $5
            returning true
            """,
            self._tenant_id,
            hold.kind,
            hold.owner,
            hold.fence,
            hold.rung,
        )
        return free is True

    async def let_go(self, hold: LaneHold) -> None:
        await self._tx.execute(
            """
            update claw.lane set owner = null, until = clock_timestamp()
            where tenant_id = $1 and kind = $2 and owner = $3 and fence = $4
            """,
            self._tenant_id,
            hold.kind,
            hold.owner,
            hold.fence,
        )


class PostgresIdleLanes:
    """``IdleLanes`` over a transaction of the platform."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    async def of(self, kind: str, tenants: Sequence[UUID]) -> Sequence[UUID]:
        rows = await self._tx.fetch(
            "select t from claw.idle_lanes($1, $2) as i (t) order by t", kind, list(tenants)
        )
        return [row["t"] for row in rows]


def _hold(kind: str, row: asyncpg.Record) -> LaneHold:
    return LaneHold(kind=kind, owner=row["owner"], fence=row["fence"], rung=row["rung"])
