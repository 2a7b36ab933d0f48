"""What is told about each request to a source: enough to count, measure and trace."""

from typing import Protocol

from msgspec import Struct


class RequestAttempt(Struct, frozen=True, kw_only=True):
    """One request that was sent, whatever came of it.

    Names the template, never the URL: paths and queries can hold personal data.
    ``status`` is absent when no answer arrived; ``outcome`` is ``ok``, the code of a
    connector error or the cause of a transient one; ``attempt`` counts from 1;
    ``received_bytes`` is the decompressed size.
    """

    connection: str
    method: str
    template: str
    status: int | None
    outcome: str
    attempt: int
    seconds: float
    received_bytes: int
    trace_id: str


class RequestObserver(Protocol):
    """Told of every attempt. Must not raise and must not block."""

    def attempted(self, attempt: RequestAttempt) -> None:
        """Take note of one attempt, right after it ended."""
        ...
