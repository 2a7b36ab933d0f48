"""How old what is known of each connection is: what a paused one shows of its ageing."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from claw.core.time import local_date
from claw.engine.sync.plan import window_of
from claw.ports.clock import Clock
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database


class DataAges:
    """The use case of asking for the age of what was read."""

    def __init__(self, *, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, tenant: Tenant) -> Mapping[UUID, datetime]:
        """As of when each connection's oldest day of the default window is known.

        A connection that no day of it was read for is absent.
        """
        first, last = window_of(local_date(self._clock.now(), tenant.zone), None, None)
        async with self._db.tenant(tenant.tenant_id) as uow:
            covered = await uow.sync.covered(first, last)
        ages: dict[UUID, datetime] = {}
        for day in covered:
            oldest = ages.get(day.connection_id, day.data_as_of)
            ages[day.connection_id] = min(oldest, day.data_as_of)
        return ages
