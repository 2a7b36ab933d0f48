"""``claw quarantine``: source rows that cannot be mapped."""

from typing import TYPE_CHECKING

import msgspec
import typer

from claw.cli.output import print_json, print_table
from claw.cli.runtime import Json, TenantName, run

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
