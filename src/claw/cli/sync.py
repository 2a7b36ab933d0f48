"""``claw sync``: read the sources; ``claw sync accept``: let held removals take effect."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.dates import FromDate, ToDate, optional_date
from claw.cli.output import EXIT_DEGRADED, note, print_json, print_table, print_text
from claw.cli.progress import ProgressLine
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.errors import InvalidInput
from claw.core.time import format_instant
from claw.engine.sync import ConnectionReport, SyncReport
from claw.engine.sync_history import PastRun

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(name="sync", help="Read the sources of a business.")


class AcceptDocument(msgspec.Struct, kw_only=True):
    """The outcome of ``claw sync accept``."""

    run: str
    accepted: list[str]


@app.callback(invoke_without_command=True)
def sync(
    context: typer.Context,
    tenant: TenantName = None,
    connection: Annotated[
        str | None, typer.Option("--connection", "-c", help="Only this connection.")
    ] = None,
    from_: FromDate = None,
    to: ToDate = None,
    changes: Annotated[
        bool, typer.Option("--changes", help="Only what the sources say has changed.")
    ] = False,
    json: Json = False,
) -> None:
    """Read the window of a business (default: yesterday to two weeks ahead)."""
    if context.invoked_subcommand is not None:
        return
    progress = ProgressLine(quiet=json)

    async def work(engine: "Engine") -> SyncReport:
        first, last = optional_date(from_, "from"), optional_date(to, "to")
        if changes and (first or last):
            raise InvalidInput(
                "changes have no dates of their own",
                code="changes_and_dates",
                field="changes",
                hint="leave out --from and --to, or --changes",
            )
        chosen = await engine.tenants.choose(tenant)
        try:
            return await engine.sync.run(
                chosen,
                connection=connection,
                first=first,
                last=last,
                trace_id=engine.trace_id,
                progress=progress,
                changes=changes,
            )
        finally:
            progress.end()

    report = run(work, json=json)
    if json:
        print_json(report)
    else:
        print_report(report)
    if report.status != "ok":
        raise typer.Exit(EXIT_DEGRADED)


@app.command()
def accept(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run that holds removals.")],
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Let the removals that a run held take effect; recorded under your name."""

    async def work(engine: "Engine") -> AcceptDocument:
        chosen = await engine.tenants.choose(tenant)
        accepted = await engine.sync.accept(chosen, run_id, actor=actor())
        return AcceptDocument(run=run_id, accepted=list(accepted))

    document = run(work, json=json)
    if json:
        print_json(document)
    else:
        print_text(f"{len(document.accepted)} removals took effect")


class RunDocument(SyncReport, kw_only=True):
    """A sync that was; its connections are empty as long as it runs or where it was killed."""

    outcome: str
    started_at: str
    finished_at: str | msgspec.UnsetType = msgspec.UNSET


@app.command()
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="An id, or how it begins.")],
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Show what became of a sync; `claw connection syncs NAME` lists them."""

    async def work(engine: "Engine") -> PastRun:
        return await engine.history.of_run(await engine.tenants.choose(tenant), run_id)

    past = run(work, json=json)
    ended = past.run.finished_at
    if json:
        print_json(
            RunDocument(
                **msgspec.structs.asdict(past.report),
                outcome=past.run.outcome,
                started_at=format_instant(past.run.started_at),
                finished_at=msgspec.UNSET if ended is None else format_instant(ended),
            )
        )
        return
    print_text(f"{past.run.outcome}, begun {format_instant(past.run.started_at)}")
    print_report(past.report)


def print_report(report: SyncReport) -> None:
    """Print what became of a sync, for a person."""
    what = "changes, " if report.mode == "changes" else ""
    print_text(f"{report.tenant}, {what}{report.window.first} to {report.window.last}")
    print_table(
        ("connection", "stream", "status", "read", "added", "changed", "returned", "gone",
         "held", "quarantined", "requests", "seconds"),
        (
            (c.connection, s.stream, c.status, s.read, s.added, s.changed, s.returned, s.gone,
             s.held, s.quarantined, s.requests, s.seconds)
            for c in report.connections
            for s in c.streams
        ),
        empty="nothing was read",
    )  # fmt: skip
    for connection in report.connections:
        _print_trouble(connection)


def _print_trouble(connection: ConnectionReport) -> None:
    if isinstance(connection.error, msgspec.Struct):
        note(f"{connection.connection}: {connection.error.message} ({connection.error.code})")
        if connection.error.hint:
            note(f"  mend: {connection.error.hint}")
        note("  what was read before is intact")
    for warning in connection.warnings:
        note(f"{connection.connection}: {warning.message} ({warning.code})")
