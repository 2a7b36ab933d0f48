"""The sample connector as it would be for vendors that are read in other ways."""

from collections.abc import AsyncIterator
from datetime import date

from msgspec.structs import replace

from claw.connect import (
    ConnectorBug,
    Context,
    Covered,
    Manifest,
    Mode,
    Page,
    ReadEvent,
    ReadRequest,
)
from claw_testing.sample_connector.client import bookings_between, bundles
from claw_testing.sample_connector.connector import MANIFEST, SnipsConnector
from claw_testing.sample_connector.subject import SnipsSubject


class _Whole(SnipsConnector):
    """Reads everything there is by one mode. ``marks``: it says where to go on from."""

    def __init__(self, mode: Mode, removal: str, *, marks: bool) -> None:
        stream = replace(
            MANIFEST.streams[0], modes=(mode.value,), removal=removal, widest_window_days=None
        )
        kept = tuple(read for read in MANIFEST.reads if read.template != "/v1/bookings/{id}")
        self._manifest = replace(MANIFEST, streams=(stream,), reads=kept)
        self._mode = mode
        self._marks = marks

    @property
    def manifest(self) -> Manifest:
        return self._manifest

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.mode is not self._mode:
            raise ConnectorBug(f"bookings cannot be read by {request.mode}")
        rows = await bookings_between(ctx, date.min, date.max)
        yield Page(bundles=await bundles(ctx, rows))
        yield Covered(slice=None, seen=len(rows), next_cursor="7" if self._marks else None)


IN_FULL = SnipsSubject(_Whole(Mode.FULL, "flag", marks=False))
"""A feed that is read whole each time, in which cancelled bookings stay."""
SINCE = SnipsSubject(_Whole(Mode.SINCE, "none", marks=True))
"""Changes since a cursor, by which nothing ever shows as removed."""
SINCE_WITHOUT_CURSOR = SnipsSubject(_Whole(Mode.SINCE, "none", marks=False))
"""The same, which does not say where to go on from."""
