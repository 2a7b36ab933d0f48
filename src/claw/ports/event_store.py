"""A tenant's events: what happened, in one order that nobody who follows ever sees change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from claw.core.events.event import Event
from claw.core.events.registry import EventData


class EventStore(Protocol):
    """Appends to one tenant's events and reads them."""

    def add(self, data: EventData, *, subject: str, at: datetime) -> None:
        """Tell what happened; kept with the transaction, as its last statement.

        Only then does it get its ``seq``, under a lock that is held until the commit: whoever
        has seen one number never sees a smaller one appear.
        """
        ...

    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        """What follows ``seq``, in order."""
        ...

    async def last(self) -> int:
        """The newest ``seq``, 0 when there is none."""
        ...
