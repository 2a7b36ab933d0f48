"""The connector: check, read, map. Thin; everything it knows lies beside it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from importlib import resources

from msgspec import Struct

from claw.connect import (
    Absent,
    Bundle,
    CheckReport,
    ConnectorBug,
    Context,
    Covered,
    Hints,
    Manifest,
    MapEnv,
    MapResult,
    Mode,
    NoHints,
    Page,
    ReadEvent,
    ReadRequest,
    Slice,
    key_of,
    source_id,
)
from claw.connect.manifest import load_manifest
from claw.connectors.simpro.checking import check
from claw.connectors.simpro.crews import Crews
from claw.connectors.simpro.feeds import pull
from claw.connectors.simpro.listing import Reader
from claw.connectors.simpro.mapping import map_bundle
from claw.connectors.simpro.parts import BATCH, Parts
from claw.connectors.simpro.reported import Reported
from claw.connectors.simpro.rows import rows_between, rows_with
from claw.core.time import dates, local_date, span

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
        zone = ctx.account.zone if ctx.account and ctx.account.zone else ctx.tenant_zone
        crews = Crews(ctx, reader)
        reported = Reported(ctx, reader, crews, zone)
        linking = _Linking(Parts(ctx, reader), reported)
        if request.mode is Mode.BY_ID:
            async for event in _by_id(reader, linking, request.ids):
                yield event
            return
        if request.mode is not Mode.WINDOW or request.slice is None:
            raise ConnectorBug(f"appointments cannot be read by {request.mode}")
        first = local_date(request.slice.start, zone)
        last = local_date(request.slice.end - timedelta(seconds=1), zone)
        crews.forget()
        reported.forget()
        rows = await rows_between(ctx, reader, first, last)
        crews.remember(list(dates(first, last)), rows)
        for start in range(0, len(rows), _BUNDLES_A_PAGE):
            yield await linking.page([row.body for row in rows[start : start + _BUNDLES_A_PAGE]])
        covered = span(zone, first, last)
        yield Covered(slice=Slice(start=covered.start, end=covered.end), seen=len(rows))

    async def pull_hints(
        self, ctx: Context, stream: str, cursor: str | None, since: datetime
    ) -> Hints | NoHints:
        """Where the change feeds say to look again."""
        return await pull(ctx, Reader(ctx), cursor, since)

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one row; pure."""
        return map_bundle(bundle, env)


class _Linking(Struct, frozen=True):
    """From rows to bundles with everything that belongs to them."""

    parts: Parts
    reported: Reported

    async def page(self, rows: Sequence[bytes]) -> Page:
        bundles = await self.parts.bundles(rows)
        return Page(bundles=tuple(await self.reported.added_to(bundles)))


async def _by_id(
    reader: Reader, linking: _Linking, identities: Sequence[str]
) -> AsyncIterator[ReadEvent]:
    """Answers batch by batch, so that trouble leaves those of the earlier ones standing."""
    keys = [_number(identity) for identity in identities]
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        found = await rows_with(reader, batch)
        if found:
            yield await linking.page([found[key] for key in batch if key in found])
        for key in batch:
            if key not in found:
                yield Absent(source_id=source_id("schedule", key))


def _number(identity: str) -> int:
    kind, key = key_of(identity)
    if kind != "schedule" or not key.isdigit():
        raise ConnectorBug(f"{identity} is no schedule")
    return int(key)


CONNECTOR = SimproConnector()
