"""Kept snapshots: their documents, and the trees and parts they name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

from claw.core.model.records import RecordType
from claw.core.snapshots.content import Snapshot
from claw.core.snapshots.tree import Tree


class Naming(Struct, frozen=True, kw_only=True):
    """How many versions of a connection's records snapshots name, and how many do.

    ``summaries`` are the kept ones that such a snapshot was given to.
    """

    versions: int
    snapshots: int
    summaries: int


class SnapshotStore(Protocol):
    """Reads and writes the tenant's snapshots."""

    async def hold_shared(self) -> None:
        """Keep away whoever takes stored bytes away, until this transaction ends.

        Held by whatever writes, or names, bytes that may be there already.
        """
        ...

    async def hold_alone(self) -> None:
        """Take stored bytes away: nobody writes or names any until this transaction ends."""
        ...

    async def put(self, snapshot: Snapshot, tree: Tree, counts: Mapping[RecordType, int]) -> bool:
        """Keep a snapshot and how many records of each type it holds.

        Parts, trees and a snapshot that are known are left alone; False when all of it was.
        """
        ...

    async def counts(self, names: Collection[str]) -> Mapping[str, Mapping[RecordType, int]]:
        """How many records of each type these snapshots hold, by the snapshots' names."""
        ...

    async def find(self, prefix: str) -> Sequence[Snapshot]:
        """Snapshots whose name begins so, two at the most."""
        ...

    async def list(self) -> Sequence[Snapshot]:
        """All snapshots, the one that was taken last first."""
        ...

    async def newest(
        self, *, before: datetime | None = None, holding: date | None = None
    ) -> Snapshot | None:
        """The one that was taken last: of all, or of those from before an instant or of a date.

        Which was taken last is a matter of their order, not of the instants they carry.
        """
        ...

    async def nodes(self, names: Collection[str]) -> Mapping[str, bytes]:
        """Trees and parts by name."""
        ...

    async def naming(self, connection: str) -> Naming:
        """What names records of a connection."""
        ...
