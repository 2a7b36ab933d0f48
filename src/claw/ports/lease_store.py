"""The right to write something across network calls. Times are the database's own."""

from typing import Protocol
from uuid import UUID

from msgspec import Struct


class Lease(Struct, frozen=True, kw_only=True):
    """The right to write one subject; every write of the holder carries it."""

    subject: str
    owner: UUID
    fence: int


class LeaseStore(Protocol):
    """Takes, prolongs and gives back leases."""

    async def take(self, subject: str, owner: UUID, seconds: int) -> Lease | None:
        """Take a free or expired lease with a higher fence; None while another holds it."""
        ...

    async def renew(self, lease: Lease, seconds: int) -> bool:
        """Prolong it and lock its row for this transaction; False when it was lost."""
        ...

    async def end(self, lease: Lease) -> None:
        """Give it back, if it is still ours."""
        ...

    async def break_all(self, subjects: str, owner: UUID) -> bool:
        """Take away the leases whose subjects begin so, for good; False when one is alive.

        Whoever held one that ran out cannot write any more either.
        """
        ...
