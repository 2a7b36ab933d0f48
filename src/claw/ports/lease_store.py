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
        """Take a free or expired lease with a higher fence; None while another holds it.

        Whoever is writing under it holds it, however long that takes. Never waits for them.
        """
        ...

    async def hold(self, lease: Lease, seconds: int) -> bool:
        """Prolong it and keep it until this transaction ends; False when it was lost."""
        ...

    async def renew(self, lease: Lease, seconds: int) -> None:
        """Prolong it, if it is still ours; leave it alone while a transaction holds it."""
        ...

    async def end(self, lease: Lease) -> None:
        """Give it back, if it is still ours."""
        ...

    async def discard(self, lease: Lease) -> None:
        """Give it back, if it is still ours, and leave no trace of its subject."""
        ...

    async def forget_ended(self, subjects: str, *, except_owner: UUID) -> None:
        """Leave no trace of others' leases that ended and whose subject begins so."""
        ...

    async def break_all(self, subjects: str, owner: UUID) -> bool:
        """Take away the leases whose subjects begin so, for good; False when one is alive.

        Whoever held one that ran out cannot write any more either.
        """
        ...
