"""Reading one slice whole, or failing."""

from collections.abc import AsyncGenerator, Callable, Sequence

from msgspec import Struct

from claw.engine.sync.connector_calls import connector_code
from claw.engine.sync.source import Source
from claw.ports.connector import (
    Absent,
    Bundle,
    Covered,
    Mode,
    Page,
    ReadEvent,
    ReadRequest,
    Slice,
)
from claw.ports.connector_errors import ConnectorBug, ConnectorError


class SliceRead(Struct, frozen=True, kw_only=True):
    """A slice that arrived whole: one bundle for each source row, and what it covers."""

    bundles: tuple[Bundle, ...]
    covered: Slice


class ByIdRead(Struct, frozen=True, kw_only=True):
    """Answers about single objects: there, permanently not there, or no answer.

    ``trouble`` is what stopped the asking, None when everything was answered.
    """

    found: tuple[Bundle, ...]
    absent: frozenset[str]
    trouble: ConnectorError | None = None


async def read_slice(
    source: Source, stream: str, wanted: Slice, on_rows: Callable[[int], None]
) -> SliceRead:
    """Read a slice; nothing is returned unless it arrived whole.

    Raises:
        ConnectorError: whatever stopped the read, or :class:`ConnectorBug` when the
            connector broke the contract.
    """
    request = ReadRequest(stream=stream, mode=Mode.WINDOW, slice=wanted)
    bundles: dict[str, Bundle] = {}
    covered: Covered | None = None
    async for event in _events(source, request):
        if covered is not None:
            raise ConnectorBug("the connector went on after it had covered the slice")
        match event:
            case Page():
                for bundle in event.bundles:
                    bundles[bundle.primary.source_id] = bundle
                on_rows(len(bundles))
            case Covered():
                covered = event
            case Absent():
                raise ConnectorBug("an absence is only an answer to a read by id")
    if covered is None or covered.slice is None:
        raise ConnectorBug("the connector ended without covering the slice")
    if covered.seen != len(bundles):
        raise ConnectorBug(f"the connector says it saw {covered.seen} rows and gave {len(bundles)}")
    with connector_code():
        if covered.slice.start > wanted.start or covered.slice.end < wanted.end:
            raise ConnectorBug("the connector covered less than it was asked for")
    return SliceRead(bundles=tuple(bundles[key] for key in sorted(bundles)), covered=covered.slice)


async def ask_by_id(source: Source, stream: str, ids: Sequence[str]) -> ByIdRead:
    """Ask the source for single objects, such as those a complete read no longer showed.

    Trouble is no answer: what was asked for then stays as it is.
    """
    found: dict[str, Bundle] = {}
    absent: set[str] = set()
    trouble: ConnectorError | None = None
    request = ReadRequest(stream=stream, mode=Mode.BY_ID, ids=tuple(sorted(ids)))
    try:
        async for event in _events(source, request):
            match event:
                case Page():
                    found.update({bundle.primary.source_id: bundle for bundle in event.bundles})
                case Absent():
                    absent.add(event.source_id)
                case Covered():
                    pass
    except ConnectorBug:
        raise
    except ConnectorError as error:
        trouble = error
        source.context.log.warning("asking by id stopped", code=error.code, asked=len(ids))
    strange = (set(found) | absent) - set(ids)
    if strange or set(found) & absent:
        raise ConnectorBug("the connector answered for objects it was not asked for")
    return ByIdRead(
        found=tuple(found[key] for key in sorted(found)), absent=frozenset(absent), trouble=trouble
    )


async def _events(source: Source, request: ReadRequest) -> AsyncGenerator[ReadEvent]:
    with connector_code():
        async for event in source.connector.read(source.context, request):
            yield event
