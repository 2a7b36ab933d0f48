"""``claw routine``: what a business wants done at a time on its own wall clock."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from claw.cli.output import MOST, print_fields, print_json, print_table, print_text
from claw.cli.routine_documents import (
    next_document,
    occurrence_document,
    routine_document,
)
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.errors import InvalidInput
from claw.core.model.canonical import short_hash
from claw.core.routines.asking import recurrence_from
from claw.core.routines.routine import Routine, SummaryTask, Target, parse_target
from claw.core.time import parse_instant
from claw.ports.routine_store import Occurrence, StoredRoutine

if TYPE_CHECKING:
    from claw.app import Engine
    from claw.engine.routines.service import NextRun

app = typer.Typer(
    name="routine", help="What a business wants done, and when.", no_args_is_help=True
)

_VIEWS = ("owner", "dispatcher", "staff")
_MOST = 366


@app.command()
def add(
    name: Annotated[str, typer.Option(help="What to call it.")],
    tenant: TenantName = None,
    at: Annotated[str | None, typer.Option(help="Time of day, HH:MM.")] = None,
    days: Annotated[
        str | None, typer.Option(help="daily, weekdays, mon-fri, tue,thu, 15 or last.")
    ] = None,
    every: Annotated[int | None, typer.Option(help="Minutes between runs.")] = None,
    cron: Annotated[str | None, typer.Option(help="A cron line that fits.")] = None,
    zone: Annotated[str | None, typer.Option(help="IANA zone; default the tenant's.")] = None,
    do: Annotated[str, typer.Option("--do", help="What to do: summary.")] = "summary",
    view: Annotated[str, typer.Option(help="owner, dispatcher or staff.")] = "owner",
    for_: Annotated[
        str | None, typer.Option("--for", help="A resource: reference or unique name.")
    ] = None,
    deliver: Annotated[
        list[str] | None,
        typer.Option(help="console, email:…, sms:+61… or webhook:NAME; repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Keep a routine; a worker runs it (see `claw serve`)."""

    async def work(engine: "Engine") -> StoredRoutine:
        routine = Routine(
            name=name,
            recurrence=recurrence_from(at=at, days=days, every=every, cron=cron),
            zone=zone,
            task=_task(do, view, for_),
            targets=_targets(deliver),
        )
        chosen = await engine.tenants.choose(tenant)
        return await engine.routines.add(chosen, routine, actor=actor())

    _print(run(work, json=json), json=json)


@app.command("list")
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List a business's routines."""

    async def work(engine: "Engine") -> Sequence[StoredRoutine]:
        return await engine.routines.list(await engine.tenants.choose(tenant))

    documents = [routine_document(stored) for stored in run(work, json=json)]
    if json:
        print_json(documents)
        return
    print_table(
        ("name", "status", "recurs", "zone", "does", "delivers to"),
        (
            (
                d.name,
                d.status,
                d.recurs,
                d.zone or "tenant's",
                f"{d.view} {d.do}",
                ", ".join(d.deliver),
            )
            for d in documents
        ),
        empty="no routines yet; add one with `claw routine add`",
    )


@app.command("next")
def next_(
    name: str,
    tenant: TenantName = None,
    count: Annotated[int, typer.Option("-n", "--count", help="How many.", min=1, max=_MOST)] = 5,
    after: Annotated[str | None, typer.Option(help="Later than this instant, RFC 3339.")] = None,
    json: Json = False,
) -> None:
    """Show when it runs next, and why an instant moved."""

    async def work(engine: "Engine") -> "Sequence[NextRun]":
        since = None if after is None else parse_instant(after, field="after")
        chosen = await engine.tenants.choose(tenant)
        return await engine.routines.next(chosen, name, count=count, after=since)

    documents = [next_document(found) for found in run(work, json=json)]
    if json:
        print_json(documents)
        return
    print_table(
        ("local", "instant", "zone", "note"),
        ((d.local, d.instant, d.zone, d.note or "") for d in documents),
        empty="it has no occurrence within the next 400 days",
    )


@app.command()
def runs(
    name: str,
    tenant: TenantName = None,
    limit: Annotated[int, typer.Option("-n", "--limit", help="How many.", min=1, max=MOST)] = 20,
    json: Json = False,
) -> None:
    """Show what became of its occurrences, newest first; missed ones too."""

    async def work(engine: "Engine") -> Sequence[Occurrence]:
        return await engine.routines.runs(await engine.tenants.choose(tenant), name, limit=limit)

    documents = [occurrence_document(occurrence) for occurrence in run(work, json=json)]
    if json:
        print_json(documents)
        return
    print_table(
        ("occurrence", "state", "due", "finished", "reason", "summary"),
        (
            (
                d.key,
                d.state,
                d.due_at,
                d.finished_at,
                d.reason or "",
                short_hash(d.summary) if d.summary else "",
            )
            for d in documents
        ),
        empty="it has not run yet",
    )


@app.command("run")
def run_now(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Run it once now, besides its planned occurrences."""

    async def work(engine: "Engine") -> Occurrence:
        chosen = await engine.tenants.choose(tenant)
        return await engine.routines.run_now(chosen, name, actor=actor())

    document = occurrence_document(run(work, json=json))
    if json:
        print_json(document)
    else:
        print_text(f"planned {document.key}; a worker runs it now")


@app.command()
def change(
    name: str,
    tenant: TenantName = None,
    at: Annotated[str | None, typer.Option(help="Time of day, HH:MM.")] = None,
    days: Annotated[
        str | None, typer.Option(help="daily, weekdays, mon-fri, tue,thu, 15 or last.")
    ] = None,
    every: Annotated[int | None, typer.Option(help="Minutes between runs.")] = None,
    cron: Annotated[str | None, typer.Option(help="A cron line that fits.")] = None,
    json: Json = False,
) -> None:
    """Let it recur otherwise; a date that has run keeps its run."""

    async def work(engine: "Engine") -> StoredRoutine:
        recurrence = recurrence_from(at=at, days=days, every=every, cron=cron)
        chosen = await engine.tenants.choose(tenant)
        return await engine.routines.change(chosen, name, recurrence, actor=actor())

    _print(run(work, json=json), json=json)


@app.command()
def pause(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Run nothing until it is resumed."""

    async def work(engine: "Engine") -> StoredRoutine:
        chosen = await engine.tenants.choose(tenant)
        return await engine.routines.pause(chosen, name, actor=actor())

    _print(run(work, json=json), json=json)


@app.command()
def resume(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Run again from now on; nothing is caught up for paused time."""

    async def work(engine: "Engine") -> StoredRoutine:
        chosen = await engine.tenants.choose(tenant)
        return await engine.routines.resume(chosen, name, actor=actor())

    _print(run(work, json=json), json=json)


@app.command()
def remove(name: str, tenant: TenantName = None, json: Json = False) -> None:
    """Run it no more; what became of its occurrences stays."""

    async def work(engine: "Engine") -> str:
        chosen = await engine.tenants.choose(tenant)
        await engine.routines.remove(chosen, name, actor=actor())
        return name

    removed = run(work, json=json)
    if json:
        print_json({"removed": removed})
    else:
        print_text(f"removed {removed}")


def _task(do: str, view: str, audience: str | None) -> SummaryTask:
    if do != "summary":
        raise InvalidInput(f"{do!r} is nothing a routine does", field="do", code="task_unknown",
                           hint="the one thing there is: summary")  # fmt: skip
    match view:
        case "owner" | "dispatcher" | "staff":
            pass
        case _:
            raise InvalidInput(
                f"{view!r} is no view",
                code="view_unknown",
                field="view",
                hint=f"one of: {', '.join(_VIEWS)}",
            )
    if view == "staff" and audience is None:
        raise InvalidInput(
            "the staff view is for one person",
            code="audience_missing",
            field="for",
            hint="give --for a reference or a name",
        )
    return SummaryTask(view=view, audience=audience)


def _targets(deliver: Sequence[str] | None) -> tuple[Target, ...]:
    """Where it goes, each once; the console when nothing is said."""
    return tuple(dict.fromkeys(parse_target(text) for text in deliver or ("console",)))


def _print(stored: StoredRoutine, *, json: bool) -> None:
    document = routine_document(stored)
    if json:
        print_json(document)
        return
    rows: list[tuple[str, object]] = [
        ("name", document.name),
        ("status", document.status),
        ("recurs", document.recurs),
        ("zone", document.zone or "the tenant's"),
        ("does", f"{document.view} {document.do}"),
        ("delivers to", ", ".join(document.deliver)),
    ]
    if document.for_:
        rows.append(("for", document.for_))
    if document.paused_at:
        rows.append(("paused at", document.paused_at))
    print_fields(rows)
