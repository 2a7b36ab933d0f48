"""What a connection leaves behind when it is removed, and taking that away."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Erased(Struct, frozen=True, kw_only=True):
    """How much was taken away, in rows.

    ``records`` are current canonical records, ``raws`` bodies as the source sent them,
    ``versions`` stored bytes of records that no snapshot names; ``blanked`` those that one
    does name, whose bytes now say only that they were erased.
    """

    records: int = 0
    raws: int = 0
    versions: int = 0
    blanked: int = 0
    quarantined: int = 0
    covered_days: int = 0
    runs: int = 0


class RemovalStore(Protocol):
    """Takes away what belongs to one connection. Never called while it is read."""

    async def drop_held(self, connection_id: UUID) -> int:
        """Hold none of its removals any longer; returns how many waited."""
        ...

    async def erase(self, connection_id: UUID, name: str, kept: Mapping[str, bytes]) -> Erased:
        """Delete everything that was read of a connection.

        ``kept`` are the stored bytes that a snapshot names, by content hash, and what is
        put in their place. Raw bodies that nothing refers to any more go as well, whoever
        they came from; so do the run reports' parts about the connection.
        """
        ...
