"""``claw events``: what happened, and what happens."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import HIGHEST_NUMBER, print_json_lines, print_text
from claw.cli.runtime import Json, TenantName, run
from claw.core.events.event import Event, cloud_event
from claw.core.events.patterns import check_patterns
from claw.core.time import format_instant

if TYPE_CHECKING:
    from claw.app import Engine


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(events)


def events(
    tenant: TenantName = None,
    type_: Annotated[
        list[str] | None, typer.Option("--type", help="A type, claw.sync.*, or *; repeatable.")
    ] = None,
    after: Annotated[
        int,
        typer.Option("--after", help="Only what follows this number.", min=0, max=HIGHEST_NUMBER),
    ] = 0,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what happens, until Ctrl-C.")
    ] = False,
    json: Json = False,
) -> None:
    """Print events in their order; with --json as CloudEvents, one a line."""

    async def work(engine: "Engine") -> None:
        patterns = check_patterns(type_ or (), field="type")
        chosen = await engine.tenants.choose(tenant)
        source = str(chosen.tenant_id)
        async for event in engine.events.read(chosen, after, patterns=patterns, follow=follow):
            if json:
                print_json_lines([msgspec.json.encode(cloud_event(source, event))])
            else:
                print_text(_line(event))

    run(work, json=json)


def _line(event: Event) -> str:
    data = " ".join(f"{name}={value}" for name, value in msgspec.json.decode(event.data).items())
    return f"{event.seq:>6}  {format_instant(event.at)}  {event.type}  {data}"
