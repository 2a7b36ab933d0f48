"""What became of earlier syncs: of one connection, and of one run."""

import msgspec
from msgspec import Struct, UnsetType

from claw.core.errors import InvalidInput, NotFound
from claw.engine.connections import ConnectionService
from claw.engine.sync.report import ConnectionReport, SyncError, SyncReport, Window
from claw.ports.sync_store import KeptRun, RunOutcome, SyncRun
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

_SHORTEST_PREFIX = 8


class PastRead(Struct, frozen=True, kw_only=True):
    """One connection's part of a run; counts are those of all its streams.

    ``status`` is the run's outcome where the run never came to report on the connection.
    """

    run: SyncRun
    status: RunOutcome
    read: int = 0
    added: int = 0
    changed: int = 0
    gone: int = 0
    held: int = 0
    quarantined: int = 0
    requests: int = 0
    seconds: int = 0
    error: SyncError | None = None


class PastRun(Struct, frozen=True, kw_only=True):
    """One run with its report, whose connections are empty while it lasts."""

    run: SyncRun
    report: SyncReport


class SyncHistory:
    """The use cases about syncs that were."""

    def __init__(self, *, db: Database, connections: ConnectionService) -> None:
        self._db = db
        self._connections = connections

    async def of_connection(self, tenant: Tenant, name: str, *, last: int) -> list[PastRead]:
        """The last runs that were to read a connection, newest first.

        Raises:
            InvalidInput: when ``last`` is no number of runs.
            NotFound: no such connection.
        """
        if not 1 <= last <= 1000:
            raise InvalidInput(
                f"{last} is no number of syncs to show",
                code="last_invalid",
                field="last",
                hint="give 1 to 1000",
            )
        connection = await self._connections.get(tenant, name)
        async with self._db.tenant(tenant.tenant_id) as uow:
            kept = await uow.sync.runs_of(connection.connection_id, connection.name, last)
        return [_past_read(one) for one in kept]

    async def of_run(self, tenant: Tenant, prefix: str) -> PastRun:
        """One run by its id or the beginning of it.

        Raises:
            InvalidInput: when it can be no run's id, or begins several.
            NotFound: when there is none.
        """
        if len(prefix) < _SHORTEST_PREFIX or set(prefix) - set("0123456789abcdef-"):
            raise InvalidInput(
                f"{prefix!r} is not a run's id",
                code="run_invalid",
                field="run",
                hint=f"give {_SHORTEST_PREFIX} digits or more of what `claw sync --json` prints",
            )
        async with self._db.tenant(tenant.tenant_id) as uow:
            kept = await uow.sync.kept_runs(prefix)
        if len(kept) > 1:
            raise InvalidInput(
                f"{prefix!r} begins several runs' ids",
                code="id_ambiguous",
                field="run",
                hint="give more digits",
            )
        if not kept:
            raise NotFound(
                f"there is no run {prefix!r}",
                code="run_unknown",
                field="run",
                hint="`claw connection syncs NAME` lists them",
            )
        return PastRun(run=kept[0].run, report=_report(tenant, kept[0]))


def _past_read(kept: KeptRun) -> PastRead:
    if kept.report is None:
        return PastRead(run=kept.run, status=kept.run.outcome)
    report = msgspec.json.decode(kept.report, type=ConnectionReport)
    streams = report.streams
    return PastRead(
        run=kept.run,
        status=report.status,
        read=sum(s.read for s in streams),
        added=sum(s.added for s in streams),
        changed=sum(s.changed for s in streams),
        gone=sum(s.gone for s in streams),
        held=sum(s.held for s in streams),
        quarantined=sum(s.quarantined for s in streams),
        requests=sum(s.requests for s in streams),
        seconds=sum(s.seconds for s in streams),
        error=None if isinstance(report.error, UnsetType) else report.error,
    )


def _report(tenant: Tenant, kept: KeptRun) -> SyncReport:
    if kept.report is not None:
        return msgspec.json.decode(kept.report, type=SyncReport)
    return SyncReport(
        run=str(kept.run.run_id),
        tenant=tenant.slug,
        window=Window(first=kept.run.first.isoformat(), last=kept.run.last.isoformat()),
        connections=[],
    )
