"""Raw bodies, what records were made from, and the current canonical records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from claw.core.model.records import RecordType
from claw.core.model.reference import Ref
from claw.ports.connector import MissingCode


class StoredRaw(Struct, frozen=True, kw_only=True):
    """One object of a source as stored."""

    source_id: str
    raw_hash: str
    body: bytes


class StoredPart(Struct, frozen=True, kw_only=True):
    """From which body of which linked object a primary object's records were made."""

    primary_id: str
    role: str
    part_id: str
    raw_hash: str | None
    missing: MissingCode | None


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


class RecordFilter(Struct, frozen=True, kw_only=True):
    """Which current records are wanted; dates limit records that have a start."""

    type: RecordType | None = None
    connection_id: UUID | None = None
    first: date | None = None
    last: date | None = None


class RecordStore(Protocol):
    """Reads and writes what a tenant's sources hold."""

    async def put_raws(
        self, connection_id: UUID, raws: Sequence[StoredRaw], observed_at: datetime
    ) -> Collection[str]:
        """Make these the current bodies; returns the source ids whose body changed."""
        ...

    async def current_raws(
        self, connection_id: UUID, source_ids: Collection[str]
    ) -> Mapping[str, StoredRaw]:
        """The last good bodies of these objects."""
        ...

    async def raw_bodies(self, raw_hashes: Collection[str]) -> Mapping[str, bytes]:
        """Bodies by hash."""
        ...

    async def put_parts(
        self, connection_id: UUID, stream: str, parts: Mapping[str, Sequence[StoredPart]]
    ) -> None:
        """Replace what the primary objects named by the keys are made from."""
        ...

    async def parts_of(
        self, connection_id: UUID, stream: str, primary_ids: Collection[str]
    ) -> Mapping[str, Sequence[StoredPart]]:
        """What these primary objects are made from, by primary id."""
        ...

    async def primaries_made_from(
        self, connection_id: UUID, stream: str, part_ids: Collection[str]
    ) -> Sequence[str]:
        """Primary objects whose records were made from one of these objects, in order."""
        ...

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

    async def list(self, wanted: RecordFilter) -> Sequence[CurrentRecord]:
        """Current records in canonical order: type, start, reference (by bytes)."""
        ...
