"""Bodies as the sources sent them, and what each record was made from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from claw.ports.connector import MissingCode


class StoredRaw(Struct, frozen=True, kw_only=True):
    """One object of a source as stored."""

    source_id: str
    raw_hash: str
    body: bytes


class StoredPart(Struct, frozen=True, kw_only=True):
    """From which body of which linked object a primary object's records were made.

    ``stale`` when the part could not be read and its last good body stood in for it.
    """

    primary_id: str
    role: str
    part_id: str
    raw_hash: str | None
    missing: MissingCode | None
    stale: bool


class RawStore(Protocol):
    """Reads and writes bodies and lineage."""

    async def put_raws(
        self, connection_id: UUID, raws: Sequence[StoredRaw], observed_at: datetime
    ) -> Collection[str]:
        """Make these the current bodies; returns the source ids whose body changed."""
        ...

    async def forget_raws(
        self, connection_id: UUID, source_ids: Collection[str]
    ) -> Collection[str]:
        """Have no current body of these any more; returns those that had one."""
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

    async def primaries(self, connection_id: UUID, stream: str) -> Sequence[str]:
        """Every primary object that a record, a quarantined row or lineage names, in order.

        A row that was left out on purpose and has no parts is not known here.
        """
        ...

    async def primaries_left_behind(self, connection_id: UUID, stream: str) -> Sequence[str]:
        """Primary objects with a part whose body is not the one they were mapped from.

        Looks at all of the stream: for where another stream may have read their parts.
        """
        ...

    async def primaries_to_remap(
        self,
        connection_id: UUID,
        stream: str,
        *,
        changed: Collection[str],
        read: Collection[str],
        gone: Collection[str] = (),
    ) -> Sequence[str]:
        """Primary objects whose records are out of date, in order.

        Those made from an object that changed; those that lacked, or had another body of, an
        object that has been read now; and those made from one that is gone for good.
        """
        ...
