"""The source: visits in memory, read through the connector of visits, page by page."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from functools import cache
from uuid import UUID

import msgspec
from msgspec.structs import replace

from benchmarks.visits.connector import VisitsConnector
from benchmarks.visits.pages import page
from benchmarks.visits.wire import Visit
from claw.connect import Context, Covered, Manifest, Page, ReadEvent, ReadRequest
from claw.core.time import format_instant
from claw.ports.connection_store import Connection
from claw.ports.connector import Http, Response
from claw.ports.manifest import WayIn
from claw.ports.request_observer import RequestAttempt, RequestObserver

VISITS = "visits"
"""The setting of a connection that says how many visits its business has."""

_PAGE_ROWS = 250


class WindowedVisits(VisitsConnector):
    """Reads the visits of a window, and finds those that are gone."""

    @property
    def manifest(self) -> Manifest:
        """As the connector says, with removal."""
        whole = super().manifest
        return replace(whole, streams=(replace(whole.streams[0], removal="window_diff"),))

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield every page of the slice, then that all was seen."""
        assert request.slice is not None
        span = {
            "from": format_instant(request.slice.start),
            "to": format_instant(request.slice.end),
        }
        number, seen = 0, 0
        while number == 0 or seen == number * _PAGE_ROWS:
            number += 1
            response = await ctx.http.get("/visits", path={}, query={**span, "page": str(number)})
            bundles = self.bundles(response.body)
            yield Page(bundles=bundles)
            seen += len(bundles)
        yield Covered(slice=request.slice, seen=seen)


class MemoryHttp:
    """``Http`` to one business in memory."""

    clock_skew_seconds = 0

    def __init__(self, visits: int, observer: RequestObserver, trace_id: str) -> None:
        self._rows = _rows(visits)
        self._observer = observer
        self._trace_id = trace_id

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        """One page of the window."""
        asked = query or {}
        first = (int(asked["page"]) - 1) * _PAGE_ROWS
        rows = [row for start, row in self._rows if asked["from"] <= start < asked["to"]]
        page = rows[first : first + _PAGE_ROWS]
        body = b"[" + b",".join(page) + b"]"
        self._observer.attempted(
            RequestAttempt(
                connection=VISITS,
                method="GET",
                template=template,
                status=200,
                outcome="ok",
                attempt=1,
                seconds=0.0,
                received_bytes=len(body),
                trace_id=self._trace_id,
            )
        )
        items = tuple(msgspec.Raw(row) for row in page)
        return Response(status=200, headers={}, body=body, items=items, url_template=template)


class MemorySource:
    """``HttpFactory`` whose businesses are as large as their connection says."""

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
        """The connection's business."""
        yield MemoryHttp(int(connection.settings[VISITS]), observer, trace_id)


class OneConnector:
    """``ConnectorCatalog`` with the connector of visits alone."""

    def __init__(self) -> None:
        self._connector = WindowedVisits()

    def manifests(self) -> Mapping[str, Manifest]:
        """All of one."""
        return {VISITS: self._connector.manifest}

    def manifest(self, key: str) -> Manifest:
        """The one."""
        return self._connector.manifest

    def load(self, key: str) -> WindowedVisits:
        """The one."""
        return self._connector

    def check_settings(
        self, key: str, settings: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Taken as they are."""
        return settings

    def way_in(self, key: str, given: Collection[str]) -> WayIn | None:
        """Nobody asks."""
        return "none"


@cache
def _rows(visits: int) -> list[tuple[str, bytes]]:
    """A business of that size: the start of each visit in UTC, and the visit as it is sent."""
    rows = msgspec.json.decode(page(1, visits), type=list[msgspec.Raw])
    return [(_start(bytes(row)), bytes(row)) for row in rows]


def _start(row: bytes) -> str:
    return format_instant(msgspec.json.decode(row, type=Visit).starts_at)
