"""What people do with routines: add, list, look ahead and back, run now, pause, change, remove."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.events.catalog import (
    RoutineAdded,
    RoutineChanged,
    RoutinePaused,
    RoutineRemoved,
    RoutineResumed,
)
from claw.core.routines.explaining import explain
from claw.core.routines.routine import Routine, check_routine_name
from claw.core.time import (
    FIRST_YEAR,
    LAST_YEAR,
    Due,
    Recurrence,
    check_recurrence,
    check_zone,
    local_wall,
    next_occurrences,
    occurrences,
)
from claw.engine.routines.planning import Plan
from claw.engine.routines.settling import skip_paused
from claw.engine.routines.targets import check_targets
from claw.engine.routines.telling import tell_lacking
from claw.engine.tenants import require_active
from claw.ports.audit_store import AuditEntry
from claw.ports.clock import Clock
from claw.ports.delivery_store import Ending
from claw.ports.ids import Ids
from claw.ports.routine_store import Occurrence, Outcome, RoutineStatus, StoredRoutine
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork
from claw.ports.work import OCCURRENCE

_TOLD = {
    "routine.add": RoutineAdded,
    "routine.change": RoutineChanged,
    "routine.pause": RoutinePaused,
    "routine.resume": RoutineResumed,
    "routine.remove": RoutineRemoved,
}

_LOOK_BACK = timedelta(days=32)
"""Where the occurrence before the next one is looked for: a month holds every recurrence."""


class NextRun(Struct, frozen=True, kw_only=True):
    """An occurrence that lies ahead: on the wall in ``zone``, as an instant, and why there."""

    due: Due
    zone: str
    note: str | None


class RoutineService:
    """The use cases about routines."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, tzdata_version: str) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._tzdata = tzdata_version

    async def add(self, tenant: Tenant, routine: Routine, *, actor: str) -> StoredRoutine:
        """Keep a routine; its first occurrence is the first due at or after now.

        Raises:
            InvalidInput: naming the field that is wrong.
            Refused: the name is taken, or the tenant suspended.
        """
        require_active(tenant)
        check_routine_name(routine.name)
        check_recurrence(routine.recurrence)
        if routine.zone is not None:
            check_zone(routine.zone)
        now = self._clock.now()
        stored = StoredRoutine(
            routine_id=self._ids.new(),
            routine=routine,
            status="active",
            paused_at=None,
            created_at=now,
            planned_until=now,
        )
        async with self._db.tenant(tenant.tenant_id) as uow:
            await check_targets(uow, routine.targets)
            if not await uow.routines.add(stored):
                raise Refused(
                    f"{tenant.slug!r} already has a routine {routine.name!r}",
                    code="routine_exists",
                    field="name",
                    hint="choose another name, or remove that one first",
                )
            await self._audit(uow, "routine.add", stored, actor)
        return stored

    async def list(self, tenant: Tenant) -> Sequence[StoredRoutine]:
        """The tenant's routines by name."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.routines.list()

    async def get(self, tenant: Tenant, name: str) -> StoredRoutine:
        """One routine. Raises NotFound."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await self._find(uow, tenant, name)

    async def next(
        self, tenant: Tenant, name: str, *, count: int, after: datetime | None = None
    ) -> Sequence[NextRun]:
        """The next occurrences later than ``after`` (default: now), each with its shift explained.

        Computed, not looked up: also a paused routine has them.

        Raises:
            InvalidInput: ``after`` lies where time-zone rules say nothing.
        """
        if after is not None and not FIRST_YEAR <= after.year < LAST_YEAR:
            raise InvalidInput(
                f"no occurrence is computed for the year {after.year}",
                code="instant_invalid",
                field="after",
                hint=f"give an instant from {FIRST_YEAR} to {LAST_YEAR - 1}",
            )
        stored = await self.get(tenant, name)
        zone = Plan(tenant, stored, self._tzdata).zone
        recurrence, since = stored.routine.recurrence, after or self._clock.now()
        found = next_occurrences(recurrence, zone, since, count)
        earlier = deque(occurrences(recurrence, zone, since - _LOOK_BACK, since), maxlen=1)
        befores = [*(due.instant for due in earlier), *(due.instant for due in found)]
        if not earlier:
            befores = [None, *befores]
        return [
            NextRun(due=due, zone=zone, note=explain(due, zone, before))
            for due, before in zip(found, befores, strict=False)
        ]

    async def runs(self, tenant: Tenant, name: str, *, limit: int) -> Sequence[Occurrence]:
        """What became of the latest occurrences, newest first; missed ones too."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            stored = await self._find(uow, tenant, name)
            return await uow.routines.runs(stored.routine_id, limit)

    async def run_now(self, tenant: Tenant, name: str, *, actor: str) -> Occurrence:
        """Plan one more occurrence, due now; it takes nothing from the planned ones.

        Raises:
            Refused: when the routine is paused or the tenant suspended.
        """
        require_active(tenant)
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            stored = await self._locked(uow, tenant, name)
            if stored.status == "paused":
                raise Refused(
                    f"the routine {name!r} is paused",
                    code="routine_paused",
                    field="routine",
                    hint=f"`claw routine resume {name}`",
                )
            zone = Plan(tenant, stored, self._tzdata).zone
            wall = local_wall(now, zone)
            occurrence = Occurrence(
                routine_id=stored.routine_id,
                key=f"manual:{self._ids.new()}",
                local_date=wall.date(),
                nominal=wall.replace(microsecond=0),
                zone=zone,
                tzdata=self._tzdata,
                odd=None,
                due_at=now,
                prepare_at=now,
                state="planned",
                asked=True,
            )
            await uow.routines.plan([occurrence])
            await uow.work.ring(OCCURRENCE)
            await self._audit(uow, "routine.run", stored, actor)
        return occurrence

    async def change(
        self, tenant: Tenant, name: str, recurrence: Recurrence, *, actor: str
    ) -> StoredRoutine:
        """Let it recur otherwise from now on.

        A date that has run keeps its run; what is planned moves to its new time, or is
        cancelled where the date is no longer named. What is being run for another time is
        taken from its worker.

        Raises:
            InvalidInput: naming the field that is wrong.
        """
        check_recurrence(recurrence)
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            stored = await self._locked(uow, tenant, name)
            changed = replace(
                stored,
                routine=replace(stored.routine, recurrence=recurrence),
                planned_until=max(now, stored.created_at),
            )
            plan = Plan(tenant, changed, self._tzdata)
            moved = plan.again(await uow.routines.unfinished(stored.routine_id), now)
            tell_lacking(uow, moved, await uow.routines.move(moved), now)
            await uow.routines.save(changed)
            await self._audit(uow, "routine.change", changed, actor)
        return changed

    async def pause(self, tenant: Tenant, name: str, *, actor: str) -> StoredRoutine:
        """Run and deliver nothing until it is resumed; what falls into the pause is skipped."""
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            stored = await self._locked(uow, tenant, name)
            if stored.status == "active":
                # What is due later waits: it is cancelled if it comes due within the pause.
                await self._cancel_deliveries(uow, stored, "routine_paused", now, due_by=now)
                stored = await self._save(uow, stored, "paused", paused_at=now)
                await self._audit(uow, "routine.pause", stored, actor)
        return stored

    async def resume(self, tenant: Tenant, name: str, *, actor: str) -> StoredRoutine:
        """Run again from now on; nothing is caught up for paused time."""
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            stored = await self._locked(uow, tenant, name)
            if stored.status == "paused":
                plan = Plan(tenant, stored, self._tzdata)
                # What fell into the pause is judged by the zone that holds now.
                moved = plan.moved(await uow.routines.planned(stored.routine_id), now)
                tell_lacking(uow, moved, await uow.routines.move(moved), now)
                if now > stored.planned_until:
                    rows = plan.rows(stored.planned_until, now, now=now)
                    tell_lacking(uow, rows, await uow.routines.plan(rows), now)
                # No worker may have looked since; an attempt that was under way when it was
                # paused may have come to rest.
                await self._cancel_deliveries(uow, stored, "routine_paused", now, due_by=now)
                await skip_paused(uow, stored, now)
                until = max(stored.planned_until, now)
                stored = await self._save(
                    uow, replace(stored, planned_until=until), "active", paused_at=None
                )
                await self._audit(uow, "routine.resume", stored, actor)
        return stored

    async def remove(self, tenant: Tenant, name: str, *, actor: str) -> None:
        """Run and deliver it no more; what became of its occurrences stays, its name is free.

        Whoever runs one now has lost it.
        """
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            stored = await self._locked(uow, tenant, name)
            cancelled = Outcome(state="cancelled", at=now, reason="routine_removed")
            await uow.routines.withdraw(stored.routine_id, cancelled)
            await self._cancel_deliveries(uow, stored, "routine_removed", now)
            await self._save(uow, stored, "removed", paused_at=None)
            await self._audit(uow, "routine.remove", stored, actor)

    async def _cancel_deliveries(
        self,
        uow: UnitOfWork,
        stored: StoredRoutine,
        reason: str,
        now: datetime,
        *,
        due_by: datetime | None = None,
    ) -> None:
        ending = Ending(state="cancelled", at=now, reason=reason)
        await uow.deliveries.cancel(stored.routine_id, ending, due_by=due_by)

    async def _find(self, uow: UnitOfWork, tenant: Tenant, name: str) -> StoredRoutine:
        stored = await uow.routines.find(name)
        if stored is None:
            raise NotFound(
                f"{tenant.slug!r} has no routine {name!r}",
                code="routine_unknown",
                field="routine",
                hint=f"see `claw routine list --tenant {tenant.slug}`",
            )
        return stored

    async def _locked(self, uow: UnitOfWork, tenant: Tenant, name: str) -> StoredRoutine:
        """The routine as it is while nobody else can change or plan it."""
        stored = await self._find(uow, tenant, name)
        await uow.routines.lock(stored.routine_id)
        return await self._find(uow, tenant, name)

    async def _save(
        self,
        uow: UnitOfWork,
        stored: StoredRoutine,
        status: RoutineStatus,
        *,
        paused_at: datetime | None,
    ) -> StoredRoutine:
        saved = replace(stored, status=status, paused_at=paused_at)
        await uow.routines.save(saved)
        return saved

    async def _audit(self, uow: UnitOfWork, action: str, stored: StoredRoutine, actor: str) -> None:
        """Write down who did it, and tell that it was done."""
        now, told = self._clock.now(), _TOLD.get(action)
        if told is not None:
            data = told(routine=str(stored.routine_id), name=stored.routine.name)
            uow.events.add(data, subject=stored.routine.name, at=now)
        await uow.audit.add(
            AuditEntry(
                entry_id=self._ids.new(),
                at=now,
                actor=actor,
                action=action,
                subject=stored.routine.name,
                detail={"routine": str(stored.routine_id)},
            )
        )
