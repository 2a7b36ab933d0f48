"""A sync in a process of its own that hangs in the middle, to be killed there.

Arguments: database URL, the tenant's slug, and where to hang: ``reading`` on the second
page, ``mapping`` after the whole slice was read and before it is committed.
"""

import asyncio
import sys
import time

from claw.ports.connector import Bundle, MapEnv, MapResult
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.scripted_connector import ScriptedConnector, Vendor
from claw_testing.sync_world import World


def _hang() -> None:
    print("here", flush=True)
    time.sleep(600)


class HangsInMapping(ScriptedConnector):
    """Never comes back from mapping."""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        _hang()
        return super().map(bundle, env)


async def main(url: str, slug: str, where: str) -> None:
    """Sync until killed."""
    vendor = Vendor()
    for number in range(1, 8):
        vendor.visit(number, f"2026-11-25T0{number}:30")

    async def hang() -> None:
        _hang()

    if where == "reading":
        vendor.pauses["page=2"] = hang
    connector = HangsInMapping() if where == "mapping" else ScriptedConnector()
    async with Pool(url) as pool:
        db = PostgresDatabase(pool)
        async with db.platform() as platform:
            tenant = await platform.tenants.find(slug)
        assert tenant is not None
        async with db.tenant(tenant.tenant_id) as uow:
            (connection,) = await uow.connections.list()
        world = World(
            pool=pool, vendor=vendor, connector=connector, tenant=tenant, connection=connection
        )
        await world.sync()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
