"""``claw connection remove``: end reading for good, with or without what was read."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import note, print_fields, print_json
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.errors import InvalidInput
from claw.engine.connection_removal import Removed

if TYPE_CHECKING:
    from claw.app import Engine


class RemovalDocument(msgspec.Struct, kw_only=True):
    """What a removal took away, in rows; with ``dry_run`` what it would take.

    ``records`` are current ones, ``raws`` bodies of the source, ``versions`` stored bytes of
    records, which now say that they were erased; ``named`` of them are in snapshots.
    ``snapshots`` and ``summaries`` stay, and name such records.
    """

    connection: str
    removal: str
    dry_run: bool
    secrets: int
    grants: int
    held_removals: int
    records: int
    raws: int
    versions: int
    named: int
    quarantined: int
    covered_days: int
    runs: int
    snapshots: int
    summaries: int


def register(app: typer.Typer) -> None:
    """Add the command to the group of connections."""
    app.command()(remove)


def remove(
    name: str,
    keep_history: Annotated[
        bool,
        typer.Option("--keep-history", help="Keep what was read, outside the current records."),
    ] = False,
    with_data: Annotated[
        bool,
        typer.Option("--with-data", help="Erase what was read, in snapshots too; no way back."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would go, with counts.")
    ] = False,
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Destroy a connection's secrets and read it no more; its name is never used again."""

    async def work(engine: "Engine") -> Removed:
        if keep_history == with_data:
            raise InvalidInput(
                "say what becomes of what was read" if not with_data else "it is one or the other",
                code="removal_unsaid",
                field="keep-history",
                hint="--keep-history keeps it for whoever asks what was told from it; --with-data "
                "erases it, also in snapshots; --dry-run says what would go",
            )
        return await engine.removal.remove(
            await engine.tenants.choose(tenant),
            name,
            "with_data" if with_data else "keep_history",
            actor=actor(),
            dry_run=dry_run,
        )

    removed = run(work, json=json)
    document = _document(removed)
    if json:
        print_json(document)
        return
    print_fields(
        (field.replace("_", " "), value)
        for field, value in msgspec.structs.asdict(document).items()
        if value or field == "dry_run"
    )
    if removed.dry_run:
        note("nothing was removed (--dry-run)")
    elif removed.named:
        note("snapshots that held its records say `erased` where they were")


def _document(removed: Removed) -> RemovalDocument:
    return RemovalDocument(
        connection=removed.connection,
        removal=removed.removal,
        dry_run=removed.dry_run,
        secrets=removed.secrets,
        grants=int(removed.grant),
        held_removals=removed.held_removals,
        **msgspec.structs.asdict(removed.erased),
        named=removed.named,
        snapshots=removed.snapshots,
        summaries=removed.summaries,
    )
