"""Random ids from the operating system."""

import secrets
from uuid import UUID, uuid4


class RandomIds:
    """The ``Ids`` of a running installation."""

    def new(self) -> UUID:
        return uuid4()

    def key(self, size: int) -> bytes:
        return secrets.token_bytes(size)

    def trace(self) -> str:
        return secrets.token_hex(16)
