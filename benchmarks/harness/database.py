"""A PostgreSQL of its own for a benchmark: the embedded server, migrated, row security forced.

Everything goes in as the application's role, as in production. The server does not wait
for the disk, which would be all that could be seen of anything else.
"""

import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from claw.ports.connection_store import Connection
from claw.ports.tenant_store import Tenant
from claw.store.embedded import EmbeddedServer, Urls
from claw.store.embedded.cluster import Options
from claw.store.migrate import migrate
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
ZONE = "Australia/Sydney"


@asynccontextmanager
async def database() -> AsyncGenerator[Urls]:
    """A migrated, empty database for as long as the block lasts."""
    home = new_home()
    server = EmbeddedServer(home, options=Options(fast=True))
    urls = server.acquire()
    try:
        await migrate(urls.owner)
        yield urls
    finally:
        server.release()
        shutil.rmtree(home, ignore_errors=True)


def new_home() -> Path:
    """A folder that the server's own account can enter too."""
    home = Path(tempfile.mkdtemp(prefix="claw-bench-"))
    home.chmod(0o755)
    return home


async def new_tenant(
    pool: Pool, *, name: str, connector: str, settings: Mapping[str, str] | None = None
) -> tuple[Tenant, Connection]:
    """A fresh tenant with one connection of that name."""
    tenant_id = uuid4()
    tenant = Tenant(
        tenant_id=tenant_id,
        slug=f"t-{tenant_id.hex}",
        name="Trades",
        zone=ZONE,
        country="AU",
        locale="en-AU",
        vertical="trades",
        status="active",
        created_at=NOW,
    )
    connection = Connection(
        connection_id=uuid4(),
        name=name,
        connector=connector,
        settings=settings or {},
        status="active",
        paused_reason=None,
        facts=None,
        created_at=NOW,
    )
    db = PostgresDatabase(pool)
    async with db.platform() as platform:
        await platform.tenants.add(tenant)
    async with db.tenant(tenant_id) as uow:
        await uow.connections.add(connection)
    return tenant, connection
