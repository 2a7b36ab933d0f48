"""``claw records``: the current canonical records."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from claw.cli.dates import FromDate, ToDate, optional_date
from claw.cli.output import print_degraded, print_json_lines
from claw.cli.runtime import Json, TenantName, run
from claw.core.errors import InvalidInput
from claw.core.model.records import RECORD_TYPES
from claw.core.snapshots.content import SnapshotSource
from claw.engine.snapshot_documents import source_document

if TYPE_CHECKING:
    from claw.app import Engine


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(records)


def records(
    tenant: TenantName = None,
    type_: Annotated[str | None, typer.Option("--type", help="|".join(RECORD_TYPES))] = None,
    connection: Annotated[
        str | None, typer.Option("--connection", "-c", help="Only this connection.")
    ] = None,
    from_: FromDate = None,
    to: ToDate = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="With the source's own bodies, by role.")
    ] = False,
    json: Json = False,
) -> None:
    """Print current records as JSON Lines in canonical order, gone ones included."""

    async def work(engine: "Engine") -> tuple[Sequence[SnapshotSource], Sequence[bytes]]:
        first, last = optional_date(from_, "from"), optional_date(to, "to")
        if type_ is not None and type_ not in RECORD_TYPES:
            raise InvalidInput(
                f"{type_!r} is no type of record",
                code="type_unknown",
                field="type",
                hint=f"one of: {', '.join(RECORD_TYPES)}",
            )
        chosen = await engine.tenants.choose(tenant)
        connection_id = None
        if connection is not None:
            connection_id = (await engine.connections.get(chosen, connection)).connection_id
        sources = await engine.record_sources.of(
            chosen, connection=connection, first=first, last=last
        )
        return sources, await engine.records.lines(
            chosen,
            type_=type_,
            connection_id=connection_id,
            first=first,
            last=last,
            raw=raw,
        )

    sources, lines = run(work, json=json)
    if not all(source.complete for source in sources):
        print_degraded([source_document(source) for source in sources])
    print_json_lines(lines)
