"""``claw snapshot``: versions of a schedule."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import UnsetType

from claw.cli.dates import FromDate, ToDate, optional_date
from claw.cli.output import (
    EXIT_CHECK_FAILED,
    note,
    print_fields,
    print_json,
    print_json_lines,
    print_table,
    print_text,
)
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.model.canonical import short_hash
from claw.engine.retention import Thinned
from claw.engine.snapshots import DiffDocument, SnapshotDocument, SourceDocument, VerifyDocument

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(name="snapshot", help="Versions of a schedule.", no_args_is_help=True)


@app.command()
def take(
    tenant: TenantName = None, from_: FromDate = None, to: ToDate = None, json: Json = False
) -> None:
    """Keep the schedule as it is known now."""

    async def work(engine: "Engine") -> SnapshotDocument:
        first, last = optional_date(from_, "from"), optional_date(to, "to")
        return await engine.snapshots.take(
            await engine.tenants.choose(tenant), first=first, last=last
        )

    _print(run(work, json=json), json=json)


@app.command("list")
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List the snapshots, newest first."""

    async def work(engine: "Engine") -> Sequence[SnapshotDocument]:
        return await engine.snapshots.list(await engine.tenants.choose(tenant))

    snapshots = run(work, json=json)
    if json:
        print_json(list(snapshots))
        return
    print_table(
        ("id", "taken at", "from", "to", "tree", "records", "complete"),
        (
            (short_hash(s.id), s.taken_at, s.window.first, s.window.last, short_hash(s.tree),
             sum(s.counts.values()), not s.degraded)
            for s in snapshots
        ),
        empty="no snapshots yet; take one with `claw snapshot take`",
    )  # fmt: skip


@app.command()
def show(snapshot: str, tenant: TenantName = None, json: Json = False) -> None:
    """Show one snapshot."""

    async def work(engine: "Engine") -> SnapshotDocument:
        return await engine.snapshots.show(await engine.tenants.choose(tenant), snapshot)

    _print(run(work, json=json), json=json)


@app.command()
def diff(before: str, after: str, tenant: TenantName = None, json: Json = False) -> None:
    """Show what changed from one snapshot to another, over the dates both hold."""

    async def work(engine: "Engine") -> DiffDocument:
        return await engine.snapshots.diff(await engine.tenants.choose(tenant), before, after)

    document = run(work, json=json)
    if json:
        print_json(document)
        return
    print_text(f"compared {document.window.first} to {document.window.last}")
    if document.left_out:
        note(f"left out, removed or erased: {', '.join(document.left_out)}")
    print_table(
        ("change", "type", "ref", "classes", "moved (s)"),
        (
            (c.change, c.type, c.ref, ",".join(c.classes),
             None if isinstance(c.moved_seconds, UnsetType) else c.moved_seconds)
            for c in document.changes
        ),
        empty="no differences",
    )  # fmt: skip


@app.command()
def verify(snapshot: str, tenant: TenantName = None, json: Json = False) -> None:
    """Prove that everything a snapshot names is there and true."""

    async def work(engine: "Engine") -> VerifyDocument:
        return await engine.snapshots.verify(await engine.tenants.choose(tenant), snapshot)

    document = run(work, json=json)
    if json:
        print_json(document)
    elif document.ok:
        erased = f", {document.erased} erased" if document.erased else ""
        said = f"{document.records - document.erased} records, all true{erased}"
        print_text(f"{short_hash(document.id)}: {said}")
    else:
        for problem in document.problems:
            print_text(problem)
    if not document.ok:
        raise typer.Exit(EXIT_CHECK_FAILED)


@app.command()
def thin(
    tenant: TenantName = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go; change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Take away old snapshots that nobody needs, and what nothing names any more."""

    async def work(engine: "Engine") -> Thinned:
        chosen = await engine.tenants.choose(tenant)
        return await engine.retention.thin(chosen, actor=actor(), dry_run=dry_run)

    thinned = run(work, json=json)
    if json:
        print_json(thinned)
        return
    collected = thinned.collected
    print_fields(
        [
            ("snapshots", thinned.snapshots),
            ("kept by age", thinned.by_rule),
            ("kept in use", thinned.in_use),
            ("would be thinned" if dry_run else "thinned", thinned.thinned),
            ("trees and parts", collected.nodes),
            ("record versions", collected.records),
            ("waiting a day", collected.waiting),
        ]
    )


@app.command()
def export(snapshot: str, tenant: TenantName = None, json: Json = False) -> None:
    """Print a snapshot's records as JSON Lines."""

    async def work(engine: "Engine") -> tuple[Sequence[bytes], SnapshotDocument]:
        chosen = await engine.tenants.choose(tenant)
        lines = await engine.snapshots.export(chosen, snapshot)
        return lines, await engine.snapshots.show(chosen, snapshot)

    lines, document = run(work, json=json)
    print_json_lines(lines)
    erased = sum(document.counts.values()) - len(lines)
    if erased:
        note(f"{erased} records were erased and are left out")


def _print(document: SnapshotDocument, *, json: bool) -> None:
    if json:
        print_json(document)
        return
    print_fields(
        [
            ("id", document.id),
            ("tree", document.tree),
            ("taken at", document.taken_at),
            ("window", f"{document.window.first} to {document.window.last}"),
            *((kind, count) for kind, count in document.counts.items()),
            *((source.connection, _state(source)) for source in document.sources),
        ]
    )


def _state(source: SourceDocument) -> str:
    said = [*(["complete"] if source.complete else []), f"as of {source.data_as_of or 'never'}"]
    if isinstance(source.note, str):
        said.insert(-1, source.note)
    return ", ".join(said)
