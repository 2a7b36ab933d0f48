"""Telling what a run of the sync came to, and counting what it read."""

from datetime import datetime

from claw.core.events.catalog import RemovalsHeld, SyncDegraded, SyncFailed, SyncFinished
from claw.core.time import local_date
from claw.engine.sync.report import SyncReport
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import UnitOfWork


def tell_run(
    uow: UnitOfWork, tenant: Tenant, report: SyncReport, at: datetime, *, interrupted: bool
) -> None:
    """Tell one run, and what it holds back for a second look."""
    streams = [stream for connection in report.connections for stream in connection.streams]
    counts = {
        "connections": len(report.connections),
        "records": sum(stream.read for stream in streams),
        "added": sum(stream.added for stream in streams),
        "changed": sum(stream.changed for stream in streams),
        "gone": sum(stream.gone for stream in streams),
    }
    if interrupted or report.status == "failed":
        data = SyncFailed(run=report.run, interrupted=interrupted, **counts)
    else:
        kind = SyncFinished if report.status == "ok" else SyncDegraded
        data = kind(run=report.run, **counts)
    uow.events.add(data, subject=report.run, at=at)
    for connection in report.connections:
        for stream in connection.streams:
            if stream.held:
                held = RemovalsHeld(
                    run=report.run,
                    connection=connection.connection,
                    stream=stream.stream,
                    count=stream.held,
                )
                uow.events.add(held, subject=connection.connection, at=at)
    day = local_date(at, tenant.zone)
    uow.metering.count(day, "syncs")
    uow.metering.count(day, "records_read", sum(stream.read for stream in streams))
