"""One tenant with one connection to a stage, as the checks see it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import date
from typing import TYPE_CHECKING, cast

import msgspec
from msgspec import Struct

from claw.connect.conformance.harness import ConnectionSeen, SyncSeen
from claw.connect.transport import Transport
from claw.core.errors import NotFound
from claw.engine.sync import ConnectionReport, SyncReport
from claw.ports.connection_store import Connection
from claw.ports.connector import Connector
from claw.ports.connector_errors import ConnectorError
from claw.ports.manifest import DeclaredRead
from claw.ports.record_store import RecordFilter
from claw.ports.request_observer import RequestAttempt
from claw.ports.tenant_store import Tenant
from claw.store.roles import identifier
from claw.store.tenancy import Pool, Transaction
from claw.store.unit_of_work import PostgresDatabase
from claw.telemetry import PrometheusMetrics
from claw.wiring import Engine

if TYPE_CHECKING:
    from claw.certification.installation import EngineInstallation

_COUNTS = (
    *("read", "mapped", "skipped", "quarantined", "added", "changed", "unchanged"),
    *("returned", "gone", "held", "requests"),
)


class EngineTenancy:
    """Reads, is killed, and is looked at."""

    def __init__(
        self,
        installation: "EngineInstallation",
        engine: Engine,
        tenant: Tenant,
        connection: Connection,
        connector: Connector,
    ) -> None:
        self._installation = installation
        self._engine = engine
        self._tenant = tenant
        self._connection = connection
        self._connector = connector
        self._last: SyncReport | None = None

    async def sync(self, *, first: date | None = None, last: date | None = None) -> SyncSeen:
        """Read the window, a minute after whatever was before."""
        return await self._run(first=first, last=last)

    async def follow(self) -> SyncSeen:
        """Read what the feed of changes hints at, a minute after whatever was before."""
        return await self._run(changes=True)

    async def sync_killed(
        self, *, after_requests: int, first: date | None = None, last: date | None = None
    ) -> bool:
        """Begin a sync and end it like a killed process; False when it ended before.

        Its connections to the database are cut at the same moment, so that nothing that
        runs on the way out, here and in no killed process, can still write.
        """
        self._installation.clock.pass_minute()
        async with Pool(self._installation.url) as pool:
            metrics = _Fuse(after_requests)
            engine = self._installation.engine(self._connector, pool, metrics)
            work = asyncio.create_task(engine.sync.run(self._tenant, first=first, last=last))

            def kill() -> None:
                pool.abort()
                work.cancel()

            metrics.burn = kill
            await asyncio.gather(work, return_exceptions=True)
        await self._let_go()
        return metrics.burnt

    async def read_at_once(self, template: str, *, engines: int, readers: int) -> Sequence[str]:
        """One declared read from each reader of each engine; ``ok`` or an error's code."""
        connection = await self._engine.connections.get(self._tenant, self._connection.name)
        secrets = await self._engine.connections.opened_secrets(self._tenant, connection)
        async with AsyncExitStack() as stack:
            opened: list[Transport] = []
            for _ in range(engines):
                pool = await stack.enter_async_context(Pool(self._installation.url, largest=4))
                way = self._installation.transports(pool).open(
                    self._connector.manifest,
                    connection,
                    secrets,
                    tenant_id=self._tenant.tenant_id,
                    observer=_Unobserved(),
                    trace_id=self._engine.trace_id,
                )
                opened.append(await stack.enter_async_context(way))
            read = next(r for r in self._connector.manifest.reads if r.template == template)
            reads = (_outcome(each, read) for each in opened for _ in range(readers))
            return await asyncio.gather(*reads)

    async def accept_held(self) -> int:
        """Let the removals that the last sync held take effect; how many they were."""
        if self._last is None:
            return 0
        try:
            accepted = await self._engine.sync.accept(
                self._tenant, self._last.run, actor="certification"
            )
        except NotFound:
            return 0
        return len(accepted)

    async def records(self) -> Sequence[Mapping[str, object]]:
        """Current canonical records, in canonical order, volatile parts left out."""
        async with PostgresDatabase(self._installation.pool).tenant(self._tenant.tenant_id) as uow:
            listed = await uow.records.list(RecordFilter())
            bodies = await uow.records.blobs({record.content_hash for record in listed})
        decode = msgspec.json.Decoder(dict[str, object]).decode
        return [decode(bodies[record.content_hash]) for record in listed]

    async def tree(self) -> str:
        """The tree of a snapshot taken now."""
        return (await self._engine.snapshots.take(self._tenant)).tree

    async def connection(self) -> ConnectionSeen:
        """The connection's state."""
        found = await self._engine.connections.get(self._tenant, self._connection.name)
        async with self._installation.pool.tenant(self._tenant.tenant_id) as tx:
            tasks = await tx.fetchval(
                "select count(*) from claw.reconnect_task where connection_id = $1",
                found.connection_id,
            )
        return ConnectionSeen(
            status=found.status,
            paused_reason=found.paused_reason,
            reconnect_tasks=cast("int", tasks),
        )

    async def everything_stored(self) -> bytes:
        """Every value of every row that this tenant's transactions can see, as written."""
        async with self._installation.pool.tenant(self._tenant.tenant_id) as tx:
            return b"\n".join([await _values(tx, table) for table in await _readable(tx)])

    async def _run(
        self, *, first: date | None = None, last: date | None = None, changes: bool = False
    ) -> SyncSeen:
        self._installation.clock.pass_minute()
        report = await self._engine.sync.run(self._tenant, first=first, last=last, changes=changes)
        self._last = report
        self._installation.say(msgspec.json.encode(report).decode())
        return _seen(report.connections[0])

    async def _let_go(self) -> None:
        """Let as much machine time pass as ends every lease."""
        async with self._installation.pool.tenant(self._tenant.tenant_id) as tx:
            await tx.execute("update claw.lease set until = clock_timestamp()")


class _Fuse(PrometheusMetrics):
    """Metrics of a process that is killed when it has counted so many requests."""

    def __init__(self, requests: int) -> None:
        super().__init__()
        self._left = requests
        self.burnt = False
        self.burn: Callable[[], None] = lambda: None

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        """Count, and burn down with the requests."""
        super().count(name, value, **labels)
        if name == "source_requests" and not self.burnt:
            self._left -= 1
            if self._left <= 0:
                self.burnt = True
                self.burn()


class _Unobserved:
    """Takes note of nothing."""

    def attempted(self, attempt: RequestAttempt) -> None:
        """Nothing is counted here."""


async def _outcome(transport: Transport, read: DeclaredRead) -> str:
    """Send one read with every column that it may name."""
    query = {"columns": ",".join(read.columns)} if read.columns else None
    try:
        await transport.get(read.template, path={}, query=query)
    except ConnectorError as error:
        return error.code
    return "ok"


def _seen(report: ConnectionReport) -> SyncSeen:
    counts = {
        name: sum(cast("int", getattr(stream, name)) for stream in report.streams)
        for name in _COUNTS
    }
    return SyncSeen(
        status=report.status,
        error=report.error.code if isinstance(report.error, Struct) else None,
        warnings=tuple(warning.code for warning in report.warnings),
        **counts,
    )


async def _readable(tx: Transaction) -> Sequence[str]:
    rows = await tx.fetch(
        """
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'claw' and c.relkind in ('r', 'p')
          and has_table_privilege(c.oid, 'select')
        order by c.relname collate "C"
        """
    )
    return [row["relname"] for row in rows]


async def _values(tx: Transaction, table: str) -> bytes:
    rows = await tx.fetch(f"select * from claw.{identifier(table)}")  # noqa: S608  # from the catalogue
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in rows
        for value in row.values()
    )
