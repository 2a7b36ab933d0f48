"""Thinning a tenant's snapshots, and collecting what nothing names any more."""

from collections.abc import Callable, Sequence
from datetime import datetime, time

from msgspec import Struct

from claw.core.snapshots.retention import Kept, to_keep
from claw.core.time import Daily, next_occurrences
from claw.engine.audit import Auditor
from claw.ports.clock import Clock
from claw.ports.ids import Ids
from claw.ports.retention_store import Collected, NamesSnapshots
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

THIN_AT = time(3)
"""When snapshots are thinned, on the tenant's wall."""

REST_SECONDS = 24 * 3600
"""How long what nothing names stays: a take that read it may still be about to name it."""

MOST_COLLECTED = 20_000


class Thinned(Struct, frozen=True, kw_only=True):
    """What thinning did, or would do.

    Of ``snapshots``, ``by_rule`` are kept for their age and ``in_use`` besides, because
    something was made from them or compared with them, or as the newest of all; ``thinned``
    went. ``collected`` counts what nothing names any more.
    """

    tenant: str
    dry_run: bool
    snapshots: int
    by_rule: int
    in_use: int
    thinned: int
    collected: Collected


class _DryRun(Exception):
    """Takes everything back that a dry run has done and counted."""

    def __init__(self, thinned: Thinned) -> None:
        super().__init__()
        self.thinned = thinned


class RetentionService:
    """The use case of thinning. ``users`` are the stores whose rows rest on snapshots."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        users: Sequence[Callable[[UnitOfWork], NamesSnapshots]],
    ) -> None:
        self._db = db
        self._clock = clock
        self._users = users
        self._auditor = Auditor(clock, ids)

    async def thin(
        self, tenant: Tenant, *, actor: str, dry_run: bool = False, most: int = MOST_COLLECTED
    ) -> Thinned:
        """Take away the snapshots that nobody needs, and what has rested unnamed for a day.

        One transaction, alone with the tenant's stored bytes: takes and syncs come before
        or after it.
        """
        try:
            async with self._db.tenant(tenant.tenant_id) as uow:
                await uow.snapshots.hold_alone()
                thinned = await self._thin(uow, tenant, most, dry_run=dry_run)
                if dry_run:
                    raise _DryRun(thinned)
                await self._note(uow, thinned, actor)
        except _DryRun as dry:
            return dry.thinned
        return thinned

    async def _thin(self, uow: UnitOfWork, tenant: Tenant, most: int, *, dry_run: bool) -> Thinned:
        taken = await uow.retention.taken()
        kept = [Kept(name=each.snapshot_id, taken_at=each.taken_at) for each in taken]
        by_rule = to_keep(kept, tenant.zone, self._clock.now())
        in_use = {each.name for each in kept[-1:]}
        for user in self._users:
            in_use |= await user(uow).snapshots_in_use()
        names = [each.name for each in kept]
        going = [name for name in names if name not in by_rule and name not in in_use]
        await uow.retention.thin(going)
        return Thinned(
            tenant=tenant.slug,
            dry_run=dry_run,
            snapshots=len(names),
            by_rule=len(by_rule),
            in_use=len(names) - len(by_rule) - len(going),
            thinned=len(going),
            collected=await uow.retention.collect(rest_seconds=REST_SECONDS, most=most),
        )

    async def _note(self, uow: UnitOfWork, thinned: Thinned, actor: str) -> None:
        collected = thinned.collected
        if not (thinned.thinned or collected.nodes or collected.records):
            return
        await self._auditor.note(
            uow,
            actor=actor,
            action="snapshot.thin",
            subject=thinned.tenant,
            thinned=str(thinned.thinned),
            nodes=str(collected.nodes),
            records=str(collected.records),
        )


def next_thinning(zone: str, now: datetime) -> datetime:
    """The next 03:00 on the wall of ``zone`` after ``now``."""
    (due,) = next_occurrences(Daily(at=THIN_AT), zone, now, 1)
    return due.instant
