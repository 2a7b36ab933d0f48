"""``claw connection keep-alive``: renew the consents that nobody uses. Meant for cron."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from claw.cli.output import EXIT_DEGRADED, print_json, print_table
from claw.cli.runtime import Json, TenantName, run
from claw.engine.keeping_alive import KeptAlive

if TYPE_CHECKING:
    from claw.app import Engine


def register(app: typer.Typer) -> None:
    """Add the command to ``claw connection``."""
    app.command("keep-alive")(keep_alive)


def keep_alive(tenant: TenantName = None, json: Json = False) -> None:
    """Renew grants by consent that were not for a day; run it daily, from cron.

    Of all tenants, unless one is named. Reads nothing, and leaves revoked grants alone.
    """

    async def work(engine: "Engine") -> Sequence[KeptAlive]:
        tenants = engine.tenants
        chosen = [await tenants.get(tenant)] if tenant else await tenants.list()
        return await engine.keep_alive.run(chosen)

    kept = run(work, json=json)
    if json:
        print_json(kept)
    else:
        print_table(
            ("tenant", "connection", "outcome", "message"),
            ((one.tenant, one.connection, one.outcome, one.message) for one in kept),
            empty="no connection has a consent to keep alive",
        )
    if any(one.outcome in ("failed", "revoked") for one in kept):
        raise typer.Exit(EXIT_DEGRADED)
