"""Counting what happens. Labels carry codes and connector keys, never personal data."""

from typing import Protocol


class Metrics(Protocol):
    """Counters and durations by name."""

    def count(self, name: str, value: int = 1, **labels: str) -> None:
        """Add ``value`` to the counter ``name``."""
        ...

    def observe(self, name: str, seconds: float, **labels: str) -> None:
        """Record one duration in seconds."""
        ...
