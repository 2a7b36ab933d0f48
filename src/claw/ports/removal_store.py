"""What a connection leaves behind when it is removed, and taking that away."""

from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Erased(Struct, frozen=True, kw_only=True):
    """How much was taken away, in rows.

    ``records`` are current canonical records, ``raws`` bodies as the source sent them,
    ``versions`` stored bytes of records, which now say only that they were erased.
    """

    records: int = 0
    raws: int = 0
    versions: int = 0
    quarantined: int = 0
    covered_days: int = 0
    runs: int = 0


class RemovalStore(Protocol):
    """Takes away what belongs to one connection. Never called while it is read."""

    async def drop_held(self, connection_id: UUID) -> int:
        """Hold none of its removals any longer; returns how many waited."""
        ...

    async def erase(self, connection_id: UUID, name: str) -> Erased:
        """Take away everything that was read of a connection.

        Stored bytes of its records keep their names, which snapshots may hold. Raw bodies
        that nothing refers to any more go, whoever they came from; so do the parts of run
        reports that are about the connection.
        """
        ...
