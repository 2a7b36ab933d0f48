"""``claw quarantine``: source rows that cannot be mapped."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import print_json, print_table
from claw.cli.runtime import Json, TenantName, actor, run

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(
    name="quarantine", help="Source rows that cannot be mapped.", no_args_is_help=True
)


class QuarantineRow(msgspec.Struct, kw_only=True):
    """A source row in quarantine: kept raw and shown, never guessed."""

    connection: str
    stream: str
    source_id: str
    code: str
    path: str
    detail: str
    since: str


class RetriedRow(msgspec.Struct, kw_only=True):
    """What trying the rows of one connection again came to; the rest stay quarantined."""

    connection: str
    rows: int
    released: int
    quarantined: int


@app.command()
def retry(
    connection: Annotated[
        str | None, typer.Option("--connection", "-c", help="Only this connection's.")
    ] = None,
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Map the rows again, with the settings and the code of now; no source is asked."""

    async def work(engine: "Engine") -> list[RetriedRow]:
        chosen = await engine.tenants.choose(tenant)
        return [
            RetriedRow(
                connection=one.connection,
                rows=one.remapped.rows,
                released=one.released,
                quarantined=one.remapped.quarantined,
            )
            for one in await engine.quarantine.retry(chosen, connection=connection, actor=actor())
        ]

    rows = run(work, json=json)
    if json:
        print_json(rows)
        return
    print_table(
        ("connection", "rows", "released", "still held back"),
        ((r.connection, r.rows, r.released, r.quarantined) for r in rows),
        empty="nothing is in quarantine",
    )


@app.command("list")
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List the rows, what is wrong with each and since when."""

    async def work(engine: "Engine") -> list[QuarantineRow]:
        chosen = await engine.tenants.choose(tenant)
        return [
            QuarantineRow(
                connection=connection.name,
                stream=row.stream,
                source_id=row.source_id,
                code=row.code,
                path=row.path,
                detail=row.detail,
                since=row.since.isoformat().replace("+00:00", "Z"),
            )
            for connection, row in await engine.sync.quarantined(chosen)
        ]

    rows = run(work, json=json)
    if json:
        print_json(rows)
        return
    print_table(
        ("connection", "source id", "code", "where", "detail", "since"),
        ((r.connection, r.source_id, r.code, r.path, r.detail, r.since) for r in rows),
        empty="nothing is in quarantine",
    )
