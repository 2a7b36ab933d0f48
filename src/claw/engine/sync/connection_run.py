"""One connection's part of a run: check, then every stream, slice by slice."""

import asyncio
from collections.abc import Sequence

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.engine.connections import refuse_removed
from claw.engine.sync.applying import Place
from claw.engine.sync.changes import ChangesWork, feed_of
from claw.engine.sync.leases import LeaseLost, Leases
from claw.engine.sync.plan import PlannedSlice, halves, plan_slices
from claw.engine.sync.report import (
    ConnectionReport,
    StreamReport,
    SyncError,
    SyncWarning,
)
from claw.engine.sync.report import Mode as RunMode
from claw.engine.sync.slices import SliceWork
from claw.engine.sync.source import Source, Sources, describe_error, told_of, warnings_of
from claw.engine.sync.verdict import StreamOutcome, status_of, warnings_about
from claw.ports.connection_store import Connection
from claw.ports.connector import Mode, PullsHints, Slice
from claw.ports.connector_errors import (
    AuthRevoked,
    ConfigInvalid,
    ConnectorBug,
    ConnectorError,
    Forbidden,
    PlanRequired,
    Recovery,
    StaleSource,
)
from claw.ports.connector_errors import Refused as SourceRefused
from claw.ports.manifest import StreamDeclaration
from claw.ports.metrics import Metrics
from claw.ports.progress import ProgressListener, SyncProgress
from claw.ports.sync_store import SyncRun
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

# Passing trouble with two slices in a row is trouble with the source, not with a slice.
_FAILURES_BEFORE_GIVING_UP = 2
# Nobody changes settings again and again; whoever does is told to sync once more.
_MOST_BEGINNINGS = 3
_CHANGED = "settings_changed"
# Trouble that the next slice of the stream will meet as well.
_STOPS_STREAM = (ConfigInvalid, ConnectorBug, Forbidden, PlanRequired, StaleSource)


class ConnectionRun:
    """Reads connections in one run."""

    def __init__(
        self,
        *,
        db: Database,
        sources: Sources,
        leases: Leases,
        metrics: Metrics,
        tenant: Tenant,
        run: SyncRun,
        trace_id: str,
        progress: ProgressListener | None,
        mode: RunMode = "window",
    ) -> None:
        self._db = db
        self._sources = sources
        self._leases = leases
        self._metrics = metrics
        self._tenant = tenant
        self._run = run
        self._trace_id = trace_id
        self._progress = progress
        self._mode: RunMode = mode

    async def read(self, connection: Connection) -> ConnectionReport:
        """Read one connection as it is by now; its trouble is reported, never raised.

        Where its settings were changed before its streams were held for writing, what was
        read with the old ones is worth nothing: it begins again with the new ones.
        """
        for _ in range(_MOST_BEGINNINGS - 1):
            report = await self._read_as_found(connection.name)
            if not (isinstance(report.error, SyncError) and report.error.code == _CHANGED):
                return report
        return await self._read_as_found(connection.name)

    async def _found(self, name: str) -> Connection:
        """The connection as it is now. Raises Refused when it was removed."""
        async with self._db.tenant(self._tenant.tenant_id) as uow:
            found = await uow.connections.find(name)
        if found is None:
            raise LookupError("a connection is never deleted")
        refuse_removed(found)
        return found

    async def _read_as_found(self, name: str) -> ConnectionReport:
        report = ConnectionReport(connection=name, status="failed", warnings=[], streams=[])
        outcomes: list[StreamOutcome] = []
        try:
            connection = await self._found(name)
            if connection.status == "paused":
                report.error = _paused(connection)
                return report
            async with self._sources.open(
                self._tenant, connection, now=self._run.started_at, trace_id=self._trace_id
            ) as source:
                self._tell(source, "check", 0, 0, 0)
                report.warnings.extend(warnings_of(await self._sources.check(source)))
                for stream in source.connector.manifest.streams:
                    await self._read_stream(source, stream, report, outcomes)
                if len(outcomes) > 1:
                    await self._catch_up(source, outcomes)
        except ConnectorError as error:
            report.error = describe_error(error, name)
        except (NotFound, Refused, InvalidInput, LeaseLost) as error:
            report.error = SyncError(code=error.code, message=error.message, hint=error.hint)
        report.status = status_of(outcomes, stopped=isinstance(report.error, SyncError))
        return report

    async def _read_stream(
        self,
        source: Source,
        stream: StreamDeclaration,
        report: ConnectionReport,
        outcomes: list[StreamOutcome],
    ) -> None:
        """Read one stream. Raises what concerns the whole connection."""
        if Mode.WINDOW not in stream.modes:
            raise ConnectorBug(f"the stream {stream.name} cannot be read by window")
        counts = StreamReport(stream=stream.name)
        outcome = StreamOutcome(stream=stream, counts=counts)
        report.streams.append(counts)
        outcomes.append(outcome)
        loop = asyncio.get_running_loop()
        began, sent = loop.time(), source.requests.sent
        tenant_id, run_id = self._tenant.tenant_id, self._run.run_id
        connection_id = source.connection.connection_id
        try:
            async with self._leases.lease(tenant_id, connection_id, stream.name, run_id) as lease:
                await self._refuse_changed(source)
                place = self._place(source, stream)
                work = SliceWork(self._db, self._tenant, source, stream, place, lease, counts)
                try:
                    feed = self._feed(source, stream, report)
                    if feed is None:
                        await self._read_slices(source, work, outcome)
                    else:
                        changes = ChangesWork(
                            self._db,
                            self._tenant,
                            source,
                            stream,
                            place,
                            lease,
                            work,
                            self._run,
                        )
                        await self._follow_changes(source, changes, feed, outcome)
                finally:
                    outcome.unreadable = tuple(sorted(work.unreadable_roles))
                    outcome.forbidden = tuple(sorted(work.forbidden_roles))
        finally:
            counts.seconds = round(loop.time() - began)
            counts.requests = source.requests.sent - sent
        if outcome.error is not None:
            self._metrics.count("source_errors", code=outcome.error.code)
            if not outcome.only_a_warning:
                report.error = describe_error(outcome.error, source.connection.name)
        report.warnings.extend(warnings_about(outcome, run_id))
        report.warnings.extend(told_of(source.context.warnings))
        source.context.warnings.clear()

    async def _catch_up(self, source: Source, outcomes: Sequence[StreamOutcome]) -> None:
        """Streams share parts: what one has read changes records of the others."""
        tenant_id, run_id = self._tenant.tenant_id, self._run.run_id
        connection_id = source.connection.connection_id
        for outcome in outcomes:
            name = outcome.stream.name
            async with self._leases.lease(tenant_id, connection_id, name, run_id) as lease:
                await self._refuse_changed(source)
                place = self._place(source, outcome.stream)
                work = SliceWork(
                    self._db, self._tenant, source, outcome.stream, place, lease, outcome.counts
                )
                await work.catch_up()

    async def _refuse_changed(self, source: Source) -> None:
        """Asked under a lease, from when on nobody changes settings that records depend on."""
        now = await self._found(source.connection.name)
        if now.settings != source.connection.settings:
            raise Refused(
                f"settings of {now.name} were changed while it was opened",
                code=_CHANGED,
                hint="run `claw sync` again",
            )

    def _place(self, source: Source, stream: StreamDeclaration) -> Place:
        return Place(
            connection_id=source.connection.connection_id,
            stream=stream.name,
            run_id=self._run.run_id,
            now=self._run.started_at,
        )

    def _feed(
        self, source: Source, stream: StreamDeclaration, report: ConnectionReport
    ) -> PullsHints | None:
        """The feed to follow; None when the window is to be read, or there is no feed."""
        if self._mode == "window":
            return None
        feed = feed_of(source, stream)
        if feed is None:
            report.warnings.append(
                SyncWarning(
                    code="no_change_feed",
                    message=f"{source.connection.connector} has no feed of changes to "
                    f"{stream.name}; the whole window was read",
                )
            )
        return feed

    async def _follow_changes(
        self, source: Source, work: ChangesWork, feed: PullsHints, outcome: StreamOutcome
    ) -> None:
        try:
            outcome.error = await work.follow(feed)
        except AuthRevoked as error:
            await self._sources.pause(source, error)
            raise
        except ConnectorError as error:
            outcome.error = error
            return
        outcome.visible = outcome.slices if outcome.error is None else 0

    async def _read_slices(self, source: Source, work: SliceWork, outcome: StreamOutcome) -> None:
        todo = list(self._plan(outcome.stream))
        await work.begin(Slice(start=todo[0].slice.start, end=todo[-1].slice.end))
        outcome.slices = len(todo)
        failures = 0
        restarted: set[PlannedSlice] = set()
        while todo and failures < _FAILURES_BEFORE_GIVING_UP:
            planned = todo.pop(0)
            try:
                await self._read_slice(source, work, planned, outcome)
            except SourceRefused as error:
                again = _ways_out(self._tenant.zone, planned, error, restarted)
                if not again:
                    outcome.error, failures = error, failures + 1
                todo[:0] = again
                outcome.slices += max(len(again) - 1, 0)
            except AuthRevoked as error:
                await self._sources.pause(source, error)
                raise
            except _STOPS_STREAM as error:
                outcome.error = error
                return
            except ConnectorError as error:
                outcome.error, failures = error, failures + 1
            else:
                failures = 0
        self._tell(
            source, outcome.stream.name, outcome.visible, outcome.slices, outcome.counts.read
        )
        if outcome.visible == outcome.slices:
            await work.review_quarantine()

    async def _read_slice(
        self, source: Source, work: SliceWork, planned: PlannedSlice, outcome: StreamOutcome
    ) -> None:
        name, before = outcome.stream.name, outcome.counts.read

        def tell(rows: int) -> None:
            self._tell(source, name, outcome.visible, outcome.slices, before + rows)

        tell(0)
        await work.read_and_apply(planned, tell)
        outcome.visible += 1

    def _plan(self, stream: StreamDeclaration) -> Sequence[PlannedSlice]:
        run = self._run
        return plan_slices(self._tenant.zone, run.first, run.last, stream.widest_window_days)

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


def _paused(connection: Connection) -> SyncError:
    return SyncError(
        code="connection_paused",
        message=f"{connection.name} is skipped, it is paused: {connection.paused_reason}",
        hint=f"`claw connection resume {connection.name}`",
    )


def _ways_out(
    zone: str, planned: PlannedSlice, error: SourceRefused, restarted: set[PlannedSlice]
) -> Sequence[PlannedSlice]:
    """What to read instead of a slice that the source refused; nothing when that is no use."""
    if error.recovery is Recovery.SPLIT_WINDOW:
        return halves(zone, planned)
    if error.recovery is Recovery.RESTART_SLICE and planned not in restarted:
        restarted.add(planned)
        return [planned]
    return []
