"""Our path: the kit's transport, a connector, canonical bytes.

The declared read is checked, the limiter asked (it never has to wait), the body proved to
be JSON, every row kept as its own bytes, mapped, and each record brought into its canonical
bytes, which are proved to read back as it. With a third argument ``prepared`` it is all that
a sync does before the database: records and bodies named by their hash, references and dates
checked, lineage kept.
"""

import asyncio
import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bookings.connector import BookingsConnector
from benchmarks.bookings.mapping import CONNECTION, COUNTRY
from benchmarks.harness.meter import Meter
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine
from claw.connect.transport import Link, Transports
from claw.core.model.normalise import stored_bytes
from claw.core.time import pin_tzdata
from claw.engine.sync.bundles import prepare
from claw.engine.sync.checking import Companions
from claw.ports.connector import Bundle, Context, MapEnv, Mapped, Mode, Page, ReadRequest
from claw.ports.request_observer import RequestAttempt

_NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
_ZONE = "Australia/Sydney"
_REQUEST = ReadRequest(stream="bookings", mode=Mode.WINDOW)


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


async def extract(origin: str, out: Path, meter: Meter, *, prepared: bool = False) -> int:
    """Read every page, write every record as a line; how many rows there were."""
    connector, silence = BookingsConnector(), Silence()
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
        connection_id="bookings",
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
    rows = 0
    form = _Prepared() if prepared else _Stored()
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
                    lines.writelines(form.lines(event.bundles, connector, env))
                    rows += len(event.bundles)
                    meter.page()
    return rows


class _Stored:
    """Map and bring into canonical bytes."""

    def lines(
        self, bundles: Sequence[Bundle], connector: BookingsConnector, env: MapEnv
    ) -> list[bytes]:
        """The records of a page."""
        return [
            stored_bytes(record) + b"\n"
            for bundle in bundles
            if isinstance(result := connector.map(bundle, env), Mapped)
            for record in result.records
        ]


class _Prepared:
    """Everything that a sync does with a row."""

    def __init__(self) -> None:
        self._companions = Companions()

    def lines(
        self, bundles: Sequence[Bundle], connector: BookingsConnector, env: MapEnv
    ) -> list[bytes]:
        """The records of a page."""
        return [
            record.form.canonical + b"\n"
            for bundle in bundles
            for record in prepare(bundle, {}, connector, env, self._companions).records
        ]


if __name__ == "__main__":
    pin_tzdata()
    meter = Meter()
    work = extract(sys.argv[1], Path(sys.argv[2]), meter, prepared="prepared" in sys.argv[3:])
    meter.tell(rows=asyncio.run(work))
