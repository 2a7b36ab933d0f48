"""Scripted, a vendor nobody has: a source of visits in memory, and a connector to it.

The vendor's state and its faults are the test's to set; the connector is a whole one, with
paging, linked customers and reads by id, and knows nothing of the engine.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import UNSET

from claw.connect.decode import json_body
from claw.core.model.records import Appointment, Contact, Customer, Phone, Progress, Segment
from claw.core.model.reference import make_ref, source_id
from claw.ports.connection_store import Connection
from claw.ports.connector import (
    Absent,
    Account,
    Bundle,
    CheckReport,
    Context,
    Covered,
    Hints,
    Http,
    MapEnv,
    Mapped,
    MapResult,
    Missing,
    Mode,
    NoHints,
    Page,
    Part,
    Quarantined,
    Raw,
    ReadEvent,
    ReadRequest,
    Response,
    Skipped,
    Slice,
    StandingWarning,
)
from claw.ports.connector_errors import ConnectorError, Forbidden
from claw.ports.manifest import AuthSpec, Limit, Manifest, StreamDeclaration
from claw.ports.request_observer import RequestAttempt, RequestObserver

PAGE_ROWS = 3

Row = dict[str, Any]


@dataclass
class Vendor:
    """The vendor's state. ``order`` decides in which order rows are listed."""

    visits: dict[int, Row] = field(default_factory=dict[int, Row])
    customers: dict[int, Row] = field(default_factory=dict[int, Row])
    order: Callable[[list[Row]], list[Row]] = list
    faults: dict[str, ConnectorError] = field(default_factory=dict[str, ConnectorError])
    passing_faults: dict[str, ConnectorError] = field(default_factory=dict[str, ConnectorError])
    pauses: dict[str, Callable[[], Awaitable[None]]] = field(
        default_factory=dict[str, Callable[[], Awaitable[None]]]
    )
    warnings: tuple[StandingWarning, ...] = ()
    clock_skew_seconds: int | None = 0
    log: list[str] = field(default_factory=list[str])
    feed: list[str] = field(default_factory=list[str])
    """What changed, oldest first: source ids of visits and customers."""

    def visit(self, number: int, start: str, **more: Any) -> None:
        """Put a visit at a UTC minute into the schedule, replacing one of that number."""
        start = f"{start}:00+00:00"
        self.visits[number] = {"id": number, "start": start, "title": f"visit {number}", **more}

    def customer(self, number: int, name: str, phone: str) -> None:
        """Put a customer, replacing one of that number."""
        self.customers[number] = {"id": number, "name": name, "phone": phone}

    async def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, object]:
        """Answer one request, or raise what was planned for its path."""
        shown = path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
        self.log.append(shown)
        for part, pause in list(self.pauses.items()):
            if part in shown:
                await pause()
        for part, error in self.faults.items():
            if part in shown:
                raise error
        for part in list(self.passing_faults):
            if part in shown:
                raise self.passing_faults.pop(part)
        _, kind, *key = path.split("/")
        if kind == "feed":
            return 200, self.feed
        if key:
            row = getattr(self, kind).get(int(key[0]))
            return (200, row) if row else (404, {})
        first = (int(query["page"]) - 1) * PAGE_ROWS
        rows = [r for r in self.visits.values() if query["from"] <= r["start"] < query["to"]]
        return 200, self.order(rows)[first : first + PAGE_ROWS]


class VendorHttp:
    """``Http`` to a vendor in memory."""

    def __init__(self, vendor: Vendor, observer: RequestObserver, trace_id: str) -> None:
        self._vendor = vendor
        self._observer = observer
        self._trace_id = trace_id

    @property
    def clock_skew_seconds(self) -> int | None:
        return self._vendor.clock_skew_seconds

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        status, body = 0, object()
        outcome = "ok"
        try:
            status, body = await self._vendor.answer(template.format(**path), query or {})
        except ConnectorError as error:
            outcome = error.code
            raise
        finally:
            self._observer.attempted(
                RequestAttempt(
                    connection="",
                    method="GET",
                    template=template,
                    status=status or None,
                    outcome=outcome,
                    attempt=1,
                    seconds=0.0,
                    received_bytes=0,
                    trace_id=self._trace_id,
                )
            )
        raw = json.dumps(body, sort_keys=True).encode()
        items = json_body(raw, "application/json").items
        return Response(status=status, headers={}, body=raw, items=items, url_template=template)


class VendorHttpFactory:
    """``HttpFactory`` to one vendor, whatever the connection."""

    def __init__(self, vendor: Vendor) -> None:
        self._vendor = vendor

    @asynccontextmanager
    async def open(
        self,
        manifest: Manifest,
        connection: Connection,
        secrets: Mapping[str, str],
        *,
        tenant_id: UUID,
        observer: RequestObserver,
        trace_id: str,
    ) -> AsyncGenerator[Http]:
        yield VendorHttp(self._vendor, observer, trace_id)


def scripted_manifest(**stream: Any) -> Manifest:
    """The manifest; ``stream`` changes how its one stream may be read."""
    declared: dict[str, Any] = {
        "name": "visits",
        "produces": ("appointment", "customer"),
        "modes": ("window", "by_id"),
        "removal": "window_diff",
        **stream,
    }
    return Manifest(
        key="scripted",
        name="Scripted",
        summary="Reads Scripted.",
        contract="claw.connector/1",
        schema="claw.schedule/1",
        origin="base_url",
        auth=AuthSpec(kind="none"),
        limit=Limit(requests=10, per_seconds=1, unit="origin"),
        settings=(),
        reads=(),
        streams=(StreamDeclaration(**declared),),
        capabilities={},
        docs="",
    )


class ScriptedConnector:
    """A connector to Scripted. ``breach`` makes it break the contract in one way."""

    def __init__(
        self,
        manifest: Manifest | None = None,
        *,
        breach: str | None = None,
        reads_wider: timedelta = timedelta(),
    ) -> None:
        self._manifest = manifest or scripted_manifest()
        self.breach = breach
        self.reads_wider = reads_wider

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    async def check(self, ctx: Context) -> CheckReport:
        await ctx.http.get("/customers/{id}", path={"id": 0})
        return CheckReport(
            account=Account(id="1", name="Scripted Pty Ltd", zone="Australia/Sydney", country="AU"),
            capabilities={},
            clock_skew_seconds=ctx.http.clock_skew_seconds,
        )

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode == Mode.BY_ID:
            for each in request.ids:
                answer = await ctx.http.get("/visits/{id}", path={"id": each.split(":")[1]})
                if answer.status == 404:
                    yield Absent(source_id=each)
                else:
                    yield Page(bundles=(await self._bundle(ctx, answer.body),))
            yield Covered(slice=None, seen=len(request.ids))
            return
        assert request.slice is not None
        number, seen, whole = 0, 0, True
        wanted = request.slice
        if self.reads_wider:
            wanted = Slice(start=wanted.start - self.reads_wider, end=wanted.end + self.reads_wider)
        while whole:
            number += 1
            answer = await ctx.http.get(
                "/visits",
                path={},
                query={
                    "from": _text(wanted.start),
                    "to": _text(wanted.end),
                    "page": str(number),
                },
            )
            rows = json.loads(answer.body)
            bundles = [
                await self._bundle(ctx, json.dumps(r, sort_keys=True).encode()) for r in rows
            ]
            yield Page(bundles=tuple(bundles))
            seen, whole = seen + len(rows), len(rows) == PAGE_ROWS
        if self.breach == "never_covers":
            return
        if self.breach == "counts_wrong":
            seen += 1
        covered = wanted
        if self.breach == "covers_less":
            covered = Slice(start=covered.start, end=covered.start)
        yield Covered(slice=covered, seen=seen)
        if self.breach == "covers_twice":
            yield Covered(slice=covered, seen=seen)

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        row: Row = json.loads(bundle.primary.body)
        if row.get("skip"):
            return Skipped(code="placeholder")
        if row.get("broken"):
            return Quarantined(code="start_unreadable", path="start", detail="not a time")
        if row.get("explode"):
            raise ValueError(row["title"])
        if row.get("empty"):
            return Mapped(records=())
        customer, flags = _customer(bundle.parts.get("customer"), env)
        agent, _ = _customer(bundle.parts.get("agent"), env)
        start = datetime.fromisoformat(row["start"])
        end = datetime.fromisoformat(row["end"]) if "end" in row else start.replace(minute=59)
        appointment = Appointment(
            ref=make_ref(row.get("connection", env.connection), bundle.primary.source_id),
            kind="visit",
            status=row.get("status", "confirmed"),
            title=row["title"],
            starts_at=start,
            ends_at=end,
            zone=row.get("zone", env.connection_zone or env.tenant_zone),
            segments=(Segment(starts_at=start, ends_at=end),),
            customer=customer.ref if customer else UNSET,
            contact=Contact(name=customer.name, phones=customer.phones) if customer else UNSET,
            progress=tuple(
                Progress(state=p["state"], at=datetime.fromisoformat(p["at"]), evidence=p["id"])
                for p in row.get("progress", ())
            ),
            notes=agent.name if agent else UNSET,
            flags=flags,
            source_url=f"https://scripted.example/visits/{row['id']}",
        )
        return Mapped(records=(appointment, customer) if customer else (appointment,))

    async def _bundle(self, ctx: Context, body: bytes) -> Bundle:
        row: Row = json.loads(body)
        parts: dict[str, Part] = {}
        if row.get("customer"):
            parts["customer"] = await self._linked(ctx, row["customer"])
        if row.get("agent"):
            parts["agent"] = await self._linked(ctx, row["agent"])
        return Bundle(primary=Raw(source_id=source_id("visit", row["id"]), body=body), parts=parts)

    async def _linked(self, ctx: Context, number: int) -> Part:
        name = source_id("customer", number)
        try:
            answer = await ctx.http.get("/customers/{id}", path={"id": number})
        except Forbidden:
            return Missing(source_id=name, code="forbidden")
        except ConnectorError:
            return Missing(source_id=name, code="unreadable")
        if answer.status == 404:
            return Missing(source_id=name, code="not_found")
        return Raw(source_id=name, body=answer.body)


class FeedingConnector(ScriptedConnector):
    """A connector to Scripted that follows its feed. The cursor is how many entries it knew.

    ``asked`` keeps the cursors and the instants it was asked with.
    """

    def __init__(self, manifest: Manifest | None = None) -> None:
        super().__init__(manifest)
        self.asked: list[tuple[str | None, datetime]] = []

    async def pull_hints(
        self, ctx: Context, stream: str, cursor: str | None, since: datetime
    ) -> Hints | NoHints:
        self.asked.append((cursor, since))
        feed: list[str] = json.loads((await ctx.http.get("/feed/{id}", path={"id": 0})).body)
        if cursor is not None and not cursor.isdigit():
            return NoHints(code="cursor_unknown", message="a cursor of another version")
        fresh = feed[int(cursor or 0) :]
        return Hints(
            ids=tuple(name for name in fresh if name.startswith("visit:")),
            linked=tuple(name for name in fresh if not name.startswith("visit:")),
            next_cursor=str(len(feed)),
        )


def _customer(part: Part | None, env: MapEnv) -> tuple[Customer | None, tuple[str, ...]]:
    match part:
        case None:
            return None, ()
        case Missing(code="not_found"):
            return None, ("customer_unresolved",)
        case Missing():
            return None, ("enrichment_missing",)
        case Raw():
            row: Row = json.loads(part.body)
            return Customer(
                ref=make_ref(env.connection, part.source_id),
                kind="person",
                name=row["name"],
                phones=(Phone(raw=row["phone"], kind="unknown"),),
            ), ()


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
