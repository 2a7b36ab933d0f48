"""Business time."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Where business time comes from; nothing else in Claw asks what time it is."""

    def now(self) -> datetime:
        """The current instant: aware, UTC, whole seconds."""
        ...
