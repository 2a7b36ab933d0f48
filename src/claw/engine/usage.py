"""What a tenant used, by its own local days."""

from collections.abc import Sequence
from datetime import date, timedelta

from claw.core.errors import InvalidInput
from claw.core.time import local_date
from claw.ports.clock import Clock
from claw.ports.metering_store import Used
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

DEFAULT_DAYS = 30


class UsageService:
    """The use case of asking what was used."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def used(
        self, tenant: Tenant, first: date | None = None, last: date | None = None
    ) -> Sequence[Used]:
        """Counts of some dates, both included; without dates the last thirty to today.

        Raises:
            InvalidInput: when the range ends before it begins.
        """
        last = last or local_date(self._clock.now(), tenant.zone)
        first = first or last - timedelta(days=DEFAULT_DAYS - 1)
        if last < first:
            raise InvalidInput(
                f"{last} is before {first}", code="range_invalid", field="to", hint="swap them"
            )
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.metering.used(first, last)
