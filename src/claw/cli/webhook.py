"""``claw webhook``: endpoints that are told what happens."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from claw.cli.output import (
    EXIT_CHECK_FAILED,
    HIGHEST_NUMBER,
    note,
    print_fields,
    print_json,
    print_table,
)
from claw.cli.output import print_text as say
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.time import format_instant
from claw.ports.webhook_sender import CallResult
from claw.ports.webhook_store import Endpoint, PastCall

if TYPE_CHECKING:
    from claw.app import Engine
    from claw.engine.webhooks.service import KnownWebhook

app = typer.Typer(
    name="webhook", help="Endpoints that are told what happens.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="The webhook's name.")]


class WebhookCallRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A call that was made; ``outcome`` is ``unknown`` where nobody came back to say."""

    seq: int
    attempt: int
    at: str
    outcome: str
    status: int | None = None
    said: str = ""


class WebhookDocument(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An endpoint. ``cursor`` is the last event it took or did not want."""

    webhook: str
    url: str
    types: Sequence[str]
    status: str
    cursor: int
    behind: int = 0
    attempts: int = 0
    failing_since: str | None = None
    disabled_reason: str | None = None
    calls: Sequence[WebhookCallRow] = ()


class WebhookRemovedDocument(msgspec.Struct, kw_only=True):
    """A webhook that is told nothing more; its name is free."""

    webhook: str
    status: Literal["removed"] = "removed"


class WebhookSecretDocument(msgspec.Struct, kw_only=True):
    """A secret, shown once: what is lost is rotated."""

    webhook: str
    secret: str


@app.command()
def add(
    name: Annotated[str, typer.Option(help="What to call it.")],
    url: Annotated[str, typer.Option(help="An https URL on the internet.")],
    tenant: TenantName = None,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", help="A type, claw.sync.*, or * (default); repeatable."),
    ] = None,
    json: Json = False,
) -> None:
    """Tell an endpoint what happens from now on; prints the secret that signs, once."""

    async def work(engine: "Engine") -> tuple[Endpoint, str]:
        chosen = await engine.tenants.choose(tenant)
        return await engine.webhooks.add(chosen, name, url, types=type_ or (), actor=actor())

    endpoint, secret = run(work, json=json)
    _show_secret(endpoint, secret, json=json)


@app.command("list")
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List endpoints and how each stands."""

    async def work(engine: "Engine") -> "Sequence[KnownWebhook]":
        return await engine.webhooks.list(await engine.tenants.choose(tenant))

    documents = [
        _document(known.endpoint, known.behind, known.calls) for known in run(work, json=json)
    ]
    if json:
        print_json(documents)
        return
    print_table(
        ("webhook", "status", "types", "cursor", "behind", "last call", "reason"),
        (
            (
                d.webhook,
                d.status,
                " ".join(d.types),
                d.cursor,
                d.behind,
                d.calls[0].outcome if d.calls else "",
                d.disabled_reason or "",
            )
            for d in documents
        ),
        empty="there are no webhooks yet",
    )


@app.command("test")
def try_(name: Name, tenant: TenantName = None, json: Json = False) -> None:
    """Call an endpoint here and now with a test event."""

    async def work(engine: "Engine") -> CallResult:
        chosen = await engine.tenants.choose(tenant)
        return await engine.webhooks.test(chosen, name, actor=actor())

    result = run(work, json=json)
    if json:
        print_json(result)
    else:
        print_fields(
            (field, value) for field, value in msgspec.structs.asdict(result).items() if value
        )
    if result.outcome != "taken":
        raise SystemExit(EXIT_CHECK_FAILED)


@app.command()
def replay(
    name: Name,
    tenant: TenantName = None,
    since: Annotated[
        int | None,
        typer.Option(
            help="The first event to tell again; default: go on.", min=1, max=HIGHEST_NUMBER
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Tell an endpoint again from an event on, or go on where it stopped; enables it."""

    async def work(engine: "Engine") -> Endpoint:
        chosen = await engine.tenants.choose(tenant)
        return await engine.webhooks.replay(chosen, name, since=since, actor=actor())

    endpoint = run(work, json=json)
    if json:
        print_json(_document(endpoint, 0, ()))
    else:
        say(f"{endpoint.name} is told what follows {endpoint.cursor}; a worker does it")


@app.command()
def rotate(name: Name, tenant: TenantName = None, json: Json = False) -> None:
    """Sign with a new secret, and with the old one too for a day."""

    async def work(engine: "Engine") -> tuple[Endpoint, str]:
        chosen = await engine.tenants.choose(tenant)
        return await engine.webhooks.rotate(chosen, name, actor=actor())

    endpoint, secret = run(work, json=json)
    _show_secret(endpoint, secret, json=json)


@app.command()
def remove(name: Name, tenant: TenantName = None, json: Json = False) -> None:
    """Tell an endpoint nothing more; its URL and secrets are forgotten."""

    async def work(engine: "Engine") -> None:
        chosen = await engine.tenants.choose(tenant)
        await engine.webhooks.remove(chosen, name, actor=actor())

    run(work, json=json)
    if json:
        print_json(WebhookRemovedDocument(webhook=name))
    else:
        say(f"{name} is removed")


def _show_secret(endpoint: Endpoint, secret: str, *, json: bool) -> None:
    document = WebhookSecretDocument(webhook=endpoint.name, secret=secret)
    if json:
        print_json(document)
        return
    print_fields((("webhook", endpoint.name), ("secret", secret)))
    note("the secret is shown this once; give it to whoever receives the calls")


def _document(endpoint: Endpoint, behind: int, calls: Sequence[PastCall]) -> WebhookDocument:
    since = endpoint.failing_since
    return WebhookDocument(
        webhook=endpoint.name,
        url=_masked(endpoint.url),
        types=endpoint.patterns,
        status=endpoint.status,
        cursor=endpoint.cursor,
        behind=behind,
        attempts=endpoint.attempts,
        failing_since=None if since is None else format_instant(since),
        disabled_reason=endpoint.disabled_reason,
        calls=[
            WebhookCallRow(
                seq=call.seq,
                attempt=call.attempt,
                at=format_instant(call.at),
                outcome=call.outcome,
                status=call.status,
                said=call.excerpt,
            )
            for call in calls
        ],
    )


def _masked(url: str) -> str:
    """Scheme and host: a path may hold a key."""
    scheme, _, rest = url.partition("://")
    host, slash, _ = rest.partition("/")
    return f"{scheme}://{host.partition('?')[0]}{'/…' if slash else ''}"
