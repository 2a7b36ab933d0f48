"""What goes into a snapshot: the records of some dates, and how well they are known."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from msgspec import UNSET, Struct
from msgspec.structs import replace

from claw.core.errors import NotFound
from claw.core.model.records import RecordType
from claw.core.model.reference import Ref
from claw.core.model.stored_references import references_in
from claw.core.snapshots.content import SnapshotSource
from claw.core.snapshots.tree import Leaf
from claw.core.time import dates, day_window
from claw.ports.catalog import ConnectorCatalog
from claw.ports.connection_store import Connection
from claw.ports.sync_store import CoveredDay, QuarantinedRow
from claw.ports.unit_of_work import UnitOfWork

# What a connection stands for whose connector is not installed any more and that was never
# read: the stream every connector has.
_MAIN_STREAM = "appointments"


class _Unreadable(Struct, frozen=True):
    """Rows of a stream in quarantine: without a record, and with one that is still told."""

    held_back: int
    outdated: tuple[Ref, ...]


async def sources_of(
    uow: UnitOfWork, catalog: ConnectorCatalog, zone: str, first: date, last: date
) -> tuple[SnapshotSource, ...]:
    """What each connection contributes to these dates; streams that were never read as well."""
    # A place that crossed the date line has a date that nobody can read.
    wanted = {day for day in dates(first, last) if day_window(zone, day)}
    covered = await uow.sync.covered(first, last)
    quarantined = await uow.sync.quarantined()
    sources: list[SnapshotSource] = []
    for connection in await uow.connections.list():
        read: dict[str, list[CoveredDay]] = {}
        for day in covered:
            if day.connection_id == connection.connection_id:
                read.setdefault(day.stream, []).append(day)
        for stream, appointments in sorted(_streams(catalog, connection, read).items()):
            rows = [
                r
                for r in quarantined
                if (r.connection_id, r.stream) == (connection.connection_id, stream)
            ]
            unreadable = await _unreadable(uow, connection, stream, rows, wanted)
            source = _source(connection, stream, wanted, read.get(stream, ()), unreadable)
            sources.append(replace(source, appointments=appointments))
    return tuple(sorted(sources, key=lambda source: (source.connection, source.stream)))


def _streams(
    catalog: ConnectorCatalog, connection: Connection, read: Collection[str]
) -> Mapping[str, bool]:
    """The streams to account for, and whether each brings appointments.

    All that the connector must read; one that may be refused to us only where it was read.
    """
    try:
        declared = catalog.manifest(connection.connector).streams
    except NotFound:
        return dict.fromkeys(read or (_MAIN_STREAM,), True)
    brings = {stream.name: "appointment" in stream.produces for stream in declared}
    wanted = {stream.name for stream in declared if stream.required} | set(read)
    return {stream: brings.get(stream, True) for stream in wanted}


async def _unreadable(
    uow: UnitOfWork,
    connection: Connection,
    stream: str,
    rows: Sequence[QuarantinedRow],
    dates_wanted: Collection[date],
) -> _Unreadable:
    if not rows:
        return _Unreadable(0, ())
    ids = {row.source_id for row in rows}
    records = await uow.records.current_of_primaries(connection.connection_id, stream, ids)
    standing = [record for record in records if not record.gone]
    return _Unreadable(
        held_back=len(ids - {record.primary_id for record in standing}),
        outdated=tuple(r.ref for r in standing if r.local_date in dates_wanted),
    )


def _source(
    connection: Connection,
    stream: str,
    wanted: set[date],
    read: Sequence[CoveredDay],
    unreadable: _Unreadable,
) -> SnapshotSource:
    days = {day.local_date: day.data_as_of for day in read}
    missing = len(wanted - set(days))
    notes: list[str] = []
    if missing:
        notes.append(f"{missing} of {len(wanted)} days were never read completely")
    if connection.status == "paused":
        notes.append("reading is paused")
    return SnapshotSource(
        connection=connection.name,
        stream=stream,
        complete=missing == 0,
        data_as_of=min(days.values(), default=None),
        covered_days=tuple(sorted(days)),
        held_back=unreadable.held_back,
        outdated=unreadable.outdated,
        note="; ".join(notes) or UNSET,
    )


async def select_current(
    uow: UnitOfWork, first: date, last: date
) -> tuple[Sequence[Leaf], Mapping[RecordType, int]]:
    """The current records that belong to these dates, and how many there are of each type.

    The rule is that of ``core.snapshots.selection.select``; here the records that are
    referred to are fetched as they are met.
    """
    chosen: set[Ref] = set()
    leaves: list[Leaf] = []
    counts: Counter[RecordType] = Counter()
    found = await uow.records.stored_between(first, last)
    while found.refs:
        chosen.update(found.refs)
        counts.update(found.types)
        columns = zip(found.refs, found.content_hashes, found.local_dates, strict=True)
        leaves += [Leaf(ref=ref, content_hash=name, local_date=day) for ref, name, day in columns]
        found = await uow.records.stored(references_in(found.referring) - chosen)
    return leaves, counts
