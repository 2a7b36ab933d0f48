"""The connector: check, read, map. Thin; everything it knows lies beside it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import resources

from claw.connect import (
    Absent,
    Account,
    Bundle,
    CheckReport,
    ConnectorBug,
    Context,
    Covered,
    Manifest,
    MapEnv,
    MapResult,
    Mode,
    Page,
    ReadEvent,
    ReadRequest,
    Slice,
    SourceChanged,
    key_of,
)
from claw.connect.manifest import load_manifest
from claw.core.time import known_zone, local_date, span
from claw_testing.sample_connector.client import booking, bookings_between, bundles
from claw_testing.sample_connector.mapping import map_bundle
from claw_testing.sample_connector.wire import Studio, decode

MANIFEST = load_manifest(
    resources.files("claw_testing.sample_connector").joinpath("manifest.toml").read_bytes()
)


class SnipsConnector:
    """Reads one studio."""

    @property
    def manifest(self) -> Manifest:
        """What this connector reads, needs and promises."""
        return MANIFEST

    async def check(self, ctx: Context) -> CheckReport:
        """Prove the key, and learn the studio and its zone."""
        response = await ctx.http.get("/v1/studio", path={})
        if response.status != 200:
            raise SourceChanged("the studio cannot be read", path="/v1/studio")
        studio = decode(response.body, Studio)
        return CheckReport(
            account=Account(
                id=str(studio.id),
                name=studio.name,
                zone=known_zone(studio.timezone or ""),
                country=studio.country,
            ),
            capabilities={"bookings": "read"},
            clock_skew_seconds=ctx.http.clock_skew_seconds,
        )

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield the bookings of a window's dates, or of some ids."""
        if request.mode is Mode.BY_ID:
            for identity in request.ids:
                row = await booking(ctx, int(key_of(identity)[1]))
                yield (
                    Absent(source_id=identity)
                    if row is None
                    else Page(bundles=await bundles(ctx, [row]))
                )
            return
        if request.mode is not Mode.WINDOW or request.slice is None:
            raise ConnectorBug(f"bookings cannot be read by {request.mode}")
        zone = ctx.account.zone if ctx.account and ctx.account.zone else ctx.tenant_zone
        first = local_date(request.slice.start, zone)
        last = local_date(request.slice.end - timedelta(seconds=1), zone)
        rows = await bookings_between(ctx, first, last)
        yield Page(bundles=await bundles(ctx, rows))
        covered = span(zone, first, last)
        yield Covered(slice=Slice(start=covered.start, end=covered.end), seen=len(rows))

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one booking; pure."""
        return map_bundle(bundle, env)


CONNECTOR = SnipsConnector()
