"""``claw summary``: what a day holds; ``claw summary verify``: the same bytes again."""

from typing import TYPE_CHECKING, Annotated

import typer

from claw.cli.dates import optional_date
from claw.cli.output import print_json, print_text
from claw.cli.runtime import Json, TenantName, run
from claw.core.errors import InvalidInput
from claw.core.model.canonical import short_hash
from claw.core.summaries.forms import FORMS, as_json, render
from claw.engine.summary_replay import VerifiedSummary

if TYPE_CHECKING:
    from claw.app import Engine
    from claw.core.summaries.document import SummaryDocument
    from claw.core.verticals import VerticalPack

app = typer.Typer(name="summary", help="What a day holds.")


@app.callback(invoke_without_command=True)
def summary(
    context: typer.Context,
    tenant: TenantName = None,
    date: Annotated[
        str | None, typer.Option("--date", help="Local date, YYYY-MM-DD; default today.")
    ] = None,
    view: Annotated[str, typer.Option(help="owner, dispatcher or staff.")] = "owner",
    for_: Annotated[
        str | None, typer.Option("--for", help="A resource: reference or unique name.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="text, sms, markdown, html or json.")
    ] = "text",
    json: Json = False,
) -> None:
    """Tell what a day holds, from the newest snapshot."""
    if context.invoked_subcommand is not None:
        return
    json = json or format_ == "json"

    async def work(engine: "Engine") -> "tuple[SummaryDocument, VerticalPack]":
        if format_ not in (*FORMS, "json"):
            raise InvalidInput(
                f"{format_!r} is no form of a summary",
                code="format_unknown",
                field="format",
                hint=f"one of: {', '.join((*FORMS, 'json'))}",
            )
        day = optional_date(date, "date")
        chosen = await engine.tenants.choose(tenant)
        document = await engine.summaries.summarise(chosen, day=day, view=view, audience=for_)
        return document, engine.summaries.pack(document.vertical)

    document, pack = run(work, json=json)
    if json:
        print_json(as_json(document))
    else:
        print_text(render(format_, document, pack))


@app.command()
def verify(summary_id: str, tenant: TenantName = None, json: Json = False) -> None:
    """Check a kept summary's bytes and make it again from what it was made from."""

    async def work(engine: "Engine") -> VerifiedSummary:
        return await engine.summaries.verify(await engine.tenants.choose(tenant), summary_id)

    verified = run(work, json=json)
    if json:
        print_json(verified)
    else:
        reason = f": {verified.reason}" if isinstance(verified.reason, str) else ""
        print_text(f"{short_hash(verified.id)}: {verified.outcome}{reason}")
