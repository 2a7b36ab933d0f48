"""Our path: the kit's transport, a connector, and the engine's preparation of what it read.

Nothing of the product is left out but the database: the declared read is checked, the
limiter asked (it never has to wait), the body proved to be JSON, every row kept as its own
bytes and named, mapped, checked and brought into its stored form.
"""

import asyncio
import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness.meter import Meter
from benchmarks.visits.connector import VisitsConnector
from benchmarks.visits.mapping import CONNECTION, COUNTRY
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine
from claw.connect.transport import Link, Transports
from claw.core.time import pin_tzdata
from claw.engine.sync.bundles import prepare
from claw.engine.sync.checking import Companions
from claw.ports.connector import Bundle, Context, MapEnv, Mode, Page, ReadRequest
from claw.ports.request_observer import RequestAttempt

_NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
_ZONE = "Australia/Sydney"
_REQUEST = ReadRequest(stream="visits", mode=Mode.WINDOW)


class Silence:
    """Observer, log, clock and shared budget that neither keep nor hold up anything."""

    async def acquire(self, key: bytes, *, requests: int, per_seconds: int) -> float:
        """Grant at once."""
        return 0.0

    def attempted(self, attempt: RequestAttempt) -> None:
        """Count nothing."""

    def info(self, event: str, **values: object) -> None:
        """Say nothing."""

    def warning(self, event: str, **values: object) -> None:
        """Say nothing."""

    def now(self) -> datetime:
        """Always the same moment."""
        return _NOW


async def extract(origin: str, out: Path, meter: Meter) -> int:
    """Read every page, write every record as a line; how many rows there were."""
    connector, silence = VisitsConnector(), Silence()
    machine = EventLoopMachine()
    transports = Transports(
        limiters=Limiters(silence, machine, lambda name: hashlib.sha256(name.encode()).digest()),
        clock=silence,
        machine=machine,
        observer=silence,
        allow_plain_http_loopback=True,
    )
    settings = {"base_url": origin, "requests_per_second": "10000"}
    link = Link(
        manifest=connector.manifest,
        connection=CONNECTION,
        connection_id="visits",
        settings=settings,
        secrets={},
        trace_id="0" * 32,
    )
    env = MapEnv(
        connection=CONNECTION,
        country=COUNTRY,
        tenant_zone=_ZONE,
        connection_zone=None,
        schema=connector.manifest.schema,
        base_url=origin,
        settings=settings,
    )
    rows, companions = 0, Companions()
    with out.open("wb") as lines:
        async with transports.open(link) as http:
            context = Context(
                connection=CONNECTION,
                settings=settings,
                http=http,
                now=_NOW,
                tenant_zone=_ZONE,
                country=COUNTRY,
                account=None,
                log=silence,
                scratch={},
            )
            async for event in connector.read(context, _REQUEST):
                if isinstance(event, Page):
                    lines.writelines(
                        line
                        for bundle in event.bundles
                        for line in _lines(bundle, connector, env, companions)
                    )
                    rows += len(event.bundles)
                    meter.page()
    return rows


def _lines(
    bundle: Bundle, connector: VisitsConnector, env: MapEnv, companions: Companions
) -> list[bytes]:
    prepared = prepare(bundle, {}, connector, env, companions)
    return [record.form.canonical + b"\n" for record in prepared.records]


if __name__ == "__main__":
    pin_tzdata()
    meter = Meter()
    meter.tell(rows=asyncio.run(extract(sys.argv[1], Path(sys.argv[2]), meter)))
