"""A source of shifts, which are always read, and of visits, which never can be."""

from collections.abc import AsyncIterator

from msgspec.structs import replace

from claw.ports.connector import Context, Covered, ReadEvent, ReadRequest
from claw.ports.connector_errors import Transient
from claw.ports.manifest import Manifest, StreamDeclaration
from claw_testing.scripted_connector import ScriptedConnector, scripted_manifest


def two_streams(*, required: bool = True) -> Manifest:
    """The manifest; ``required`` is about the visits."""
    manifest = scripted_manifest()
    (visits,) = manifest.streams
    shifts = StreamDeclaration(
        name="shifts", produces=("shift",), modes=("window",), removal="none"
    )
    return replace(manifest, streams=(replace(visits, required=required), shifts))


class VisitsFail(ScriptedConnector):
    """Reads no shift, completely, and no visit."""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        if request.stream != "shifts":
            raise Transient("no answer", cause="unreachable")
        yield Covered(slice=request.slice, seen=0)
