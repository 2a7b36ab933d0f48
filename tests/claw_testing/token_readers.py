"""Many readers of one connection in a process of their own, for races with another such one.

Arguments: database URL, tenant id, number of readers. Says ``ready`` when it could begin,
begins at the first line of its input, and prints the statuses that its readers got. Every
second reader belongs to a second set of token sources, which know of each other only by
the database.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from msgspec.structs import replace

from claw.connect.auth.tokens import TokenSources
from claw.connect.factory import TransportFactory
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine
from claw.connect.transport import Transport
from claw.connectors.simpro.connector import CONNECTOR
from claw.ports.connection_store import Connection
from claw.ports.manifest import Limit
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.acme import TRACE, FixedClock, Notebook
from claw_testing.memory_budget import MemoryRateBudget

# The race is for the token, so the vendor's rate is no object here.
MANIFEST = replace(
    CONNECTOR.manifest,
    limit=Limit(requests=1000, per_seconds=1, unit="origin", max_in_flight=50),
)


@asynccontextmanager
async def opened(
    db: PostgresDatabase, tenant_id: UUID, connection: Connection
) -> AsyncGenerator[Transport]:
    """A way to the source with token sources of its own."""
    machine = EventLoopMachine()
    factory = TransportFactory(
        limiters=Limiters(MemoryRateBudget(machine), machine, str.encode),
        tokens=TokenSources(db=db, box=AesGcmBox(bytes(32)), ids=RandomIds(), machine=machine),
        clock=FixedClock(),
        machine=machine,
        plain_loopback=True,
    )
    async with factory.open(
        MANIFEST,
        connection,
        # Which way in, no more: the secrets themselves are read where a token is asked for.
        dict.fromkeys(("client_id", "client_secret", "refresh_token"), "stored"),
        tenant_id=tenant_id,
        observer=Notebook(),
        trace_id=TRACE,
    ) as transport:
        yield transport


async def main(url: str, tenant: str, readers: str) -> None:
    """Open what is needed, wait for the word, and let all readers go at once."""
    tenant_id = UUID(tenant)
    async with Pool(url, largest=4) as pool:
        db = PostgresDatabase(pool)
        async with db.tenant(tenant_id) as uow:
            (connection,) = await uow.connections.list()
        async with (
            opened(db, tenant_id, connection) as one,
            opened(db, tenant_id, connection) as other,
        ):
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.readline)
            got = await asyncio.gather(
                *(
                    (one, other)[number % 2].get("/api/v1.0/companies/", path={})
                    for number in range(int(readers))
                )
            )
    print(json.dumps(Counter(each.status for each in got)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
