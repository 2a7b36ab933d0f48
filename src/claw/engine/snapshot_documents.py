"""Snapshots as commands print them; scripts rely on these shapes."""

from collections.abc import Mapping
from datetime import date

from msgspec import UNSET, Struct, UnsetType

from claw.core.model.records import RECORD_TYPES, RecordType
from claw.core.snapshots.changes import Change
from claw.core.snapshots.content import Snapshot, SnapshotSource
from claw.core.time import format_instant


class WindowDocument(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Local dates, both included."""

    first: date
    last: date


class SourceDocument(Struct, frozen=True, kw_only=True):
    """What one stream of a connection contributed, and how old it is.

    ``held_back`` rows of the source cannot be mapped, stand for no record, and are in
    quarantine.
    """

    connection: str
    stream: str
    complete: bool
    data_as_of: str | None
    held_back: int
    note: str | UnsetType = UNSET


class SnapshotDocument(Struct, frozen=True, kw_only=True):
    """A snapshot. ``degraded`` when some source was not read completely."""

    id: str
    tree: str
    tenant: str
    schema: str
    window: WindowDocument
    taken_at: str
    counts: dict[RecordType, int]
    sources: list[SourceDocument]
    degraded: bool
    previous: str | UnsetType = UNSET


class DiffDocument(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The differences of two snapshots over the dates both hold.

    ``degraded`` when either was taken with a source that was not read completely.
    ``left_out`` names connections that cannot be compared: removed since, or erased.
    """

    from_: str
    to: str
    window: WindowDocument
    degraded: bool
    changes: list[Change]
    left_out: list[str]


class VerifyDocument(Struct, frozen=True, kw_only=True):
    """The outcome of proving a snapshot.

    ``erased`` of its ``records`` are known no more, and say so: that is no problem.
    """

    id: str
    ok: bool
    records: int
    erased: int
    problems: list[str]


def is_degraded(snapshot: Snapshot) -> bool:
    """Whether some source was not read completely when the snapshot was taken."""
    return not all(source.complete for source in snapshot.sources)


def snapshot_document(
    tenant: str, snapshot: Snapshot, counts: Mapping[RecordType, int]
) -> SnapshotDocument:
    """A snapshot of the tenant with that slug."""
    return SnapshotDocument(
        id=snapshot.snapshot_id,
        tree=snapshot.tree,
        tenant=tenant,
        schema=snapshot.schema,
        window=WindowDocument(first=snapshot.first, last=snapshot.last),
        taken_at=format_instant(snapshot.taken_at),
        counts={kind: counts[kind] for kind in RECORD_TYPES if counts.get(kind)},
        sources=[source_document(source) for source in snapshot.sources],
        degraded=is_degraded(snapshot),
        previous=snapshot.previous or UNSET,
    )


def source_document(source: SnapshotSource) -> SourceDocument:
    """A stream's contribution as commands print it."""
    return SourceDocument(
        connection=source.connection,
        stream=source.stream,
        complete=source.complete,
        data_as_of=format_instant(source.data_as_of) if source.data_as_of else None,
        held_back=source.held_back,
        note=source.note,
    )
