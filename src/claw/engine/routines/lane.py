"""Running what is due: one occurrence at a time, claimed, fenced and accounted for."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from msgspec.structs import replace

from claw.core.errors import ClawError
from claw.core.routines.lateness import latest_seconds
from claw.engine.heartbeat import beating
from claw.engine.routines.morning import Made, Morning
from claw.engine.routines.planning import PLAN_AHEAD, Plan
from claw.engine.routines.settling import MOST_ATTEMPTS, judged, settle_missed
from claw.engine.routines.telling import tell_lacking, tell_outcome
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.delivery_store import NewDelivery
from claw.ports.ids import Ids
from claw.ports.routine_store import Occurrence, Outcome, StoredRoutine
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

CLAIM_SECONDS = 60
HEARTBEAT_SECONDS = 15
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 30, 600


class ClaimLost(Exception):
    """Somebody else took the occurrence over; nothing of this run may be written."""


class OccurrenceLane:
    """Plans, judges and runs the occurrences of one tenant at a time."""

    kind = "occurrence"

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        morning: Morning,
        tzdata_version: str,
        log: Log,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._morning = morning
        self._tzdata = tzdata_version
        self._log = log
        self._owner = ids.new()

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        """Tenants with something to plan or to run that nobody is working on."""
        async with self._db.platform() as uow:
            return await uow.due.occurrences(now, now + PLAN_AHEAD / 2, self._tzdata)

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        """Plan, settle what is missed, run one occurrence; True when another one is due."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            # Together: nobody changes a routine between its plan and the verdict on it.
            await self._plan(uow, tenant, now)
            ready = await self._judge(uow, now)
        for stored, occurrence in ready:
            claimed = await self._claim(tenant, occurrence, now)
            if claimed is not None:
                await self._run(tenant, stored, claimed)
                return len(ready) > 1
        return False

    async def _plan(self, uow: UnitOfWork, tenant: Tenant, now: datetime) -> None:
        """Bring every active routine's rows up to date with its zone, and ahead of now."""
        for known in await uow.routines.list():
            if known.status != "active":
                continue
            await uow.routines.lock(known.routine_id)
            stored = await uow.routines.find(known.routine.name)
            if stored is not None and stored.status == "active":
                await self._plan_one(uow, tenant, stored, now)

    async def _plan_one(
        self, uow: UnitOfWork, tenant: Tenant, stored: StoredRoutine, now: datetime
    ) -> None:
        plan = Plan(tenant, stored, self._tzdata)
        moved = plan.moved(await uow.routines.planned(stored.routine_id), now)
        if moved:
            tell_lacking(uow, moved, await uow.routines.move(moved), now)
            self._log.info("moved occurrences", routine=stored.routine.name, count=len(moved))
        until = now + PLAN_AHEAD
        known = (stored.planned_zone, stored.planned_tzdata) == (plan.zone, self._tzdata)
        if until > stored.planned_until or not known:
            # Dates whose instants a new zone brought nearer may lie before what is planned.
            start = stored.planned_until if known else min(stored.planned_until, now)
            rows = plan.rows(max(start, stored.created_at), until, now=now)
            tell_lacking(uow, rows, await uow.routines.plan(rows), now)
            await uow.routines.save(
                replace(
                    stored,
                    planned_until=max(until, stored.planned_until),
                    planned_zone=plan.zone,
                    planned_tzdata=self._tzdata,
                )
            )

    async def _judge(
        self, uow: UnitOfWork, now: datetime
    ) -> list[tuple[StoredRoutine, Occurrence]]:
        """Settle what comes too late; what is to be run now, or prepared, by due time."""
        routines = {r.routine_id: r for r in await uow.routines.list()}
        found: list[tuple[StoredRoutine, Occurrence]] = []
        by_routine = sorted(await uow.routines.open(now), key=lambda o: str(o.routine_id))
        for routine_id, group in groupby(by_routine, key=lambda o: o.routine_id):
            stored, occurrences = routines[routine_id], list(group)
            last_done = await uow.routines.last_done(routine_id)
            due = judged(occurrences, now, stored, last_done)
            await settle_missed(uow, stored, occurrences, due, now)
            found += [
                (stored, o) for o in occurrences if o.attempts < MOST_ATTEMPTS and o.key in due.run
            ]
        return sorted(found, key=lambda pair: (pair[1].due_at or now, pair[1].key))

    async def _claim(
        self, tenant: Tenant, occurrence: Occurrence, now: datetime
    ) -> Occurrence | None:
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.routines.claim(
                occurrence.routine_id,
                occurrence.key,
                self._owner,
                seconds=CLAIM_SECONDS,
                now=now,
            )

    async def _run(self, tenant: Tenant, stored: StoredRoutine, occurrence: Occurrence) -> None:
        """Run a claimed occurrence to one of its ends, or put it back to be tried again."""
        try:
            async with self._kept(tenant, occurrence):
                made = await self._morning.run(tenant, stored, occurrence)
            await self._finish(tenant, stored, occurrence, made)
        except ClaimLost:
            self._log.warning("claim lost", routine=stored.routine.name, key=occurrence.key)
        except ClawError as error:
            await self._failed(tenant, occurrence, error.code)
        except Exception as error:
            # A defect of ours: counted like any failure, so that it ends in the open.
            await self._failed(tenant, occurrence, f"internal_{type(error).__name__}")
            raise

    async def _finish(
        self, tenant: Tenant, stored: StoredRoutine, occurrence: Occurrence, made: Made
    ) -> None:
        """The occurrence is done once its deliveries stand in the database.

        Of a routine that was paused meanwhile nothing is delivered: it waits as if it had
        not begun.
        """
        outcome = Outcome(
            state="done",
            at=self._clock.now(),
            reason="degraded" if made.degraded else None,
            snapshot_id=made.snapshot_id,
            summary_id=made.summary_id,
        )
        async with self._db.tenant(tenant.tenant_id) as uow:
            status = await uow.routines.lock(stored.routine_id)
            if status != "active":
                await uow.routines.let_go(occurrence)
                return
            if not await uow.routines.finish(occurrence, outcome):
                raise ClaimLost
            await uow.deliveries.record(self._deliveries(stored, occurrence, made))
            tell_outcome(uow, stored.routine_id, occurrence.key, occurrence.due_at, outcome)

    def _deliveries(
        self, stored: StoredRoutine, occurrence: Occurrence, made: Made
    ) -> list[NewDelivery]:
        now = self._clock.now()
        due_at = occurrence.due_at or now
        # What a person asked for however late it is has its time from now on.
        wanted_from = now if occurrence.asked else due_at
        wanted_for = timedelta(seconds=latest_seconds(stored.routine.lateness))
        return [
            NewDelivery(
                delivery_id=self._ids.new(),
                routine_id=stored.routine_id,
                occurrence=occurrence.key,
                channel=target.channel,
                address=target.address,
                summary_id=made.summary_id,
                not_before=due_at,
                expires_at=wanted_from + wanted_for,
                created_at=now,
            )
            for target in stored.routine.targets
        ]

    async def _failed(self, tenant: Tenant, occurrence: Occurrence, reason: str) -> None:
        """Rest and try again, each time longer; give up after the fifth attempt."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            if occurrence.attempts >= MOST_ATTEMPTS:
                outcome = Outcome(state="failed", at=self._clock.now(), reason=reason)
                if await uow.routines.finish(occurrence, outcome):
                    routine_id, key = occurrence.routine_id, occurrence.key
                    tell_outcome(uow, routine_id, key, occurrence.due_at, outcome)
                return
            rest = FIRST_REST_SECONDS * 2 ** (occurrence.attempts - 1)
            await uow.routines.put_back(
                occurrence, seconds=min(rest, LONGEST_REST_SECONDS), reason=reason
            )
        self._log.warning("occurrence failed", key=occurrence.key, code=reason)

    @asynccontextmanager
    async def _kept(self, tenant: Tenant, occurrence: Occurrence) -> AsyncGenerator[None]:
        """Keep the claim alive while the block runs. Raises ClaimLost out of the block."""
        task = asyncio.current_task()
        lost = False

        async def beat() -> None:
            nonlocal lost
            if lost:
                return
            async with self._db.tenant(tenant.tenant_id) as uow:
                lost = not await uow.routines.keep(occurrence, seconds=CLAIM_SECONDS)
            if lost and task is not None:
                task.cancel()

        try:
            async with beating(beat, HEARTBEAT_SECONDS):
                yield
        except asyncio.CancelledError:
            if lost and task is not None:
                task.uncancel()
                raise ClaimLost from None
            raise
