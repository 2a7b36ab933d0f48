"""Faults of a connector that only a whole engine shows: each is called what it does wrong."""

from collections.abc import AsyncIterator
from datetime import timedelta

from msgspec.structs import replace

from claw.connect import (
    Absent,
    Bundle,
    ConnectorError,
    Context,
    Covered,
    Manifest,
    MapEnv,
    MapResult,
    Mode,
    Page,
    ReadEvent,
    ReadRequest,
    Skipped,
    Slice,
)
from claw.core.time import local_date
from claw_testing.planted.reads import NeverSaysAbsent
from claw_testing.sample_connector.client import BOOKINGS, bundles
from claw_testing.sample_connector.connector import SnipsConnector
from claw_testing.sample_connector.wire import Booking, Bookings, decode


class GoesOnWhereItWasCut(SnipsConnector):
    """takes a cut read up at the page where it was cut, without what came before"""

    def __init__(self) -> None:
        self._cut_at = 1

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode is not Mode.WINDOW or request.slice is None:
            async for event in super().read(ctx, request):
                yield event
            return
        first = local_date(request.slice.start, ctx.tenant_zone)
        last = local_date(request.slice.end - timedelta(seconds=1), ctx.tenant_zone)
        page, self._cut_at, seen, more = self._cut_at, 1, 0, True
        while more:
            query = {"from": first.isoformat(), "to": last.isoformat(), "page": str(page)}
            try:
                response = await ctx.http.get(BOOKINGS, path={}, query=query)
                answer = decode(response.body, Bookings)
            except ConnectorError:
                self._cut_at = page
                raise
            found = await bundles(ctx, [bytes(row) for row in answer.bookings])
            yield Page(bundles=found)
            seen, page, more = seen + len(found), page + 1, bool(found)
        yield Covered(slice=request.slice, seen=seen)


class DeliversOnce(SnipsConnector):
    """takes what it gave for stored, and gives it no second time"""

    def __init__(self) -> None:
        self._given: set[bytes] = set()

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        seen = 0
        async for event in super().read(ctx, request):
            match event:
                case Page() if request.mode is Mode.WINDOW:
                    fresh = [b for b in event.bundles if b.primary.body not in self._given]
                    self._given |= {bundle.primary.body for bundle in fresh}
                    seen += len(fresh)
                    yield Page(bundles=tuple(fresh))
                case Covered():
                    yield replace(event, seen=seen)
                case _:
                    yield event


class TakesTroubleForAbsence(SnipsConnector):
    """takes trouble with the list for an empty one, and then knows of no booking"""

    def __init__(self) -> None:
        self._emptied = False

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode is Mode.BY_ID and self._emptied:
            for each in request.ids:
                yield Absent(source_id=each)
            return
        try:
            async for event in super().read(ctx, request):
                yield event
        except ConnectorError:
            self._emptied = True
            yield Covered(slice=request.slice, seen=0)


class ClaimsMoreThanItRead(SnipsConnector):
    """says that it covered the whole week, whatever it was asked for"""

    @property
    def manifest(self) -> Manifest:
        manifest = super().manifest
        (stream,) = manifest.streams
        return replace(manifest, streams=(replace(stream, modes=("window",)),))

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        week = timedelta(days=7)
        async for event in super().read(ctx, request):
            if isinstance(event, Covered) and event.slice is not None:
                wide = Slice(start=event.slice.start - week, end=event.slice.end + week)
                yield replace(event, slice=wide)
            else:
                yield event


class NamesByDay(SnipsConnector):
    """gives a booking another name when it moves to another day"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        async for event in super().read(ctx, request):
            if isinstance(event, Page) and request.mode is Mode.WINDOW:
                yield Page(bundles=tuple(_named_by_day(bundle) for bundle in event.bundles))
            else:
                yield event


class SkipsCancelled(SnipsConnector):
    """leaves cancelled bookings out, as if they had been deleted"""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        if decode(bundle.primary.body, Booking).status == "cancelled":
            return Skipped(code="cancelled")
        return super().map(bundle, env)


class RemembersForEverybody(SnipsConnector):
    """keeps what it read of a week, and gives it to whoever asks for that week next"""

    def __init__(self) -> None:
        self._known: dict[Slice | None, list[ReadEvent]] = {}

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode is not Mode.WINDOW or request.slice not in self._known:
            events = [event async for event in super().read(ctx, request)]
            if request.mode is Mode.WINDOW:
                self._known[request.slice] = events
        else:
            events = self._known[request.slice]
        for event in events:
            yield event


class LogsNotes(SnipsConnector):
    """writes what people noted into the log"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        async for event in super().read(ctx, request):
            if isinstance(event, Page):
                for bundle in event.bundles:
                    ctx.log.info("read", row=decode(bundle.primary.body, Booking).note)
            yield event


def _named_by_day(bundle: Bundle) -> Bundle:
    day = (decode(bundle.primary.body, Booking).day or "").replace("-", "")
    return replace(
        bundle,
        primary=replace(bundle.primary, source_id=f"{bundle.primary.source_id}{day}"),
    )


FAULTS: tuple[tuple[SnipsConnector, str], ...] = (
    (GoesOnWhereItWasCut(), "C07"),
    (DeliversOnce(), "C08"),
    (TakesTroubleForAbsence(), "C10"),
    (ClaimsMoreThanItRead(), "C11"),
    (NeverSaysAbsent(), "C11"),
    (NamesByDay(), "C12"),
    (SkipsCancelled(), "C12"),
    (RemembersForEverybody(), "C17"),
    (LogsNotes(), "C17"),
)
"""Each fault with the check that must notice it."""
