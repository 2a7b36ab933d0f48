"""A connector at work on a stage, as the engine would have it work, without the engine.

The transport is the real one; only its waits are skipped. A session is one run: it checks
the connection first, keeps one scratch, and reads and maps what a check asks for.
"""

from collections.abc import AsyncGenerator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from claw.connect.conformance.check import CheckFailed, NotApplicable, Run
from claw.connect.conformance.stand_in import (
    KeptLines,
    MemoryBudget,
    Notebook,
    SkippedTime,
    StoppedClock,
)
from claw.connect.conformance.subject import Impossible, Stage
from claw.connect.conformance.wire import StageWire
from claw.connect.limits import Limiters
from claw.connect.settings import check_settings
from claw.connect.transport import Link, Transport, Transports
from claw.core.model.records import SCHEMA, Appointment, Record
from claw.core.time import resolve_local, span
from claw.ports.connector import (
    Absent,
    Bundle,
    CheckReport,
    Connector,
    Context,
    Covered,
    Http,
    MapEnv,
    Mapped,
    MapResult,
    Mode,
    Page,
    ReadRequest,
    Slice,
)
from claw.ports.connector_errors import ConnectorError
from claw.ports.manifest import Manifest, StreamDeclaration

TODAY = date(2026, 11, 24)
"""The stage's day unless a check needs another: a Tuesday far from any change of clocks."""
NAME = "suite"
"""The connection's name in references."""
TRACE = "5ca1ab1e0ddba11c0de15bad0ddf00d5"
_MODES = (Mode.WINDOW, Mode.FULL, Mode.SINCE)
_ORIGIN = "http://127.0.0.1:4"


@dataclass
class Read:
    """What one read gave, kept also when it ended in an error."""

    bundles: list[Bundle] = field(default_factory=list[Bundle])
    absent: list[str] = field(default_factory=list[str])
    covered: list[Covered] = field(default_factory=list[Covered])
    error: ConnectorError | None = None

    @property
    def ids(self) -> list[str]:
        """Source ids of the primary objects, in order of arrival."""
        return [bundle.primary.source_id for bundle in self.bundles]

    def whole(self) -> "Read":
        """This read, which must have come to its end. Raises CheckFailed with its error."""
        if self.error is not None:
            raise CheckFailed(f"reading failed with {described(self.error)}")
        if len(self.covered) != 1:
            raise CheckFailed(f"a read without trouble gave Covered {len(self.covered)} times")
        return self


@dataclass
class Session:
    """One run of the connector; see :meth:`Stand.session`."""

    connector: Connector
    ctx: Context
    report: CheckReport
    today: date

    async def days(self, first: date, last: date) -> Read:
        """Read the schedule of whole local days of the tenant, both included."""
        stream = schedule_stream(self.connector.manifest)
        mode = next(mode for mode in (*_MODES, *stream.modes) if mode in stream.modes)
        slice_ = slice_of(self.ctx.tenant_zone, first, last) if mode == Mode.WINDOW else None
        return await self.read(Mode(mode), slice_=slice_)

    async def read(
        self,
        mode: Mode,
        *,
        stream: str = "",
        slice_: Slice | None = None,
        ids: tuple[str, ...] = (),
        cursor: str | None = None,
    ) -> Read:
        """Read, keeping what came and the connector error it may have ended with."""
        stream = stream or schedule_stream(self.connector.manifest).name
        request = ReadRequest(stream=stream, mode=mode, slice=slice_, ids=ids, cursor=cursor)
        found = Read()
        try:
            async for event in self.connector.read(self.ctx, request):
                match event:
                    case Page():
                        found.bundles += event.bundles
                    case Absent():
                        found.absent.append(event.source_id)
                    case Covered():
                        found.covered.append(event)
        except ConnectorError as error:
            found.error = error
        except Exception as problem:
            raise escaped("read", problem) from problem
        return found

    def env(self) -> MapEnv:
        """What the mapper is told of this connection."""
        return MapEnv(
            connection=NAME,
            country=self.ctx.country,
            tenant_zone=self.ctx.tenant_zone,
            connection_zone=self.report.account.zone,
            schema=SCHEMA,
            base_url=self.ctx.settings[self.connector.manifest.origin],
            settings=self.ctx.settings,
        )

    def map(self, bundle: Bundle) -> MapResult:
        """Map a bundle; anything raised is a defect of the mapper."""
        return mapped_by(self.connector, bundle, self.env())

    def records(self, read: Read) -> dict[str, tuple[Record, ...]]:
        """The records of each bundle that could be mapped, by the primary's source id."""
        results = {each.primary.source_id: self.map(each) for each in read.bundles}
        return {key: got.records for key, got in results.items() if isinstance(got, Mapped)}

    def appointments(self, read: Read) -> dict[str, Appointment]:
        """The appointments that a read gave, by the primary's source id."""
        found = self.records(read)
        return {
            key: records[0]
            for key, records in found.items()
            if records and isinstance(records[0], Appointment)
        }


class Stand:
    """A stage, with a connector's surroundings that keep everything it does.

    Raises Impossible when the subject cannot set such a stage.
    """

    def __init__(
        self, run: Run, *, today: date = TODAY, zone: str | None = None, tenant: str | None = None
    ) -> None:
        self.run = run
        self.time = SkippedTime()
        self.stage: Stage = run.subject.stage(
            seed=1, today=today, zone=zone, monotonic=self.time.seconds
        )
        self.tenant_zone = tenant or self.stage.zone
        self.wire = StageWire(self.stage.app, self.time.seconds)
        self.log = KeptLines()
        self.notebook = Notebook()
        self.now = _noon(self.stage)

    @property
    def connector(self) -> Connector:
        """The connector under test."""
        return self.run.subject.connector

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[Session]:
        """One run, which begins with a check of the connection. Raises ConnectorError."""
        async with self.transport() as http:
            yield await self.begin(http)

    @asynccontextmanager
    async def transport(self) -> AsyncGenerator[Transport]:
        """The real transport to the stage."""
        transports = Transports(
            limiters=Limiters(MemoryBudget(self.time), self.time, str.encode),
            clock=StoppedClock(self.now),
            machine=self.time,
            observer=self.notebook,
            allow_plain_http_loopback=True,
        )
        link = Link(
            manifest=self.connector.manifest,
            connection=NAME,
            connection_id="c1",
            settings=self.settings(),
            secrets=self.stage.secrets(),
            trace_id=TRACE,
        )
        async with transports.open(link, wire=self.wire) as http:
            yield http

    async def begin(self, http: Http) -> Session:
        """Check the connection as the engine does before each run."""
        scratch: MutableMapping[str, object] = {}
        ctx = Context(
            connection=NAME,
            settings=self.settings(),
            http=http,
            now=self.now,
            tenant_zone=self.tenant_zone,
            country="AU",
            account=None,
            log=self.log,
            scratch=scratch,
        )
        try:
            report = await self.connector.check(ctx)
        except (ConnectorError, CheckFailed, NotApplicable, Impossible):
            raise
        except Exception as problem:
            raise escaped("check", problem) from problem
        ctx.account = report.account
        return Session(self.connector, ctx, report, self.stage.today)

    def settings(self) -> Mapping[str, str]:
        """The connection's settings as the installation would have stored them."""
        return check_settings(
            self.connector.manifest,
            self.stage.settings(_ORIGIN),
            self.stage.secrets(),
            allow_plain_http_loopback=True,
        )


def schedule_stream(manifest: Manifest) -> StreamDeclaration:
    """The stream with the appointments."""
    return next(each for each in manifest.streams if "appointment" in each.produces)


def slice_of(zone: str, first: date, last: date) -> Slice:
    """Whole local days, both included, as a slice."""
    days = span(zone, first, last)
    return Slice(start=days.start, end=days.end)


def mapped_by(connector: Connector, bundle: Bundle, env: MapEnv) -> MapResult:
    """What the mapper makes of a bundle. Raises CheckFailed when it raises anything."""
    try:
        return connector.map(bundle, env)
    except Exception as problem:
        raise escaped("map", problem, bundle.primary.source_id) from problem


def escaped(where: str, problem: Exception, what: str = "") -> CheckFailed:
    """The failure of letting ``problem`` out; names its type and place, never its text."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    at = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "nowhere"
    of = f" of {what}" if what else ""
    return CheckFailed(f"{where}{of} let a {type(problem).__name__} escape (from {at})")


def described(error: ConnectorError) -> str:
    """A connector error in words."""
    return f"{type(error).__name__}: {error.message}"


def _noon(stage: Stage) -> datetime:
    return resolve_local(stage.zone, datetime.combine(stage.today, time(12))).instant.astimezone(
        UTC
    )
