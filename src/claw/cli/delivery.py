"""``claw delivery``: what became of what was to be delivered."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import MOST, print_fields, print_json, print_table, print_text
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.model.canonical import short_hash
from claw.core.summaries.forms import render
from claw.core.time import format_instant
from claw.ports.delivery_store import Delivery

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(
    name="delivery", help="What was delivered, to whom, and how it went.", no_args_is_help=True
)

DeliveryId = Annotated[str, typer.Argument(help="An id, or its first 8 characters.")]
_SHOWN_ID = 8
_SHOWN_END = 4


class DeliveryDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A delivery. The address is masked unless asked for."""

    delivery: str
    routine: str
    occurrence: str
    channel: str
    address: str
    state: str
    attempts: int
    due_at: str
    summary: str
    ended_at: str | None = None
    reason: str | None = None
    receipt: str | None = None


@app.command("list")
def list_(
    tenant: TenantName = None,
    limit: Annotated[int, typer.Option("-n", "--limit", help="How many.", min=1, max=MOST)] = 20,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show addresses whole.")] = False,
    json: Json = False,
) -> None:
    """List deliveries, newest first."""

    async def work(engine: "Engine") -> Sequence[Delivery]:
        return await engine.deliveries.list(await engine.tenants.choose(tenant), limit=limit)

    documents = [_document(delivery, reveal=reveal) for delivery in run(work, json=json)]
    if json:
        print_json(documents)
        return
    print_table(
        ("delivery", "routine", "occurrence", "to", "state", "due", "reason"),
        (
            (
                d.delivery[:_SHOWN_ID],
                d.routine,
                d.occurrence,
                f"{d.channel}:{d.address}" if d.address else d.channel,
                d.state,
                d.due_at,
                d.reason or "",
            )
            for d in documents
        ),
        empty="nothing was to be delivered yet",
    )


@app.command()
def show(
    delivery: DeliveryId,
    tenant: TenantName = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show the address whole.")] = False,
    json: Json = False,
) -> None:
    """Show a delivery and the summary it carries."""

    async def work(engine: "Engine") -> tuple[Delivery, str]:
        chosen = await engine.tenants.choose(tenant)
        found = await engine.deliveries.find(chosen, delivery)
        document = await engine.summaries.read(chosen, found.summary_id)
        return found, render("text", document, engine.summaries.pack(document.vertical))

    found, text = run(work, json=json)
    document = _document(found, reveal=reveal)
    if json:
        print_json(document)
        return
    print_fields((name, value) for name, value in msgspec.structs.asdict(document).items() if value)
    print_text("")
    print_text(text)


@app.command()
def retry(delivery: DeliveryId, tenant: TenantName = None, json: Json = False) -> None:
    """Try a failed delivery again, or one whose fate is unknown."""

    async def work(engine: "Engine") -> Delivery:
        chosen = await engine.tenants.choose(tenant)
        return await engine.deliveries.retry(chosen, delivery, actor=actor())

    document = _document(run(work, json=json), reveal=False)
    if json:
        print_json(document)
    else:
        print_text(f"{document.delivery[:_SHOWN_ID]} is {document.state}; a worker sends it")


def _document(delivery: Delivery, *, reveal: bool) -> DeliveryDocument:
    return DeliveryDocument(
        delivery=str(delivery.delivery_id),
        routine=delivery.routine,
        occurrence=delivery.occurrence,
        channel=delivery.channel,
        address=delivery.address if reveal else _masked(delivery.address),
        state=delivery.state,
        attempts=delivery.attempts,
        due_at=format_instant(delivery.not_before),
        summary=short_hash(delivery.summary_id),
        ended_at=None if delivery.ended_at is None else format_instant(delivery.ended_at),
        reason=delivery.reason,
        receipt=delivery.receipt,
    )


def _masked(address: str) -> str:
    """Enough to tell two apart: ``o…@example.com``, ``+61…0006``; a name stays."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"{address[:3]}…{address[-_SHOWN_END:]}" if address.startswith("+") else address
