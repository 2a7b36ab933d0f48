"""Reading and following a tenant's events."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from claw.core.events.event import Event
from claw.core.events.patterns import matches
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

PAGE = 500
FOLLOW_SECONDS = 0.5


class EventService:
    """The use cases of whoever wants to know what happened."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def read(
        self, tenant: Tenant, seq: int, *, patterns: Sequence[str], follow: bool = False
    ) -> AsyncGenerator[Event]:
        """Every event behind ``seq`` that is wanted, in order.

        With ``follow`` also whatever happens from now on, for as long as somebody listens.
        """
        while True:
            async with self._db.tenant(tenant.tenant_id) as uow:
                page = await uow.events.after(seq, PAGE)
            for event in page:
                seq = event.seq
                if matches(patterns, event.type):
                    yield event
            if len(page) == PAGE:
                continue
            if not follow:
                return
            await asyncio.sleep(FOLLOW_SECONDS)
