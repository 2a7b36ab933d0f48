"""Reading what comes in no order, until there is no more; nothing is believed unchecked."""

from collections.abc import AsyncIterator
from importlib import resources

import msgspec
from msgspec import Struct, field

from claw.connect import (
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
    Raw,
    ReadEvent,
    ReadRequest,
    Recovery,
    Refused,
    Slice,
    SourceChanged,
    source_id,
)
from claw.connect.manifest import load_manifest
from claw.connect.wall_time import parse_stated_instant
from claw.core.time import format_instant
from claw_testing.hostile_connector.mapping import Termin, map_bundle

MANIFEST = load_manifest(
    resources.files("claw_testing.hostile_connector").joinpath("manifest.toml").read_bytes()
)
TERMINE = "/termine"
_MOST_PAGES = 1000


class _Answer(Struct, frozen=True, kw_only=True):
    rows: list[msgspec.Raw] = field(name="einträge")
    next: str | None = field(name="weiter")
    account: str = field(name="konto")


class _Known(Struct, frozen=True):
    """A row by its id, with how new it is."""

    revision: int
    body: bytes


class WirbelConnector:
    """Reads one account."""

    @property
    def manifest(self) -> Manifest:
        """What this connector reads, needs and promises."""
        return MANIFEST

    async def check(self, ctx: Context) -> CheckReport:
        """Prove the credential; the account states no zone."""
        answer = await _page(ctx, {"von": format_instant(ctx.now)})
        return CheckReport(
            account=Account(id=answer.account, name=answer.account),
            capabilities={"termine": "read"},
            clock_skew_seconds=ctx.http.clock_skew_seconds,
        )

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        """Yield the rows that begin within a window, the newest of each id."""
        if request.mode is not Mode.WINDOW or request.slice is None:
            raise ConnectorBug(f"termine cannot be read by {request.mode}")
        known: dict[str, _Known] = {}
        query = {"von": format_instant(request.slice.start)}
        for _ in range(_MOST_PAGES):
            answer = await _page(ctx, query)
            for row in answer.rows:
                _keep(known, bytes(row), request.slice)
            if answer.next is None:
                break
            query = {**query, "marke": answer.next}
        else:
            raise Refused("the list has no end", recovery=Recovery.SPLIT_WINDOW)
        found = [
            Bundle(primary=Raw(source_id=source_id("termin", key), body=row.body), parts={})
            for key, row in known.items()
        ]
        yield Page(bundles=tuple(found))
        yield Covered(slice=request.slice, seen=len(found))

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        """Translate one row; pure."""
        return map_bundle(bundle, env)


async def _page(ctx: Context, query: dict[str, str]) -> _Answer:
    response = await ctx.http.get(TERMINE, path={}, query=query)
    try:
        if response.status == 200:
            return msgspec.json.decode(response.body, type=_Answer)
    except msgspec.ValidationError as error:
        raise SourceChanged("an unknown shape", path=TERMINE) from error
    raise SourceChanged(f"refused with {response.status}", path=TERMINE)


def _keep(known: dict[str, _Known], body: bytes, wanted: Slice) -> None:
    """Keep a row of the window, unless a newer one is there; what has no time is kept too."""
    try:
        row = msgspec.json.decode(body, type=Termin)
    except msgspec.ValidationError:
        known[str(msgspec.json.decode(body)["id"])] = _Known(0, body)
        return
    starts = parse_stated_instant(row.starts)
    stated = str(row.revision)
    revision = int(stated) if stated.isdecimal() else 0
    key = str(row.id)
    if starts is not None and not wanted.start <= starts < wanted.end:
        return
    if key not in known or known[key].revision <= revision:
        known[key] = _Known(revision, body)


CONNECTOR = WirbelConnector()
