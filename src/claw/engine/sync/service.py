"""Running a sync of a tenant, and what people ask about it."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from claw.core.errors import ClawError, InvalidInput, NotFound, Refused
from claw.core.events.catalog import RemovalsAccepted
from claw.core.routines.preparing import lead_from
from claw.core.time import local_date
from claw.engine.connections import refuse_removed
from claw.engine.sync.applying import remove
from claw.engine.sync.connection_run import ConnectionRun
from claw.engine.sync.leases import LEASE_WAIT_SECONDS, Leases, writing
from claw.engine.sync.plan import window_of
from claw.engine.sync.report import Mode, SyncError, SyncReport, Window
from claw.engine.sync.source import Sources
from claw.engine.sync.telling import tell_run
from claw.engine.tenants import require_active
from claw.ports.audit_store import AuditEntry
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.ids import Ids
from claw.ports.metrics import Metrics
from claw.ports.progress import ProgressListener
from claw.ports.sync_store import QuarantinedRow, SyncRun
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


class SyncService:
    """The use cases about reading sources."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        sources: Sources,
        metrics: Metrics,
        lease_wait_seconds: int = LEASE_WAIT_SECONDS,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._sources = sources
        self._metrics = metrics
        self._leases = Leases(db, clock, wait_seconds=lease_wait_seconds)

    async def run(
        self,
        tenant: Tenant,
        *,
        connection: str | None = None,
        first: date | None = None,
        last: date | None = None,
        trace_id: str | None = None,
        progress: ProgressListener | None = None,
        changes: bool = False,
    ) -> SyncReport:
        """Read the window of one connection, or of all.

        With ``changes`` only what the sources' change feeds hint at is read; a source
        without a feed is read as always, and says so.

        Raises:
            InvalidInput: when the range makes no sense.
            NotFound: when there is no such connection, or none at all.
            Refused: when the tenant is suspended, the connection was removed, or everything
                is being read already.
        """
        require_active(tenant)
        now = self._clock.now()
        first, last = window_of(local_date(now, tenant.zone), first, last)
        connections = await self._connections(tenant, connection)
        run = SyncRun(
            run_id=self._ids.new(), outcome="running", first=first, last=last, started_at=now
        )
        mode: Mode = "changes" if changes else "window"
        report = SyncReport(
            run=str(run.run_id),
            tenant=tenant.slug,
            mode=mode,
            window=Window(first=first.isoformat(), last=last.isoformat()),
            connections=[],
        )
        work = ConnectionRun(
            db=self._db,
            sources=self._sources,
            leases=self._leases,
            metrics=self._metrics,
            tenant=tenant,
            run=run,
            trace_id=trace_id or self._ids.trace(),
            progress=progress,
            mode=mode,
        )
        async with self._leases.living(tenant.tenant_id, run.run_id):
            await self._read(tenant, run, connections, work, report)
        if report.connections and all(
            isinstance(c.error, SyncError) and c.error.code == "sync_running"
            for c in report.connections
        ):
            raise Refused(
                "another sync of this tenant is running",
                code="sync_running",
                hint="wait for it to end",
            )
        return report

    async def fresh_for(
        self, tenant: Tenant, due: datetime, *, after: datetime | None = None
    ) -> bool:
        """Whether the sources were read so lately that work on what is due needs no more.

        Whatever is due at one minute is prepared within one lead, and shares what was read in
        it: begun in the lead, ended a lead ago at the most, later than ``after``, every active
        connection well.
        """
        now = self._clock.now()
        first, last = window_of(local_date(now, tenant.zone), None, None)
        begun_from = lead_from(due)
        if after is not None:
            begun_from = max(begun_from, after + timedelta(microseconds=1))
        async with self._db.tenant(tenant.tenant_id) as uow:
            active = [c.connection_id for c in await uow.connections.list() if c.status == "active"]
            return bool(active) and await uow.sync.read_well(
                active,
                first,
                last,
                begun_from=begun_from,
                ended=(lead_from(max(due, now)), now),
            )

    async def _read(
        self,
        tenant: Tenant,
        run: SyncRun,
        connections: Sequence[Connection],
        work: ConnectionRun,
        report: SyncReport,
    ) -> None:
        """Record the run, read every connection, and record what became of it."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.sync.start_run(run, [c.connection_id for c in connections])
        try:
            for each in connections:
                report.connections.append(await work.read(each))
        except BaseException:
            # Ctrl-C too: what was committed stays, and the run says that it never ended.
            with suppress(ClawError):
                await asyncio.shield(self._finish(tenant, run, report, interrupted=True))
            raise
        await self._finish(tenant, run, report, interrupted=False)

    async def accept(self, tenant: Tenant, run: str, *, actor: str) -> Sequence[str]:
        """Let the removals that a run held take effect; returns the references.

        Raises:
            InvalidInput: when ``run`` can be no run's id.
            NotFound: when there is no such run, or it holds nothing any more.
            Refused: while a sync of the same stream runs: it may see them again.
        """
        run_id = _run_id(run)
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            held = await uow.sync.held_by(run_id)
        async with self._writing(tenant, {(r.connection_id, r.stream) for r in held}) as uow:
            # As it is now that no sync can change it, nor anybody remove a connection.
            held = await uow.sync.held_by(run_id)
            if not held:
                raise NotFound(
                    f"the run {run} holds no removals",
                    code="nothing_held",
                    field="run",
                    hint="`claw sync --json` names the run that held them",
                )
            current = await uow.records.current([removal.ref for removal in held])
            await remove(uow, [current[removal.ref] for removal in held], now)
            told = RemovalsAccepted(run=str(run_id), count=len(held))
            uow.events.add(told, subject=str(run_id), at=now)
            await uow.audit.add(
                AuditEntry(
                    entry_id=self._ids.new(),
                    at=now,
                    actor=actor,
                    action="sync.accept",
                    subject=str(run_id),
                    detail={"removals": str(len(held))},
                )
            )
        return [removal.ref for removal in held]

    async def quarantined(self, tenant: Tenant) -> Sequence[tuple[Connection, QuarantinedRow]]:
        """Source rows that cannot be mapped, with their connections."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            connections = {c.connection_id: c for c in await uow.connections.list()}
            rows = await uow.sync.quarantined()
        return [
            (connections[row.connection_id], row)
            for row in rows
            if row.connection_id in connections
        ]

    @asynccontextmanager
    async def _writing(
        self, tenant: Tenant, streams: Collection[tuple[UUID, str]]
    ) -> AsyncGenerator[UnitOfWork]:
        """A transaction beside which no sync writes these streams."""
        owner = self._ids.new()
        async with AsyncExitStack() as stack:
            held = [
                await stack.enter_async_context(
                    self._leases.lease(tenant.tenant_id, connection_id, stream, owner)
                )
                for connection_id, stream in sorted(streams)
            ]
            yield await stack.enter_async_context(writing(self._db, tenant.tenant_id, *held))

    async def _connections(self, tenant: Tenant, name: str | None) -> Sequence[Connection]:
        async with self._db.tenant(tenant.tenant_id) as uow:
            connections = await uow.connections.list()
            named = None if name is None else await uow.connections.find(name)
        if named is not None:
            refuse_removed(named)
        chosen = [c for c in connections if name is None or c.name == name]
        if not chosen:
            raise NotFound(
                f"{tenant.slug!r} has no connection" + (f" {name!r}" if name else ""),
                code="connection_unknown",
                field="connection",
                hint=f"see `claw connection list --tenant {tenant.slug}`"
                if connections
                else "add one with `claw connection add`",
            )
        return chosen

    async def _finish(
        self, tenant: Tenant, run: SyncRun, report: SyncReport, *, interrupted: bool
    ) -> None:
        outcome = "interrupted" if interrupted else report.status
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.sync.finish_run(run.run_id, outcome, now, msgspec.json.encode(report))
            tell_run(uow, tenant, report, now, interrupted=interrupted)
        self._metrics.count("sync_runs", outcome=outcome)


def _run_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput(
            f"{text!r} is not a run's id",
            code="run_invalid",
            field="run",
            hint="copy it from the warning of `claw sync`",
        ) from None
