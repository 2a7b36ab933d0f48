"""``claw tenant``: the businesses of this installation."""

from typing import Annotated

import msgspec
import typer

from claw.cli.output import print_fields, print_json, print_table
from claw.cli.runtime import Json, run
from claw.ports.tenant_store import Tenant

app = typer.Typer(name="tenant", help="Businesses of this installation.", no_args_is_help=True)


class TenantDocument(msgspec.Struct, kw_only=True):
    """A tenant as commands print it."""

    id: str
    slug: str
    name: str
    zone: str
    country: str
    locale: str
    vertical: str
    status: str
    created_at: str
    region: str | msgspec.UnsetType = msgspec.UNSET


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="Short name, used in every command.")],
    name: Annotated[str, typer.Option(help="The business's name.")],
    zone: Annotated[str, typer.Option(help="IANA time zone, such as Australia/Sydney.")],
    country: Annotated[str, typer.Option(help="Two letters, such as AU.")],
    vertical: Annotated[str, typer.Option(help="trades, salon or generic.")] = "generic",
    locale: Annotated[str, typer.Option(help="How dates and times are written.")] = "en-AU",
    region: Annotated[
        str | None, typer.Option(help="Part of the country whose public holidays it keeps: NSW.")
    ] = None,
    json: Json = False,
) -> None:
    """Create a business."""
    _print(
        run(
            lambda engine: engine.tenants.create(
                slug,
                name=name,
                zone=zone,
                country=country,
                vertical=vertical,
                locale=locale,
                region=region,
            ),
            json=json,
        ),
        json=json,
    )


@app.command("list")
def list_(json: Json = False) -> None:
    """List the businesses."""
    tenants = run(lambda engine: engine.tenants.list(), json=json)
    if json:
        print_json([_document(tenant) for tenant in tenants])
        return
    print_table(
        ("slug", "name", "zone", "country", "vertical", "status"),
        ((t.slug, t.name, t.zone, t.country, t.vertical, t.status) for t in tenants),
        empty="no tenants yet; create one with `claw tenant create`",
    )


@app.command()
def show(slug: str, json: Json = False) -> None:
    """Show one business."""
    _print(run(lambda engine: engine.tenants.get(slug), json=json), json=json)


@app.command("set")
def set_(
    slug: str,
    region: Annotated[
        str,
        typer.Option(help="Part of the country whose public holidays it keeps; none for all."),
    ],
    json: Json = False,
) -> None:
    """Change a business."""
    chosen = None if region.casefold() == "none" else region
    _print(run(lambda engine: engine.tenants.set_region(slug, chosen), json=json), json=json)


@app.command()
def suspend(slug: str, json: Json = False) -> None:
    """Stop all work for a business; its data stays."""
    _print(run(lambda engine: engine.tenants.suspend(slug), json=json), json=json)


@app.command()
def resume(slug: str, json: Json = False) -> None:
    """Let a suspended business's work go on."""
    _print(run(lambda engine: engine.tenants.resume(slug), json=json), json=json)


def _print(tenant: Tenant, *, json: bool) -> None:
    document = _document(tenant)
    if json:
        print_json(document)
    else:
        print_fields(
            (name, value)
            for name, value in msgspec.structs.asdict(document).items()
            if value is not msgspec.UNSET
        )


def _document(tenant: Tenant) -> TenantDocument:
    return TenantDocument(
        id=str(tenant.tenant_id),
        slug=tenant.slug,
        name=tenant.name,
        zone=tenant.zone,
        country=tenant.country,
        locale=tenant.locale,
        vertical=tenant.vertical,
        status=tenant.status,
        created_at=tenant.created_at.isoformat().replace("+00:00", "Z"),
        region=tenant.region or msgspec.UNSET,
    )
