"""Reading the simulator through the real transport and adapter, without a database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from claw.connect import (
    Absent,
    Context,
    Covered,
    MapEnv,
    Mapped,
    Mode,
    Page,
    Quarantined,
    ReadRequest,
    Slice,
)
from claw.connect.limits import Limiters
from claw.connect.machine import EventLoopMachine
from claw.connect.simulator import serve
from claw.connect.transport import Link, Transports
from claw.connectors.simpro.connector import CONNECTOR
from claw.connectors.simpro.simulator import Simulator
from claw.core.model.normalise import store_form
from claw.core.time import span
from claw.ports.request_observer import RequestAttempt
from claw.system.clocks import FixedClock
from claw_testing.memory_budget import MemoryRateBudget

NOW = datetime(2026, 11, 24, 19, tzinfo=UTC)


class Listener:
    """Keeps what it is told; the port ``Log`` and the port ``RequestObserver`` in one."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, object]]] = []
        self.attempts: list[RequestAttempt] = []

    def info(self, event: str, **values: object) -> None:
        self.events.append((event, values))

    warning = info

    def attempted(self, attempt: RequestAttempt) -> None:
        self.attempts.append(attempt)


@dataclass
class ReadOutcome:
    """Everything one read gave: canonical bytes by reference, and what was covered."""

    canonical: dict[str, bytes] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    covered: Covered | None = None
    seen: int = 0
    listener: Listener = field(default_factory=Listener)


async def read(
    vendor: Simulator,
    first: date,
    last: date,
    *,
    company: int = 2,
    ids: Sequence[str] = (),
    key: str | None = None,
    tenant_zone: str = "Australia/Sydney",
    seconds_per_retry: float = 0.0,
) -> ReadOutcome:
    """Check, read and map. Raises what the connector raises."""
    outcome = ReadOutcome()
    machine = _Impatient(seconds_per_retry)
    async with serve(vendor.app) as running:
        settings = {
            "base_url": running.base_url,
            "company_id": str(company),
            "requests_per_second": "10",
        }
        transports = Transports(
            limiters=Limiters(MemoryRateBudget(machine), machine, str.encode),
            clock=FixedClock(NOW),
            machine=machine,
            observer=outcome.listener,
            allow_plain_http_loopback=True,
        )
        link = Link(
            manifest=CONNECTOR.manifest,
            connection="simpro",
            connection_id="1",
            settings=settings,
            secrets={"api_key": key or vendor.api_key},
            trace_id="0" * 31 + "1",
        )
        async with transports.open(link) as http:
            ctx = Context(
                connection="simpro",
                settings=settings,
                http=http,
                now=NOW,
                tenant_zone=tenant_zone,
                country="AU",
                account=None,
                log=outcome.listener,
                scratch={},
            )
            ctx.account = (await CONNECTOR.check(ctx)).account
            window = span(tenant_zone, first, last)
            request = ReadRequest(
                stream="appointments",
                mode=Mode.BY_ID if ids else Mode.WINDOW,
                slice=None if ids else Slice(start=window.start, end=window.end),
                ids=tuple(ids),
            )
            env = MapEnv(
                connection="simpro",
                country="AU",
                tenant_zone=tenant_zone,
                connection_zone=ctx.account.zone,
                schema="claw.schedule/1",
                base_url=running.base_url,
                settings=settings,
            )
            async for event in CONNECTOR.read(ctx, request):
                match event:
                    case Page():
                        outcome.seen += len(event.bundles)
                        for bundle in event.bundles:
                            result = CONNECTOR.map(bundle, env)
                            if isinstance(result, Mapped):
                                for record in result.records:
                                    outcome.canonical[record.ref] = store_form(record).canonical
                            elif isinstance(result, Quarantined):
                                outcome.quarantined.append(result)
                    case Absent():
                        outcome.absent.append(event.source_id)
                    case Covered():
                        outcome.covered = event
    return outcome


class _Impatient(EventLoopMachine):
    """Real pacing under a second; longer waits (backing off) are cut short."""

    def __init__(self, most_seconds: float) -> None:
        super().__init__()
        self._most = most_seconds or 1.05

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, self._most))
