"""The current canonical records of a tenant and their bytes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from claw.core.model.records import RecordType
from claw.core.model.reference import Ref


class CurrentRecord(Struct, frozen=True, kw_only=True):
    """The current version of a record, without its bytes."""

    ref: Ref
    connection_id: UUID
    stream: str
    type: RecordType
    primary_id: str | None
    content_hash: str
    starts_at: datetime | None
    local_date: date | None
    source_updated_at: datetime | None
    source_url: str | None
    stale_enrichment: bool
    gone: bool
    absences: int
    first_seen_at: datetime
    changed_at: datetime


class StoredRecords(Struct, frozen=True, kw_only=True):
    """Current records as a snapshot keeps them, column by column; all are equally long.

    ``referring`` are the bytes of those that can point to others, a line each, in no order.
    """

    refs: Sequence[Ref] = ()
    types: Sequence[RecordType] = ()
    content_hashes: Sequence[str] = ()
    local_dates: Sequence[date | None] = ()
    referring: bytes = b""


class RecordFilter(Struct, frozen=True, kw_only=True):
    """Which current records are wanted; dates limit records that have a start.

    ``dated`` leaves out those that have none. Records of a removed connection are not
    current: they are only listed where that connection is asked for.
    """

    type: RecordType | None = None
    connection_id: UUID | None = None
    first: date | None = None
    last: date | None = None
    dated: bool = False


class RecordStore(Protocol):
    """Reads and writes current records."""

    async def current(self, refs: Collection[Ref]) -> Mapping[Ref, CurrentRecord]:
        """The current versions of these records."""
        ...

    async def current_of_primaries(
        self, connection_id: UUID, stream: str, primary_ids: Collection[str]
    ) -> Sequence[CurrentRecord]:
        """The records that stand for these source objects, in order."""
        ...

    async def standing_in(
        self, connection_id: UUID, stream: str, start: datetime, end: datetime
    ) -> Sequence[CurrentRecord]:
        """Records of a stream, not gone, whose last known start lies in ``[start, end)``."""
        ...

    async def put_blobs(self, blobs: Mapping[str, bytes]) -> None:
        """Store canonical bytes by content hash; known ones are left alone."""
        ...

    async def blobs(self, content_hashes: Collection[str]) -> Mapping[str, bytes]:
        """Canonical bytes by content hash."""
        ...

    async def put_current(self, records: Sequence[CurrentRecord]) -> None:
        """Insert or replace current versions."""
        ...

    async def see_progress(self, entries: Collection[tuple[Ref, str]], seen_at: datetime) -> None:
        """Note when these (record, evidence) were first seen; known ones keep their instant."""
        ...

    async def progress_seen(self, refs: Collection[Ref]) -> Mapping[tuple[Ref, str], datetime]:
        """When the progress of these records was first seen, by (record, evidence)."""
        ...

    async def list(self, wanted: RecordFilter) -> Sequence[CurrentRecord]:
        """Current records in canonical order: type, start, reference (by bytes)."""
        ...

    async def stored_between(self, first: date, last: date) -> StoredRecords:
        """Current records with a local date from ``first`` to ``last``, gone ones too."""
        ...

    async def stored(self, refs: Collection[Ref]) -> StoredRecords:
        """These current records, as far as they are there."""
        ...
