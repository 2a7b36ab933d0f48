"""What goes into a snapshot: the records of some dates, and how well they are known."""

from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import UNSET

from claw.core.model.records import RecordType
from claw.core.model.reference import Ref
from claw.core.model.versions import SchemaVersions
from claw.core.snapshots.content import SnapshotSource
from claw.core.snapshots.selection import referred_to
from claw.core.snapshots.tree import Leaf
from claw.core.time import dates, day_window
from claw.ports.connection_store import Connection
from claw.ports.record_store import CurrentRecord, RecordFilter
from claw.ports.sync_store import CoveredDay
from claw.ports.unit_of_work import UnitOfWork

# What a connection that was never read stands for: the stream every connector has.
_MAIN_STREAM = "appointments"


async def sources_of(
    uow: UnitOfWork, zone: str, first: date, last: date
) -> tuple[SnapshotSource, ...]:
    """What each connection contributes to these dates; one that was never read as well."""
    # A place that crossed the date line has a date that nobody can read.
    wanted = {day for day in dates(first, last) if day_window(zone, day)}
    covered = await uow.sync.covered(first, last)
    unreadable = await uow.sync.quarantined()
    sources: list[SnapshotSource] = []
    for connection in await uow.connections.list():
        own = [day for day in covered if day.connection_id == connection.connection_id]
        for stream in sorted({day.stream for day in own} or {_MAIN_STREAM}):
            read = [day for day in own if day.stream == stream]
            held_back = sum(
                row.connection_id == connection.connection_id and row.stream == stream
                for row in unreadable
            )
            sources.append(_source(connection, stream, wanted, read, held_back))
    return tuple(sorted(sources, key=lambda source: (source.connection, source.stream)))


def _source(
    connection: Connection,
    stream: str,
    wanted: set[date],
    read: Sequence[CoveredDay],
    held_back: int,
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
        held_back=held_back,
        note="; ".join(notes) or UNSET,
    )


async def select_current(
    uow: UnitOfWork, versions: SchemaVersions, first: date, last: date
) -> tuple[Sequence[Leaf], Mapping[RecordType, int]]:
    """The current records that belong to these dates, and how many there are of each type.

    The rule is that of ``core.snapshots.selection.select``; here the records that are
    referred to are fetched as they are met.
    """
    listed = await uow.records.list(RecordFilter(first=first, last=last, dated=True))
    chosen: dict[Ref, CurrentRecord] = {record.ref: record for record in listed}
    frontier = list(chosen.values())
    while frontier:
        blobs = await uow.records.blobs({record.content_hash for record in frontier})
        records = (versions.read(versions.newest, blobs[r.content_hash]) for r in frontier)
        found = await uow.records.current(referred_to(records) - chosen.keys())
        chosen |= found
        frontier = list(found.values())
    counts: dict[RecordType, int] = {}
    for record in chosen.values():
        counts[record.type] = counts.get(record.type, 0) + 1
    leaves = [
        Leaf(ref=r.ref, content_hash=r.content_hash, local_date=r.local_date)
        for r in chosen.values()
    ]
    return leaves, counts
