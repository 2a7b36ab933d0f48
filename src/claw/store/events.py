"""SQL of events. The number is taken last, and its row stays locked until the commit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from claw.core.events.event import Event, NewEvent, new_event
from claw.core.events.registry import EventData
from claw.store.tenancy import Transaction


class PostgresEvents:
    """``EventStore`` over one tenant's transaction; ``flush`` is the unit of work's."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id
        self._told: list[NewEvent] = []

    @property
    def told(self) -> Sequence[NewEvent]:
        """What was added and is not written yet."""
        return self._told

    def add(self, data: EventData, *, subject: str, at: datetime) -> None:
        self._told.append(new_event(data, subject=subject, at=at))

    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        rows = await self._tx.fetch(
            "select seq, type, subject, at, data from claw.event "
            "where tenant_id = $1 and seq > $2 order by seq limit $3",
            self._tenant_id,
            seq,
            limit,
        )
        return [_event(row) for row in rows]

    async def last(self) -> int:
        last = await self._tx.fetchval(
            "select last from claw.event_counter where tenant_id = $1", self._tenant_id
        )
        return last if isinstance(last, int) else 0

    async def flush(self) -> None:
        """Write what was added. Nothing may follow in the transaction but its commit."""
        if not self._told:
            return
        await self._tx.execute(
            """
            with counter as (
                insert into claw.event_counter as c (tenant_id, last)
                values ($1, cardinality($2::text[]))
                on conflict (tenant_id) do update set last = c.last + excluded.last
                returning last
            )
            insert into claw.event (tenant_id, seq, type, subject, at, data)
            select $1, counter.last - cardinality($2::text[]) + n, type, subject, at, data::json
            from counter,
                 unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[])
                     with ordinality as told (type, subject, at, data, n)
            """,
            self._tenant_id,
            [event.type for event in self._told],
            [event.subject for event in self._told],
            [event.at for event in self._told],
            [event.data.decode("utf-8") for event in self._told],
        )
        self._told.clear()


def _event(row: asyncpg.Record) -> Event:
    return Event(
        seq=row["seq"],
        type=row["type"],
        subject=row["subject"],
        at=row["at"],
        data=row["data"].encode("utf-8"),
    )
