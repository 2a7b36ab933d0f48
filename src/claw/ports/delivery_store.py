"""Deliveries: one row for each result, channel and recipient, recorded before it is sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from claw.core.routines.routine import Channel


class NewDelivery(Struct, frozen=True, kw_only=True):
    """Something to deliver. There is one for each (routine, occurrence, channel, address).

    ``not_before`` is when it is due; ``address`` is personal data and stays out of logs.
    """

    delivery_id: UUID
    routine_id: UUID
    occurrence: str
    channel: Channel
    address: str
    summary_id: str
    not_before: datetime
    created_at: datetime


class DeliveryStore(Protocol):
    """Keeps one tenant's deliveries."""

    async def record(self, deliveries: Sequence[NewDelivery]) -> int:
        """Add those that are not there yet; returns how many. A known one stays as it is."""
        ...
