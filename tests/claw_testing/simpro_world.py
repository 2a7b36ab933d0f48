"""The simPRO connector on the real transport, against the simulator in this process.

Time is the machine's: waits are skipped and counted, and the simulator's rate limit counts
on the same clock, so that a test of many requests takes no longer than its work.
"""

from collections.abc import AsyncGenerator, Callable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import httpx2

from claw.connect.limits import Limiters
from claw.connect.transport import Link, Transports
from claw.connectors.simpro.connector import CONNECTOR
from claw.connectors.simpro.simulator import Simulator
from claw.core.model.records import Appointment, Record
from claw.core.time import span
from claw.ports.connector import (
    Absent,
    Account,
    Bundle,
    CheckReport,
    Context,
    Covered,
    Http,
    MapEnv,
    Mapped,
    MapResult,
    Mode,
    Page,
    ReadRequest,
    Response,
    Slice,
)
from claw_testing.acme import TRACE, FixedClock, Notebook, QuickMachine
from claw_testing.memory_budget import MemoryRateBudget

TODAY = date(2026, 11, 24)
"""A Tuesday; it is 07:00 of it in Sydney when it is 20:00 the day before in UTC."""
NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
SYDNEY = "Australia/Sydney"


class Lines:
    """A log that keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **values: object) -> None:
        self.lines.append(("info", event, values))

    def warning(self, event: str, **values: object) -> None:
        self.lines.append(("warning", event, values))

    @property
    def warnings(self) -> list[str]:
        return [event for level, event, _ in self.lines if level == "warning"]


@dataclass
class Read:
    """What one read gave."""

    bundles: list[Bundle] = field(default_factory=list[Bundle])
    absent: list[str] = field(default_factory=list[str])
    covered: Covered | None = None

    @property
    def ids(self) -> list[str]:
        return [bundle.primary.source_id for bundle in self.bundles]


def env(zone: str | None = SYDNEY, **settings: str) -> MapEnv:
    """What the mapper is told of the connection ``simpro``."""
    return MapEnv(
        connection="simpro",
        country="AU",
        tenant_zone=SYDNEY,
        connection_zone=zone,
        schema="claw.schedule/1",
        base_url="https://build.test",
        settings=settings,
    )


def records_of(result: MapResult) -> tuple[Record, ...]:
    """The records of a row that could be mapped."""
    assert isinstance(result, Mapped), result
    return result.records


def appointment_of(result: MapResult) -> Appointment:
    """The appointment of a row that could be mapped."""
    first = records_of(result)[0]
    assert isinstance(first, Appointment)
    return first


class TamperedHttp:
    """``Http`` whose answers from some templates are others than the build's."""

    def __init__(self, http: Http, tampering: Mapping[str, Callable[[Response], Response]]) -> None:
        self._http = http
        self._tampering = tampering

    @property
    def clock_skew_seconds(self) -> int | None:
        return self._http.clock_skew_seconds

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        response = await self._http.get(template, path=path, query=query)
        for ending, change in self._tampering.items():
            if template.endswith(ending):
                response = change(response)
        return response


class SimproWorld:
    """A build, and the connector reading it.

    ``tampering`` changes answers by the end of their URL template.
    """

    def __init__(self, *faults: str, seed: int = 1) -> None:
        self.machine = QuickMachine()
        self.simulator = Simulator(
            seed=seed, today=TODAY, faults=faults, monotonic=self.machine.seconds
        )
        self.notebook = Notebook()
        self.transports = Transports(
            limiters=Limiters(MemoryRateBudget(self.machine), self.machine, str.encode),
            clock=FixedClock(),
            machine=self.machine,
            observer=self.notebook,
        )
        self.log = Lines()
        self.scratch: MutableMapping[str, object] = {}
        self.settings = {
            "base_url": "https://build.test",
            "company_id": "2",
            "requests_per_second": "10",
        }
        self.api_key = self.simulator.api_key
        self.zone: str | None = SYDNEY
        self.tampering: dict[str, Callable[[Response], Response]] = {}

    @asynccontextmanager
    async def context(self) -> AsyncGenerator[Context]:
        link = Link(
            manifest=CONNECTOR.manifest,
            connection="simpro",
            connection_id="c1",
            settings=self.settings,
            secrets={"api_key": self.api_key},
            trace_id=TRACE,
        )
        wire = httpx2.ASGITransport(app=self.simulator.app)
        async with self.transports.open(link, wire=wire) as http:
            yield Context(
                connection="simpro",
                settings=self.settings,
                http=TamperedHttp(http, self.tampering),
                now=NOW,
                tenant_zone=SYDNEY,
                country="AU",
                account=Account(id="2", name="Harbour", zone=self.zone),
                log=self.log,
                scratch=self.scratch,
            )

    async def check(self) -> CheckReport:
        async with self.context() as ctx:
            return await CONNECTOR.check(ctx)

    async def read(self, first: date = TODAY, days: int = 1) -> Read:
        """Read whole local days of the tenant."""
        window = span(SYDNEY, first, first + timedelta(days=days - 1))
        return await self._read(
            ReadRequest(
                stream="appointments",
                mode=Mode.WINDOW,
                slice=Slice(start=window.start, end=window.end),
            )
        )

    async def read_ids(self, *schedule_ids: int) -> Read:
        ids = tuple(f"schedule:{number}" for number in schedule_ids)
        return await self._read(ReadRequest(stream="appointments", mode=Mode.BY_ID, ids=ids))

    async def _read(self, request: ReadRequest) -> Read:
        found = Read()
        async with self.context() as ctx:
            async for event in CONNECTOR.read(ctx, request):
                match event:
                    case Page():
                        found.bundles += event.bundles
                    case Absent():
                        found.absent.append(event.source_id)
                    case Covered():
                        found.covered = event
        return found

    def truth(self, first: date = TODAY, days: int = 1, company: int = 2) -> list[str]:
        """The schedule ids that are really there."""
        rows = self.simulator.schedules(first, first + timedelta(days=days - 1), company)
        return [f"schedule:{row['ID']}" for row in rows]

    def map(self, bundles: Sequence[Bundle]) -> list[tuple[Record, ...]]:
        return [records_of(CONNECTOR.map(bundle, env(self.zone))) for bundle in bundles]

    def asked(self, resource: str) -> list[str]:
        """The queries of reads of a resource (``jobs``, ``customers/companies``), in order."""
        return [
            entry.query
            for entry in self.simulator.log
            if entry.path.rstrip("/").endswith(f"/{resource}")
        ]
