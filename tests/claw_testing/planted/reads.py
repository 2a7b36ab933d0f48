"""Faults of reading: rows lost, given twice or taken for others."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from claw.connect import (
    Bundle,
    CheckReport,
    Context,
    Covered,
    Mode,
    Page,
    Raw,
    ReadEvent,
    ReadRequest,
    Slice,
    SourceChanged,
    source_id,
)
from claw.core.time import local_date
from claw_testing.planted.edits import Edits, booking_of
from claw_testing.planted.plant import READING, Plant, plant
from claw_testing.sample_connector.client import BOOKINGS, bundles, counted_pages
from claw_testing.sample_connector.connector import SnipsConnector
from claw_testing.sample_connector.simulator import PAGE_ROWS
from claw_testing.sample_connector.wire import Booking, Bookings, decode


class _Pages(SnipsConnector):
    """Pages through bookings without a look at the totals, up to a page that is not full."""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode is not Mode.WINDOW or request.slice is None:
            async for event in super().read(ctx, request):
                yield event
            return
        first, last = _dates(ctx, request.slice)
        rows: list[bytes] = []
        page = 1
        while True:
            query = {"from": first.isoformat(), "to": last.isoformat(), "page": str(page)}
            response = await ctx.http.get(BOOKINGS, path={}, query=query)
            answer = decode(response.body, Bookings)
            found = [bytes(row) for row in answer.bookings]
            if self.ends_before(page, found, answer.total):
                break
            rows += found
            if self.ends_after(page, found, answer.total):
                break
            page += 1
        yield Page(bundles=await bundles(ctx, rows))
        yield Covered(slice=request.slice, seen=len(rows))

    def ends_before(self, page: int, found: list[bytes], total: int) -> bool:
        return False

    def ends_after(self, page: int, found: list[bytes], total: int) -> bool:
        return len(found) < PAGE_ROWS


class NeverLooksBack(_Pages):
    """does not notice that the ground moved between two pages"""


class DropsTheLastPage(_Pages):
    """drops a last page that is not full"""

    def ends_before(self, page: int, found: list[bytes], total: int) -> bool:
        return page > 1 and len(found) < PAGE_ROWS


class BelievesTheFilter(SnipsConnector):
    """believes that it was given no more than it asked for"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.slice is None:
            async for event in super().read(ctx, request):
                yield event
            return
        first, last = _dates(ctx, request.slice)
        rows = None
        while rows is None:
            rows = await counted_pages(ctx, first, last)
        rows = self.believed(rows, first.isoformat(), last.isoformat())
        yield Page(bundles=await bundles(ctx, rows))
        yield Covered(slice=request.slice, seen=len(rows))

    def believed(self, rows: list[bytes], first: str, last: str) -> list[bytes]:
        return rows


class GivesUpOnForeignRows(BelievesTheFilter):
    """gives nothing where it is given more than it asked for"""

    def believed(self, rows: list[bytes], first: str, last: str) -> list[bytes]:
        days = [decode(row, Booking).day or first for row in rows]
        return rows if all(first <= day <= last for day in days) else []


class StumblesOverAnEmptyPage(_Pages):
    """takes an empty page after a full one for a change of the source"""

    def ends_before(self, page: int, found: list[bytes], total: int) -> bool:
        if page > 1 and not found and total == (page - 1) * PAGE_ROWS:
            raise SourceChanged("an empty page", path=BOOKINGS)
        return False


class ReadsTheTenantsDates(SnipsConnector):
    """asks for the tenant's dates where the account lives in another zone"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        async for event in super().read(replace(ctx, account=None), request):
            yield event


class AsksWhatItDidNotDeclare(Edits):
    """asks for what it did not declare when it reads by id"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode is Mode.BY_ID:
            await ctx.http.get("/v1/rooms", path={})
        async for event in super().read(ctx, request):
            yield event


class NeverSaysAbsent(Edits):
    """says nothing of an id that is gone"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        return event if isinstance(event, Page | Covered) else None


class CountsOneLess(Edits):
    """counts one row less than it gave"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if isinstance(event, Covered) and event.seen:
            return replace(event, seen=event.seen - 1)
        return event


class DropsWhatItCannotRead(Edits):
    """leaves out rows without a date before anybody can see them"""

    _left = 0

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        match event:
            case Page():
                kept = tuple(each for each in event.bundles if booking_of(each).day)
                self._left = len(kept)
                return Page(bundles=kept)
            case Covered():
                return replace(event, seen=self._left)
            case _:
                return event


class GivesNothingById(Edits):
    """gives nothing for an id that is there"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        async for event in super().read(ctx, request):
            if request.mode is not Mode.BY_ID or not isinstance(event, Page):
                yield event


class CoversNothingInParticular(Edits):
    """does not say which instants it covered"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        return replace(event, slice=None) if isinstance(event, Covered) else event


class SpoilsAllForOne(Edits):
    """spoils every row where one cannot be read"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if not isinstance(event, Page) or all(booking_of(each).day for each in event.bundles):
            return event
        nothing = b'{"id": 1}'
        return Page(
            bundles=tuple(
                replace(each, primary=replace(each.primary, body=nothing)) for each in event.bundles
            )
        )


class MistakesTheZone(SnipsConnector):
    """says that every studio is in Perth"""

    async def check(self, ctx: Context) -> CheckReport:
        report = await super().check(ctx)
        return replace(report, account=replace(report.account, zone="Australia/Perth"))


class LeavesOutNights(Edits):
    """leaves out bookings that end on the next day"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if not isinstance(event, Page):
            return event
        rows = [(each, booking_of(each)) for each in event.bundles]
        return Page(
            bundles=tuple(each for each, row in rows if (row.start or "") < (row.end or ""))
        )


class CoversTwentyFourHours(Edits):
    """takes every day for 24 hours"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if not isinstance(event, Covered) or event.slice is None:
            return event
        days = round((event.slice.end - event.slice.start) / timedelta(days=1))
        end = event.slice.start + timedelta(days=days)
        return replace(event, slice=Slice(start=event.slice.start, end=end))


class DropsRowsWithoutTheirClient(Edits):
    """leaves out rows whose client could not be read"""

    _kept = 0

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        match event:
            case Page():
                kept = tuple(
                    each for each in event.bundles if isinstance(each.parts.get("client"), Raw)
                )
                self._kept = len(kept)
                return Page(bundles=kept)
            case Covered():
                return replace(event, seen=self._kept)
            case _:
                return event


class GivesARowTwice(Edits):
    """gives the last row of a read twice"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if isinstance(event, Page) and len(event.bundles) > PAGE_ROWS:
            return Page(bundles=(*event.bundles, event.bundles[-1]))
        return event


class TakesTextForAnother(Edits):
    """takes an id written as text for another object"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if not isinstance(event, Page):
            return event
        return Page(bundles=tuple(_as_written(bundle) for bundle in event.bundles))


class CountsInFloats(Edits):
    """takes ids for numbers of 53 bits"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if not isinstance(event, Page):
            return event
        return Page(bundles=tuple(_rounded(bundle) for bundle in event.bundles))


class DropsOddNotes(Edits):
    """leaves out rows with characters it does not like"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if not isinstance(event, Page):
            return event
        return Page(
            bundles=tuple(each for each in event.bundles if b"\\u0000" not in each.primary.body)
        )


def _dates(ctx: Context, window: Slice) -> tuple[date, date]:
    zone = ctx.account.zone if ctx.account and ctx.account.zone else ctx.tenant_zone
    return local_date(window.start, zone), local_date(window.end - timedelta(seconds=1), zone)


def _ends_that_day(bundle: Bundle) -> bool:
    row = booking_of(bundle)
    return (row.start or "") < (row.end or "")


def _as_written(bundle: Bundle) -> Bundle:
    number = msgspec.json.decode(bundle.primary.body, type=dict[str, object])["id"]
    if isinstance(number, int):
        return bundle
    return replace(bundle, primary=replace(bundle.primary, source_id=f"booking:text-{number}"))


def _rounded(bundle: Bundle) -> Bundle:
    number = int(float(booking_of(bundle).id))
    return replace(bundle, primary=replace(bundle.primary, source_id=source_id("booking", number)))


_RED: tuple[tuple[SnipsConnector, str], ...] = (
    (AsksWhatItDidNotDeclare(), "C01"),
    (NeverSaysAbsent(), "C01"),
    (CountsOneLess(), "C04"),
    (DropsWhatItCannotRead(), "C04"),
    (NeverLooksBack(), "C06 C10"),
    (DropsTheLastPage(), "C06 C10 C13 C16"),
    (BelievesTheFilter(), "C06"),
    (StumblesOverAnEmptyPage(), "C06 C10 C16"),
    (GivesUpOnForeignRows(), "C06"),
    (GivesNothingById(), "C01"),
    (CoversNothingInParticular(), "C01"),
    (SpoilsAllForOne(), "C04"),
    (MistakesTheZone(), "C16"),
    (LeavesOutNights(), "C16"),
    (ReadsTheTenantsDates(), "C16"),
    (CoversTwentyFourHours(), "C16"),
    (DropsRowsWithoutTheirClient(), "C10"),
    (GivesARowTwice(), "C06 C10 C13"),
    (TakesTextForAnother(), "C19"),
    (CountsInFloats(), "C19"),
    (DropsOddNotes(), "C19"),
)

READS: tuple[Plant, ...] = tuple(plant(connector, red, READING) for connector, red in _RED)
