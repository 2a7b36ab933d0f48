"""Answering a call: take the lane, work a batch, and leave no call unheard."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from claw.core.errors import ClawError
from claw.engine.heartbeat import beating
from claw.engine.lanes.kind import LaneFamily, LaneKind
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.ids import Ids
from claw.ports.metrics import Metrics
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database
from claw.ports.work import LaneHold

LEASE_SECONDS = 30
HEARTBEAT_SECONDS = 10


class LaneRunner:
    """Answers calls for lanes; any number of them may run, in any number of processes."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        kinds: Mapping[str, LaneKind],
        metrics: Metrics,
        log: Log,
        families: Sequence[LaneFamily] = (),
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._kinds = kinds
        self._families = {family.prefix: family for family in families}
        self._metrics = metrics
        self._log = log

    async def answer(self, tenant_id: UUID, kind: str) -> bool:
        """Work a lane unless somebody does: whoever holds it hears that it was called.

        True when something was worked here and more is due.

        Never raises for the work's own trouble: that is accounted for where the work is,
        and a call that failed must not be repeated for it.
        """
        work = self._work_of(kind)
        async with self._db.tenant(tenant_id) as uow:
            tenant = await uow.lanes.tenant()
            if work is None or tenant is None or tenant.status != "active":
                self._log.info("call for nothing here", kind=kind)
                return False
            hold = await uow.lanes.call(kind, self._ids.new(), seconds=LEASE_SECONDS)
        return hold is not None and await self._rounds(tenant, work, hold)

    def _work_of(self, kind: str) -> LaneKind | None:
        family = self._families.get(_prefix(kind))
        return self._kinds.get(kind) if family is None else family.member(kind)

    async def _rounds(self, tenant: Tenant, work: LaneKind, hold: LaneHold) -> bool:
        """One batch; further ones only for calls that came meanwhile and found us busy.

        True when more is due, which was called for.
        """
        while True:
            async with self._kept(tenant, hold):
                more = await self._batch(tenant, work)
            if more:
                # Others have their turn first: the lane joins the end of the queue.
                async with self._db.tenant(tenant.tenant_id) as uow:
                    await uow.work.ring(work.kind)
                    await uow.lanes.let_go(hold)
                return True
            async with self._db.tenant(tenant.tenant_id) as uow:
                if await uow.lanes.release(hold):
                    return False
                seen = await uow.lanes.look(hold, seconds=LEASE_SECONDS)
            if seen is None:
                self._log.warning("lane lost", kind=work.kind, tenant=tenant.slug)
                return False
            hold = seen

    async def _batch(self, tenant: Tenant, work: LaneKind) -> bool:
        try:
            more = await work.work(tenant, self._clock.now())
        except ClawError as error:
            self._metrics.count("lane_batches", kind=_prefix(work.kind), outcome=error.code)
            self._log.warning("lane trouble", kind=work.kind, tenant=tenant.slug, code=error.code)
            return False
        except Exception as error:  # noqa: BLE001
            # A defect in one kind must not silence the others; what was claimed lapses and
            # is counted as an attempt. The message may quote data: only the type is kept.
            self._metrics.count("lane_batches", kind=_prefix(work.kind), outcome="defect")
            self._log.warning(
                "lane defect", kind=work.kind, tenant=tenant.slug, code=type(error).__name__
            )
            return False
        self._metrics.count("lane_batches", kind=_prefix(work.kind), outcome="ok")
        return more

    @asynccontextmanager
    async def _kept(self, tenant: Tenant, hold: LaneHold) -> AsyncGenerator[None]:
        """Prolong the lease while the block runs. Losing it ends nothing: rows are fenced."""

        async def beat() -> None:
            async with self._db.tenant(tenant.tenant_id) as uow:
                await uow.lanes.look(hold, seconds=LEASE_SECONDS)

        async with beating(beat, HEARTBEAT_SECONDS):
            yield


def _prefix(kind: str) -> str:
    """What a kind is counted as: kinds of a family together, for there is no end of them."""
    return kind.partition(":")[0]
