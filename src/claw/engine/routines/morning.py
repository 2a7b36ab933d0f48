"""The task of a summary routine: read the sources, take a snapshot, say what the day holds."""

from msgspec import Struct

from claw.core.errors import ClawError, NotFound
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.engine.sync import SyncService
from claw.ports.connector import Log
from claw.ports.routine_store import Occurrence, StoredRoutine
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database


class Made(Struct, frozen=True, kw_only=True):
    """What a run made; ``degraded`` when the summary says so at its top."""

    snapshot_id: str
    summary_id: str
    degraded: bool


class Morning:
    """Runs the task; it may be run again after a crash and then makes a later snapshot."""

    def __init__(
        self,
        *,
        sync: SyncService,
        snapshots: SnapshotService,
        summaries: SummaryService,
        db: Database,
        log: Log,
    ) -> None:
        self._db = db
        self._sync = sync
        self._snapshots = snapshots
        self._summaries = summaries
        self._log = log

    async def run(self, tenant: Tenant, stored: StoredRoutine, occurrence: Occurrence) -> Made:
        """Make the summary of the occurrence's date, compared with what was told last.

        Trouble with a source is no reason to say nothing: the summary is made from what is
        known and says how old that is.

        Raises:
            NotFound: when nothing of the date was ever read.
        """
        await self._read(tenant, occurrence)
        snapshot = await self._snapshots.take(tenant)
        task = stored.routine.task
        async with self._db.tenant(tenant.tenant_id) as uow:
            told_last = await uow.routines.last_snapshot(stored.routine_id)
        document = await self._summaries.summarise(
            tenant,
            day=occurrence.local_date,
            view=task.view,
            audience=task.audience,
            snapshot=snapshot.id,
            previous=told_last,
        )
        return Made(snapshot_id=snapshot.id, summary_id=document.id, degraded=document.degraded)

    async def _read(self, tenant: Tenant, occurrence: Occurrence) -> None:
        """Read the sources, unless that was done for another routine of the same minute.

        Who asks for a run wants what is there now.
        """
        try:
            if not await self._was_read(tenant, occurrence):
                await self._sync.run(tenant)
        except NotFound as nothing_connected:
            self._log.info("nothing to read", code=nothing_connected.code, tenant=tenant.slug)
        except ClawError as error:
            self._log.warning("going on with what is known", code=error.code, tenant=tenant.slug)

    async def _was_read(self, tenant: Tenant, occurrence: Occurrence) -> bool:
        if occurrence.asked or occurrence.due_at is None:
            return False
        async with self._db.tenant(tenant.tenant_id) as uow:
            last = await uow.routines.last_done(occurrence.routine_id)
        # What the routine itself told already is not told as what is there now.
        after = None if last is None else last.finished_at
        return await self._sync.fresh_for(tenant, occurrence.due_at, after=after)
