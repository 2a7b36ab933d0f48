"""A summary is the same bytes whatever order the database thinks words have."""

import asyncpg
import pytest

from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.forms import FORMS, render
from claw.store import roles
from claw.store.migrate import migrate
from claw.store.tenancy import Pool
from claw_testing.bayside import pack
from claw_testing.edge import edge
from claw_testing.operations import operations
from claw_testing.scratch_database import Server
from claw_testing.sync_world import NOW, new_world

# What each of the two orders otherwise: case, accents, punctuation.
TITLES = ("Zebra", "apple", "Äpfel", "_x", "B", "é", "a b", "ab", "A-b", "10", "9")
COLLATIONS = {
    "c": "locale 'C'",
    "icu": "locale_provider icu icu_locale 'en-AU-u-kn-true' locale 'C'",
}


async def _superuser(server: Server, statement: str) -> None:
    connection = await asyncpg.connect(Server.at(server.superuser, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _morning(server: Server, name: str, collation: str) -> SummaryDocument:
    """The same morning in a database of that collation."""
    await _superuser(
        server,
        f"create database {name} template template0 encoding 'UTF8' {collation} owner claw_owner",
    )
    try:
        for grant in roles.database_grants(name):
            await _superuser(server, grant)
        await migrate(Server.at(server.owner, name))
        async with Pool(Server.at(server.app, name), largest=2) as pool:
            world = await new_world(pool, slug="bayside")
            for number, title in enumerate(TITLES):
                world.vendor.visit(number, "2026-11-24T22:00")
                world.vendor.visits[number]["title"] = title
            await world.sync()
            ops = operations(world)
            world.clock.instant = NOW
            await ops.snapshots.take(world.tenant)
            for number in (2, 5, 8):
                world.vendor.visit(number, "2026-11-25T01:00")
            await world.sync()
            await ops.snapshots.take(world.tenant)
            return await ops.summaries.summarise(world.tenant, view="dispatcher")
    finally:
        await _superuser(server, f"drop database {name} with (force)")


@edge("time:60")
async def test_two_collations_give_the_same_bytes(scratch_server: Server):
    try:
        told = {
            name: await _morning(scratch_server, f"order_{name}", collation)
            for name, collation in COLLATIONS.items()
        }
    except asyncpg.FeatureNotSupportedError as refused:
        pytest.skip(str(refused))
    assert told["c"] == told["icu"]
    for form in FORMS:
        assert render(form, told["c"], pack()) == render(form, told["icu"], pack())
