"""Counting what a tenant used, by its own local days."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

Metered: TypeAlias = Literal[
    "syncs",
    "records_read",
    "snapshots",
    "summaries",
    "deliveries_console",
    "deliveries_email",
    "deliveries_sms",
    "deliveries_webhook",
    "webhook_calls",
]
"""What is counted. Deliveries count when they were sent, calls when they were made."""


class Used(Struct, frozen=True, kw_only=True):
    """How often something happened on a local date of the tenant."""

    day: date
    what: str
    count: int


class MeteringStore(Protocol):
    """One tenant's counts."""

    def count(self, day: date, what: Metered, n: int = 1) -> None:
        """Add ``n`` to a day's count; kept with the transaction."""
        ...

    async def used(self, first: date, last: date) -> Sequence[Used]:
        """What was counted on these dates, both included, by date and name."""
        ...
