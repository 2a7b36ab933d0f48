"""C01: the manifest says what the code does: all of it, and nothing more."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from claw.connect.conformance.bookings import book_many, quieten
from claw.connect.conformance.check import Check, CheckFailed, Run, expect
from claw.connect.conformance.session import (
    Read,
    Session,
    Stand,
    mapped_by,
    schedule_stream,
    slice_of,
)
from claw.connect.conformance.subject import Impossible
from claw.connect.manifest import check_manifest
from claw.core.errors import InvalidInput
from claw.core.model.records import type_of
from claw.ports.connector import Http, Mapped, Mode, NoHints, PullsHints, Removal, Response
from claw.ports.connector_errors import ConnectorBug
from claw.ports.manifest import Manifest, StreamDeclaration

_ROWS = 3
_EVERY_MODE = (Mode.FULL, Mode.WINDOW, Mode.SINCE, Mode.BY_ID)


class Noted:
    """Notes which templates and columns are asked for, and passes everything on."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.columns: dict[str, set[str]] = {}

    @property
    def clock_skew_seconds(self) -> int | None:
        """See the port."""
        return self._http.clock_skew_seconds

    async def get(
        self,
        template: str,
        *,
        path: Mapping[str, str | int],
        query: Mapping[str, str] | None = None,
    ) -> Response:
        """See the port."""
        asked = self.columns.setdefault(template, set())
        asked.update(filter(None, (query or {}).get("columns", "").split(",")))
        return await self._http.get(template, path=path, query=query)


class _Seen:
    """What sessions showed: templates with their columns, and types of records by stream."""

    def __init__(self) -> None:
        self.columns: dict[str, set[str]] = {}
        self.types: dict[str, set[str]] = {}


async def _the_manifest_is_true(run: Run) -> None:
    manifest = run.subject.connector.manifest
    try:
        check_manifest(manifest)
    except InvalidInput as problem:
        raise CheckFailed(problem.message) from problem
    seen = _Seen()
    await _rehearse(run, seen, None)
    for read in manifest.reads:
        if read.template not in seen.columns:
            await _needed(run, seen, read.template)
    _expect_all_used(manifest, seen)
    _expect_types(run, manifest, seen)


async def _needed(run: Run, seen: _Seen, template: str) -> None:
    try:
        await _rehearse(run, seen, template)
    except Impossible as why:
        raise CheckFailed(f"{template} is declared and nothing uses it ({why})") from why
    expect(template in seen.columns, f"{template} is declared and was not used when needed")


async def _rehearse(run: Run, seen: _Seen, needed: str | None) -> None:
    """Everything a connector is asked for in its life, on one stage."""
    stand = Stand(run)
    quieten(stand)
    booked = book_many(stand, _ROWS)
    if needed is not None:
        stand.stage.need(needed)
    async with stand.transport() as http:
        noted = Noted(http)
        try:
            session = await stand.begin(noted)
            for stream in run.subject.connector.manifest.streams:
                await _every_mode(session, stream, seen, thorough=needed is None)
            await _hints(session)
            if needed is None:
                await _removal(stand, noted, booked)
        except ConnectorBug as problem:
            raise CheckFailed(problem.message) from problem
        finally:
            for template, columns in noted.columns.items():
                seen.columns.setdefault(template, set()).update(columns)
    expect(not stand.stage.violations, f"the vendor complains: {list(stand.stage.violations)[:3]}")


async def _hints(session: Session) -> None:
    """A feed of changes, where there is one, from its beginning and from where that ended."""
    connector, ctx = session.connector, session.ctx
    if not isinstance(connector, PullsHints):
        return
    stream = schedule_stream(connector.manifest).name
    cursor: str | None = None
    for _ in range(2):
        found = await connector.pull_hints(ctx, stream, cursor, ctx.now - timedelta(days=1))
        if isinstance(found, NoHints):
            raise CheckFailed(f"a feed of changes on a quiet stage: {found.message}")
        cursor = found.next_cursor


async def _every_mode(
    session: Session, stream: StreamDeclaration, seen: _Seen, *, thorough: bool
) -> None:
    types = seen.types.setdefault(stream.name, set())
    ids: list[str] = []
    for mode in _EVERY_MODE:
        if mode in stream.modes:
            read = await _declared(session, stream, mode, ids)
            ids = ids or read.ids[:1]
            for bundle in read.bundles:
                result = session.map(bundle)
                if isinstance(result, Mapped):
                    types |= {type_of(record) for record in result.records}
        elif thorough:
            read = await _asked(session, stream, mode, ["none:1"])
            expect(
                isinstance(read.error, ConnectorBug),
                f"{stream.name} does not declare {mode}, and read it all the same",
            )


async def _declared(
    session: Session, stream: StreamDeclaration, mode: Mode, ids: list[str]
) -> Read:
    read = await _asked(session, stream, mode, ids)
    said = f"{stream.name} by {mode}"
    if read.error is not None:
        raise read.error
    if mode == Mode.BY_ID:
        expect(read.ids == ids, f"{said}: asked for {ids}, was given {read.ids}")
        return read
    covered = read.whole().covered[0]
    if mode == Mode.WINDOW:
        expect(covered.slice is not None, f"{said}: Covered names no instants")
    if mode == Mode.SINCE:
        expect(covered.next_cursor is not None, f"{said}: Covered has no next cursor")
    return read


async def _asked(
    session: Session, stream: StreamDeclaration, mode: Mode, ids: Sequence[str]
) -> Read:
    """One read of a stream by ``mode``, of today where it takes a window."""
    window = slice_of(session.ctx.tenant_zone, session.today, session.today)
    return await session.read(
        mode,
        stream=stream.name,
        slice_=window if mode == Mode.WINDOW else None,
        ids=tuple(ids) if mode == Mode.BY_ID else (),
    )


async def _removal(stand: Stand, http: Http, booked: Sequence[str]) -> None:
    """What the manifest says of removal shows, once something was removed."""
    stream = schedule_stream(stand.connector.manifest)
    taken, kept = booked[0], booked[1:]
    if stream.removal == Removal.WINDOW_DIFF:
        stand.stage.delete(taken)
        session = await stand.begin(http)
        read = (await session.days(session.today, session.today)).whole()
        expect(set(read.ids) == set(kept), "window_diff: what was deleted is still listed")
        if Mode.BY_ID in stream.modes:
            absent = await session.read(Mode.BY_ID, stream=stream.name, ids=(taken,))
            expect(absent.absent == [taken], "by_id of what was deleted did not say Absent")
    elif stream.removal == Removal.FLAG:
        stand.stage.cancel(taken)
        session = await stand.begin(http)
        read = (await session.days(session.today, session.today)).whole()
        status = session.appointments(read)[taken].status if taken in read.ids else "not there"
        expect(status == "cancelled", f"flag: what was cancelled is {status}")


def _expect_all_used(manifest: Manifest, seen: _Seen) -> None:
    for read in manifest.reads:
        unused = sorted(set(read.columns) - seen.columns.get(read.template, set()))
        expect(not unused, f"{read.template} allows {', '.join(unused)} and nothing asks for it")


def _expect_types(run: Run, manifest: Manifest, seen: _Seen) -> None:
    recorded = {
        type_of(record)
        for name, bundle in run.subject.fixtures().items()
        if isinstance(
            result := mapped_by(run.subject.connector, bundle, run.subject.map_env(name)), Mapped
        )
        for record in result.records
    }
    for stream in manifest.streams:
        surplus = sorted(seen.types[stream.name] - set(stream.produces))
        expect(not surplus, f"{stream.name} gave undeclared {', '.join(surplus)}")
        never = sorted(set(stream.produces) - seen.types[stream.name] - recorded)
        expect(not never, f"{stream.name} declares {', '.join(never)} and never gives any")


MANIFEST = Check(number="C01", title="The manifest is true", body=_the_manifest_is_true)
