"""What a snapshot is: content by hash, and what was known about its completeness."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import UNSET, Struct, UnsetType

from claw.core.errors import CheckFailed
from claw.core.model.canonical import short_hash
from claw.core.model.records import Appointment, Record
from claw.core.model.reference import Ref
from claw.core.model.versions import SchemaVersions
from claw.core.snapshots.erasure import is_erased
from claw.core.time import local_date


class SnapshotSource(Struct, frozen=True, kw_only=True):
    """What one stream of one connection contributed.

    ``complete`` when every local date of the window was read completely; ``data_as_of``
    is the oldest of those reads, None when nothing was; ``covered_days`` are the local
    dates of the tenant that were. ``appointments`` says whether the stream brings any, so
    that a day it was not read on may hold more than is known.

    Rows that cannot be mapped wait in quarantine: ``held_back`` of them stand for no record,
    and so for no date that anybody knows; ``outdated`` are records of the window that are
    there as the last version of such a row that could be read.
    """

    connection: str
    stream: str
    complete: bool
    data_as_of: datetime | None = None
    covered_days: tuple[date, ...]
    held_back: int = 0
    outdated: tuple[Ref, ...] = ()
    appointments: bool = True
    note: str | UnsetType = UNSET


class Snapshot(Struct, frozen=True, kw_only=True):
    """One version of a schedule. ``zone`` is the tenant's; dates are its local dates."""

    snapshot_id: str
    tree: str
    schema: str
    first: date
    last: date
    zone: str
    taken_at: datetime
    sources: tuple[SnapshotSource, ...]
    tzdata_version: str
    previous: str | None = None


class SnapshotContent(Struct, frozen=True, kw_only=True):
    """A snapshot with its records, read as values of the newest schema.

    ``snapshot.schema`` stays what it was taken in. ``erased`` records are named by the
    snapshot and known no more.
    """

    snapshot: Snapshot
    records: Mapping[Ref, Record]
    erased: frozenset[Ref] = frozenset()

    def get(self, ref: Ref | UnsetType) -> Record | None:
        """The record of that reference, None when there is none."""
        return None if isinstance(ref, UnsetType) else self.records.get(ref)

    def appointments_on(self, day: date) -> tuple[Appointment, ...]:
        """Appointments that start on a local date of their own zone, by start and reference."""
        found = [
            record
            for record in self.records.values()
            if isinstance(record, Appointment) and local_date(record.starts_at, record.zone) == day
        ]
        return tuple(sorted(found, key=lambda record: (record.starts_at, record.ref)))


def removed_since(before: Snapshot, after: Snapshot) -> frozenset[str]:
    """Connections that were removed between two snapshots; one that is there is named."""
    now = {source.connection for source in after.sources}
    return frozenset(source.connection for source in before.sources) - now


def read_content(
    snapshot: Snapshot,
    leaves: Mapping[Ref, str],
    blobs: Mapping[str, bytes],
    versions: SchemaVersions,
) -> SnapshotContent:
    """Read a snapshot's records from their bytes, by name.

    Raises:
        CheckFailed: when bytes are missing.
        InstallationBroken: when a newer engine took the snapshot.
    """
    if missing := sorted(set(leaves.values()) - blobs.keys()):
        raise incomplete(snapshot, f"record {missing[0]} is missing")
    erased = frozenset([ref for ref, name in leaves.items() if is_erased(blobs[name])])
    read = versions.reader(snapshot.schema)
    return SnapshotContent(
        snapshot=snapshot,
        records={ref: read(blobs[leaves[ref]]) for ref in sorted(leaves.keys() - erased)},
        erased=erased,
    )


def incomplete(snapshot: Snapshot, what: str) -> CheckFailed:
    """The error of a snapshot that lost something it names."""
    return CheckFailed(
        f"snapshot {short_hash(snapshot.snapshot_id)} is incomplete: {what}",
        code="snapshot_incomplete",
        hint=f"`claw snapshot verify {short_hash(snapshot.snapshot_id)}` lists everything",
    )
