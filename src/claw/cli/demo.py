"""``claw demo``: a trades business's day, from the vendor's simulator to the summary."""

import asyncio
from datetime import time
from typing import TYPE_CHECKING, Annotated

import typer

from claw.cli.output import EXIT_DEGRADED, note, print_json, print_text
from claw.cli.progress import ProgressLine
from claw.cli.runtime import Json, run_with_settings
from claw.cli.simulate import SIMULATED_ZONE
from claw.cli.sync import print_report
from claw.core.routines.routine import Routine, SummaryTask, Target
from claw.core.summaries.forms import as_json, render
from claw.core.time import local_date
from claw.core.time.recurrence import Daily
from claw.ports.tenant_store import Tenant

if TYPE_CHECKING:
    from claw.app import Engine
    from claw.settings import Settings

TENANT = "demo-trades"
CONNECTOR = CONNECTION = "simpro"
ACTOR = "demo"
RESYNC_SECONDS = 60
ROUTINE = Routine(
    name="morning",
    recurrence=Daily(at=time(6)),
    zone=None,
    task=SummaryTask(),
    targets=(Target(channel="console"),),
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the summary.")] = False,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Port of health and metrics while it keeps running."),
    ] = None,
    json: Json = False,
) -> None:
    """Simulator, database, sync, snapshot and today's summary; then keep running."""

    def work(settings: "Settings") -> bool:
        return asyncio.run(_demo(settings, once=once, port=port, json=json))

    if not run_with_settings(work, json=json):
        raise typer.Exit(EXIT_DEGRADED)


async def _demo(settings: "Settings", *, once: bool, port: int | None, json: bool) -> bool:
    """Returns whether the first sync was whole."""
    from claw.app import clock_of, load_simulator, open_engine, serve_health, serve_simulator

    today = local_date(clock_of(settings).now(), SIMULATED_ZONE)
    simulator = load_simulator(CONNECTOR, seed=1, today=today, faults=())
    async with serve_simulator(simulator) as running, open_engine(settings) as engine:
        tenant = await _tenant(engine)
        await _connect(engine, tenant, running.base_url, simulator.api_key)
        await _tell_every_morning(engine, tenant)
        note(f"simPRO simulator on {running.base_url}, tenant {tenant.slug}")
        whole = await _round(engine, tenant, json=json)
        if once:
            return whole
        async with serve_health(engine, port, works=True) as served:
            note(f"health and metrics on {served.base_url}; Ctrl-C stops everything")
            await _keep_running(engine, tenant, json=json)
    return whole


async def _keep_running(engine: "Engine", tenant: Tenant, *, json: bool) -> None:
    """Work what is due, and read the source anew every minute; until one of the two dies."""
    async with asyncio.TaskGroup() as loops:
        working = loops.create_task(engine.worker.run(stop=asyncio.Event()))
        while not working.done():
            await asyncio.sleep(RESYNC_SECONDS)
            report = await engine.sync.run(tenant, trace_id=engine.trace_id)
            if not json:
                print_report(report)


async def _round(engine: "Engine", tenant: Tenant, *, json: bool) -> bool:
    """Sync, snapshot and summary, once."""
    progress = ProgressLine(quiet=json)
    report = await engine.sync.run(tenant, trace_id=engine.trace_id, progress=progress)
    progress.end()
    if not json:
        print_report(report)
        print_text("")
    await engine.snapshots.take(tenant)
    document = await engine.summaries.summarise(tenant)
    if json:
        print_json(as_json(document))
    else:
        print_text(render("text", document, engine.summaries.pack(document.vertical)))
    return report.status == "ok"


async def _tenant(engine: "Engine") -> Tenant:
    known = {tenant.slug: tenant for tenant in await engine.tenants.list()}
    if TENANT in known:
        return known[TENANT]
    return await engine.tenants.create(
        TENANT,
        name="Harbour Plumbing",
        zone=SIMULATED_ZONE,
        country="AU",
        vertical="trades",
        locale="en-AU",
    )


async def _connect(engine: "Engine", tenant: Tenant, base_url: str, api_key: str) -> None:
    """Connect the simulator; it has another port each time, so a known connection moves."""
    names = {connection.name for connection in await engine.connections.list(tenant)}
    settings = {"base_url": base_url, "company_id": "2", "requests_per_second": "10"}
    if CONNECTION in names:
        await engine.connection_settings.change(
            tenant, CONNECTION, settings, actor=ACTOR, moved=True
        )
        return
    await engine.connections.add(
        tenant,
        CONNECTOR,
        name=CONNECTION,
        settings=settings,
        secrets={"api_key": api_key},
        actor=ACTOR,
    )


async def _tell_every_morning(engine: "Engine", tenant: Tenant) -> None:
    """The routine that everybody begins with, unless it is there."""
    if any(known.routine.name == ROUTINE.name for known in await engine.routines.list(tenant)):
        return
    await engine.routines.add(tenant, ROUTINE, actor=ACTOR)
