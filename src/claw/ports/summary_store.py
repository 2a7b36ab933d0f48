"""Kept summaries: what each was made from, and the bytes it gave."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from msgspec import Struct


class KeptSummary(Struct, frozen=True, kw_only=True):
    """A summary as stored. ``inputs`` and ``document`` are canonical bytes."""

    summary_id: str
    snapshot_id: str
    inputs: bytes
    document: bytes
    document_hash: str


class SummaryStore(Protocol):
    """Reads and writes the tenant's summaries."""

    async def put(self, summary: KeptSummary) -> bool:
        """Keep a summary; one that is known is left alone, and that is False."""
        ...

    async def find(self, prefix: str) -> Sequence[KeptSummary]:
        """Summaries whose name begins so, two at the most."""
        ...

    async def snapshots_in_use(self) -> AbstractSet[str]:
        """The snapshots that kept summaries were made from or compared with."""
        ...
