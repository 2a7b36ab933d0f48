"""Random identities, only for facts that come from outside."""

from typing import Protocol
from uuid import UUID


class Ids(Protocol):
    """Where random ids come from, so that tests can foresee them."""

    def new(self) -> UUID:
        """A fresh id (UUIDv4)."""
        ...

    def key(self, size: int) -> bytes:
        """A fresh secret of ``size`` bytes that nobody can guess."""
        ...

    def trace(self) -> str:
        """A fresh W3C trace id: 32 lower-case hex digits, not all zero."""
        ...
