"""Running a sync: every connection, every stream, every slice, and what became of each."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date
from uuid import UUID

import msgspec

from claw.core.errors import ClawError, InvalidInput, NotFound, Refused
from claw.core.time import local_date
from claw.engine.sync.applying import Place, remove
from claw.engine.sync.plan import PlannedSlice, plan_slices, window_of
from claw.engine.sync.report import (
    ConnectionReport,
    StreamReport,
    SyncError,
    SyncReport,
    SyncWarning,
    Window,
)
from claw.engine.sync.slices import SliceWork
from claw.engine.sync.source import Source, Sources, describe_error, warnings_of
from claw.engine.tenants import require_active
from claw.ports.clock import Clock
from claw.ports.connection_store import Connection
from claw.ports.connector_errors import (
    AuthRevoked,
    ConfigInvalid,
    ConnectorBug,
    ConnectorError,
    Forbidden,
    Recovery,
)
from claw.ports.connector_errors import Refused as SourceRefused
from claw.ports.ids import Ids
from claw.ports.manifest import StreamDeclaration
from claw.ports.metrics import Metrics
from claw.ports.progress import ProgressListener, SyncProgress
from claw.ports.sync_store import AuditEntry, Lease, QuarantinedRow, SyncRun
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

LEASE_SECONDS = 30
HEARTBEAT_SECONDS = 10
# A killed holder's lease ends by itself, so waiting a little longer than it lasts tells a
# sync that was killed from one that runs.
LEASE_WAIT_SECONDS = LEASE_SECONDS + 5
_FAILURES_BEFORE_GIVING_UP = 2


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
        self._lease_wait_seconds = lease_wait_seconds

    async def check(self, tenant: Tenant, name: str, *, trace_id: str | None = None) -> None:
        """Prove a connection against its source. Raises connector errors and NotFound."""
        (connection,) = await self._connections(tenant, name)
        async with self._sources.open(
            tenant, connection, now=self._clock.now(), trace_id=trace_id or self._ids.trace()
        ) as source:
            await self._sources.check(source)

    async def run(
        self,
        tenant: Tenant,
        *,
        connection: str | None = None,
        first: date | None = None,
        last: date | None = None,
        trace_id: str | None = None,
        progress: ProgressListener | None = None,
    ) -> SyncReport:
        """Read the window of one connection, or of all.

        Raises:
            InvalidInput: when the range makes no sense.
            NotFound: when there is no such connection, or none at all.
            Refused: when the tenant is suspended, or everything is being read already.
        """
        require_active(tenant)
        now = self._clock.now()
        first, last = window_of(local_date(now, tenant.zone), first, last)
        connections = await self._connections(tenant, connection)
        run = SyncRun(
            run_id=self._ids.new(), outcome="running", first=first, last=last, started_at=now
        )
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.sync.interrupt_runs(now, except_run=run.run_id)
            await uow.sync.start_run(run)
        report = SyncReport(
            run=str(run.run_id),
            tenant=tenant.slug,
            window=Window(first=first.isoformat(), last=last.isoformat()),
            connections=[],
        )
        work = _RunOfConnection(
            self, self._db, self._sources, tenant, run, trace_id or self._ids.trace(), progress
        )
        try:
            for each in connections:
                report.connections.append(await work.read(each))
        except BaseException:
            # Ctrl-C too: what was committed stays, and the run says that it never ended.
            await asyncio.shield(self._finish(tenant, run, report, interrupted=True))
            raise
        await self._finish(tenant, run, report, interrupted=False)
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

    async def accept(self, tenant: Tenant, run: str, *, actor: str) -> Sequence[str]:
        """Let the removals that a run held take effect; returns the references.

        Raises:
            InvalidInput: when ``run`` can be no run's id.
            NotFound: when there is no such run, or it holds nothing any more.
        """
        run_id = _run_id(run)
        now = self._clock.now()
        async with self._db.tenant(tenant.tenant_id) as uow:
            known = await uow.sync.find_run(run_id)
            held = await uow.sync.held_by(run_id)
            if known is None or not held:
                raise NotFound(
                    f"the run {run} holds no removals",
                    code="nothing_held",
                    field="run",
                    hint="`claw sync --json` names the run that held them",
                )
            current = await uow.records.current([removal.ref for removal in held])
            await remove(uow, [current[removal.ref] for removal in held], now)
            await uow.sync.audit(
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
            return [(connections[row.connection_id], row) for row in await uow.sync.quarantined()]

    @asynccontextmanager
    async def lease(self, tenant: Tenant, subject: str, owner: UUID) -> AsyncGenerator[Lease]:
        """Hold the right to write ``subject``, kept alive while the block runs.

        Raises:
            Refused: when another run holds it for longer than a killed one could.
        """
        lease = await self._take(tenant, subject, owner)
        heart = asyncio.create_task(self._beat(tenant, lease))
        try:
            yield lease
        finally:
            heart.cancel()
            with suppress(asyncio.CancelledError):
                await heart
            async with self._db.tenant(tenant.tenant_id) as uow:
                await uow.sync.end_lease(lease)

    async def _take(self, tenant: Tenant, subject: str, owner: UUID) -> Lease:
        for attempt in range(self._lease_wait_seconds + 1):
            if attempt:
                await asyncio.sleep(1)
            async with self._db.tenant(tenant.tenant_id) as uow:
                lease = await uow.sync.take_lease(subject, owner, LEASE_SECONDS)
            if lease is not None:
                return lease
        raise Refused(
            "another sync of this connection is running",
            code="sync_running",
            hint="wait for it to end",
        )

    async def _beat(self, tenant: Tenant, lease: Lease) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            with suppress(ClawError):
                async with self._db.tenant(tenant.tenant_id) as uow:
                    await uow.sync.renew_lease(lease, LEASE_SECONDS)

    async def _connections(self, tenant: Tenant, name: str | None) -> Sequence[Connection]:
        async with self._db.tenant(tenant.tenant_id) as uow:
            connections = await uow.connections.list()
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
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.sync.finish_run(
                run.run_id, outcome, self._clock.now(), msgspec.json.encode(report)
            )
        self._metrics.count("sync_runs", outcome=outcome)


class _RunOfConnection:
    """One run's way through connections, streams and slices."""

    def __init__(
        self,
        service: SyncService,
        db: Database,
        sources: Sources,
        tenant: Tenant,
        run: SyncRun,
        trace_id: str,
        progress: ProgressListener | None,
    ) -> None:
        self._service = service
        self._db = db
        self._sources = sources
        self._tenant = tenant
        self._run = run
        self._trace_id = trace_id
        self._progress = progress

    async def read(self, connection: Connection) -> ConnectionReport:
        """Read one connection; its trouble is reported, never raised."""
        report = ConnectionReport(
            connection=connection.name, status="failed", warnings=[], streams=[]
        )
        if connection.status == "paused":
            report.error = SyncError(
                code="connection_paused",
                message=f"{connection.name} is paused: {connection.paused_reason}",
                hint=f"`claw connection resume {connection.name}`",
            )
            return report
        try:
            async with self._sources.open(
                self._tenant, connection, now=self._run.started_at, trace_id=self._trace_id
            ) as source:
                self._tell(source, "check", 0, 0, 0)
                report.warnings.extend(warnings_of(await self._sources.check(source)))
                for stream in source.connector.manifest.streams:
                    await self._read_stream(source, stream, report)
        except ConnectorError as error:
            report.error = describe_error(error, connection.name)
        except (NotFound, Refused, InvalidInput) as error:
            report.error = SyncError(code=error.code, message=error.message, hint=error.hint)
        return report

    async def _read_stream(
        self, source: Source, stream: StreamDeclaration, report: ConnectionReport
    ) -> None:
        if "window" not in stream.modes:
            raise ConnectorBug(f"the stream {stream.name} cannot be read by window")
        counts = StreamReport(stream=stream.name)
        report.streams.append(counts)
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), source.requests.sent
        subject = f"sync:{source.connection.connection_id}:{stream.name}"
        try:
            async with self._service.lease(self._tenant, subject, self._run.run_id) as lease:
                await self._read_slices(source, stream, report, counts, lease)
        finally:
            counts.seconds = round(loop.time() - began)
            counts.requests = source.requests.sent - sent

    async def _read_slices(
        self,
        source: Source,
        stream: StreamDeclaration,
        report: ConnectionReport,
        counts: StreamReport,
        lease: Lease,
    ) -> None:
        place = Place(
            connection_id=source.connection.connection_id,
            stream=stream.name,
            run_id=self._run.run_id,
            now=self._run.started_at,
        )
        work = SliceWork(self._db, self._tenant, source, stream, place, lease, counts)
        zone = self._tenant.zone
        todo = list(plan_slices(zone, self._run.first, self._run.last, stream.widest_window_days))
        total, done, failures = len(todo), 0, 0
        while todo and failures < _FAILURES_BEFORE_GIVING_UP:
            planned = todo.pop(0)

            def tell(rows: int, done: int = done, total: int = total) -> None:
                self._tell(source, stream.name, done, total, counts.read + rows)

            tell(0)
            try:
                await work.read_and_apply(planned, tell)
            except Forbidden as error:
                if stream.required:
                    report.error = describe_error(error, source.connection.name)
                    break
                report.warnings.append(SyncWarning(code=error.code, message=error.message))
                return
            except SourceRefused as error:
                halves = _halves(zone, planned, error)
                if halves:
                    todo[:0] = halves
                    total += 1
                    continue
                report.error = describe_error(error, source.connection.name)
                failures += 1
            except (AuthRevoked, ConfigInvalid, ConnectorBug) as error:
                report.error = describe_error(error, source.connection.name)
                break
            except ConnectorError as error:
                report.error = describe_error(error, source.connection.name)
                failures += 1
            else:
                done, failures = done + 1, 0
        self._tell(source, stream.name, done, total, counts.read)
        self._judge(source, report, counts, work, done=done, total=total)

    def _judge(
        self,
        source: Source,
        report: ConnectionReport,
        counts: StreamReport,
        work: SliceWork,
        *,
        done: int,
        total: int,
    ) -> None:
        """The connection's status after its required stream."""
        for role in sorted(work.forbidden_roles):
            report.warnings.append(
                SyncWarning(
                    code="part_forbidden",
                    message=f"the key may not read {role}; what depends on it is absent or old",
                )
            )
        for role in sorted(work.unreadable_roles):
            report.warnings.append(
                SyncWarning(
                    code="part_unreadable",
                    message=f"{role} could not be read this time; the last known one is shown",
                )
            )
        if counts.held:
            report.warnings.append(
                SyncWarning(
                    code="removals_held",
                    message=f"{counts.held} removals are too many to believe: a second sync that "
                    f"agrees, or `claw sync accept {self._run.run_id}`, lets them take effect",
                )
            )
        if not done:
            report.status = "failed"
        elif done < total or work.unreadable_roles or counts.held:
            report.status = "degraded"
        else:
            report.status = "ok"

    def _tell(self, source: Source, phase: str, done: int, total: int, rows: int) -> None:
        if self._progress is not None:
            self._progress(
                SyncProgress(
                    connection=source.connection.name,
                    phase=phase,
                    slices_done=done,
                    slices=total,
                    rows=rows,
                    requests=source.requests.sent,
                )
            )


def _halves(zone: str, planned: PlannedSlice, error: SourceRefused) -> list[PlannedSlice]:
    """The two halves of a slice that the source finds too wide, none when it is one day."""
    days = (planned.last - planned.first).days + 1
    if error.recovery is not Recovery.SPLIT_WINDOW or days < 2:
        return []
    return list(plan_slices(zone, planned.first, planned.last, (days + 1) // 2))


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
