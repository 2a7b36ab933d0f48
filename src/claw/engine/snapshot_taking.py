"""What goes into a snapshot: the records of some dates, and how well they are known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from msgspec import UNSET

from claw.core.model.records import RecordType
from claw.core.model.reference import Ref
from claw.core.model.stored_references import references_in
from claw.core.snapshots.content import SnapshotSource
from claw.core.snapshots.tree import Leaf
from claw.core.time import dates, day_window
from claw.ports.connection_store import Connection
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
