"""The connector: pages of bookings until one is empty."""

from collections.abc import AsyncIterator
from importlib import resources

import msgspec
from msgspec import Struct

from benchmarks.bookings.mapping import map_bundle
from claw.connect import (
    Account,
    Bundle,
    CheckReport,
    Context,
    Covered,
    Manifest,
    MapEnv,
    MapResult,
    Page,
    Raw,
    ReadEvent,
    ReadRequest,
    source_id,
)
from claw.connect.manifest import load_manifest


class _Identified(Struct, gc=False):
    id: int


_ids = msgspec.json.Decoder(list[_Identified])


class BookingsConnector:
    """Reads bookings."""

    def __init__(self) -> None:
        body = resources.files("benchmarks.bookings").joinpath("manifest.toml").read_bytes()
        self._manifest = load_manifest(body)

    @property
    def manifest(self) -> Manifest:
        """What this connector reads."""
        return self._manifest

    async def check(self, ctx: Context) -> CheckReport:
        """Nothing to prove."""
        return CheckReport(account=Account(id="1", name="Bookings"), capabilities={})

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield every page, then that all was seen."""
        number, seen = 1, 0
        while bundles := await self._page(ctx, number):
            yield Page(bundles=bundles)
            number, seen = number + 1, seen + len(bundles)
        yield Covered(slice=request.slice, seen=seen)

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one row; pure."""
        return map_bundle(bundle, env)

    async def _page(self, ctx: Context, number: int) -> tuple[Bundle, ...]:
        response = await ctx.http.get("/bookings", path={}, query={"page": str(number)})
        items = response.items or ()
        ids = _ids.decode(response.body)
        return tuple(
            Bundle(primary=Raw(source_id=source_id("booking", row.id), body=bytes(item)), parts={})
            for row, item in zip(ids, items, strict=True)
        )
