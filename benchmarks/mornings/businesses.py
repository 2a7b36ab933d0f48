"""The businesses: a tenant, a connection and a routine each, put straight into the database."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from benchmarks.harness.database import new_tenant
from benchmarks.mornings.source import VISITS
from claw.core.routines.routine import Lateness, Routine, SummaryTask, Target
from claw.core.time import Recurrence
from claw.ports.routine_store import StoredRoutine
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase


async def add(
    pool: Pool, visits: Sequence[int], recurrence: Recurrence, created_at: datetime
) -> None:
    """A business with so many visits for each number given; nothing is planned yet."""
    db = PostgresDatabase(pool)
    routine = Routine(
        name="morning",
        recurrence=recurrence,
        zone=None,
        task=SummaryTask(),
        targets=(Target(channel="console"),),
        lateness=Lateness(),
    )
    for number in visits:
        tenant, _ = await new_tenant(
            pool, name=VISITS, connector=VISITS, settings={VISITS: str(number)}
        )
        async with db.tenant(tenant.tenant_id) as uow:
            await uow.routines.add(
                StoredRoutine(
                    routine_id=uuid4(),
                    routine=routine,
                    status="active",
                    paused_at=None,
                    created_at=created_at,
                    planned_until=created_at,
                )
            )
