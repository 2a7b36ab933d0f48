"""The connector: check, read, map. Thin; everything it knows lies beside it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from importlib import resources

from claw.connect import (
    Absent,
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
    key_of,
)
from claw.connect.manifest import load_manifest
from claw.connectors.simpro.checking import check
from claw.connectors.simpro.listing import Reader
from claw.connectors.simpro.mapping import map_bundle
from claw.connectors.simpro.parts import Parts
from claw.connectors.simpro.rows import SCHEDULES, rows_between
from claw.core.time import local_date, span

_BUNDLES_A_PAGE = 250


class SimproConnector:
    """Reads one company of a simPRO build."""

    def __init__(self) -> None:
        body = resources.files("claw.connectors.simpro").joinpath("manifest.toml").read_bytes()
        self._manifest = load_manifest(body)

    @property
    def manifest(self) -> Manifest:
        """What this connector reads, needs and promises."""
        return self._manifest

    async def check(self, ctx: Context) -> CheckReport:
        """Prove the key, the company, the zone, and that schedules can be read."""
        return await check(ctx)

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield the schedule rows of a window, or of some ids, with their linked objects.

        A window is read as whole days of the company, whose dates the rows have; where
        the tenant lives in another zone ``Covered`` is that much wider than was asked for.
        """
        reader = Reader(ctx)
        parts = Parts(ctx, reader)
        if request.mode is Mode.BY_ID:
            for identity in request.ids:
                yield await _by_id(reader, parts, identity)
            return
        if request.mode is not Mode.WINDOW or request.slice is None:
            raise ConnectorBug(f"appointments cannot be read by {request.mode}")
        zone = ctx.account.zone if ctx.account and ctx.account.zone else ctx.tenant_zone
        first = local_date(request.slice.start, zone)
        last = local_date(request.slice.end - timedelta(seconds=1), zone)
        rows = await rows_between(ctx, reader, first, last)
        for start in range(0, len(rows), _BUNDLES_A_PAGE):
            chunk = [row.body for row in rows[start : start + _BUNDLES_A_PAGE]]
            yield Page(bundles=tuple(await parts.bundles(chunk)))
        covered = span(zone, first, last)
        yield Covered(slice=Slice(start=covered.start, end=covered.end), seen=len(rows))

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one row; pure."""
        return map_bundle(bundle, env)


async def _by_id(reader: Reader, parts: Parts, identity: str) -> ReadEvent:
    kind, key = key_of(identity)
    if kind != "schedule" or not key.isdigit():
        raise ConnectorBug(f"{identity} is no schedule")
    body = await reader.item(SCHEDULES, int(key))
    if body is None:
        return Absent(source_id=identity)
    return Page(bundles=tuple(await parts.bundles([body])))


CONNECTOR = SimproConnector()
