"""Deliveries: one row for each result, channel and recipient, recorded before it is sent.

``not_before`` is business time and comes in as a parameter; how long an attempt is held
and when a failed one is tried again is machine time, the database's own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

from claw.core.routines.routine import Channel
from claw.ports.routine_store import RoutineStatus

DeliveryState: TypeAlias = Literal[
    "planned", "attempting", "sent", "failed", "unknown", "cancelled"
]


class NewDelivery(Struct, frozen=True, kw_only=True):
    """Something to deliver. There is one for each (routine, occurrence, channel, address).

    ``not_before`` is when it is due, ``expires_at`` after when nobody wants it any more;
    ``address`` is personal data and stays out of logs.
    """

    delivery_id: UUID
    routine_id: UUID
    occurrence: str
    channel: Channel
    address: str
    summary_id: str
    not_before: datetime
    expires_at: datetime
    created_at: datetime


class Delivery(NewDelivery, frozen=True, kw_only=True):
    """A delivery and what became of it. ``fence`` counts attempts begun: an old one writes nothing.

    ``lapsed`` when an attempt was begun and nobody ever said how it ended; ``lapses`` counts
    such attempts before the latest.
    """

    routine: str
    routine_status: RoutineStatus
    state: DeliveryState
    reason: str | None
    attempts: int
    fence: int
    ended_at: datetime | None
    receipt: str | None
    lapsed: bool
    lapses: int


class Ending(Struct, frozen=True, kw_only=True):
    """How a delivery ended."""

    state: DeliveryState
    at: datetime
    reason: str | None = None
    receipt: str | None = None


class DeliveryStore(Protocol):
    """Keeps one tenant's deliveries."""

    async def record(self, deliveries: Sequence[NewDelivery]) -> int:
        """Add those that are not there yet; returns how many. A known one stays as it is.

        One that was cancelled before any attempt told nobody: a run that was planned once
        more records it anew.
        """
        ...

    async def open(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Due by ``now`` and held by nobody, the longest due first."""
        ...

    async def attempt(self, delivery: Delivery, *, seconds: int) -> Delivery | None:
        """Begin an attempt with a higher fence; committed before anything is sent.

        None when somebody else began one, or its routine is not active any more.
        """
        ...

    async def settle(self, delivery: Delivery, ending: Ending) -> bool:
        """End one that nobody attempts, without an attempt; False when somebody began one."""
        ...

    async def cancel(
        self, routine_id: UUID, ending: Ending, *, due_by: datetime | None = None
    ) -> int:
        """End what a routine has planned and nobody attempts now; returns how many.

        With ``due_by`` only what is due by then.
        """
        ...

    async def end(self, delivery: Delivery, ending: Ending) -> bool:
        """Say how it ended; False, and nothing written, when the attempt was lost."""
        ...

    async def rest(self, delivery: Delivery, *, seconds: int, reason: str) -> bool:
        """Try again after ``seconds`` of machine time; False when the attempt was lost."""
        ...

    async def list(self, limit: int) -> Sequence[Delivery]:
        """The latest by due time, newest first."""
        ...

    async def troubled(self, limit: int) -> Sequence[Delivery]:
        """Failed, of unknown fate, or tried and not sent yet; the latest due first."""
        ...

    async def find(self, prefix: str) -> Sequence[Delivery]:
        """Those whose id begins so, two at the most."""
        ...

    async def retry(self, delivery_id: UUID, *, until: datetime) -> bool:
        """Open a failed one of an active routine again, its attempts forgotten.

        It is tried up to ``until``, however late it is. False when there is no such one.
        """
        ...
