"""Sealing of secrets at rest."""

from typing import Protocol
from uuid import UUID


def connection_purpose(connection_id: UUID, name: str) -> str:
    """What a sealed secret of a connection is bound to."""
    return f"connection:{connection_id}:{name}"


class SecretBox(Protocol):
    """Encrypts a secret so that it opens only for the tenant and purpose it was sealed for."""

    def seal(self, tenant_id: UUID, purpose: str, secret: str) -> bytes:
        """Seal ``secret``; the same input never gives the same bytes twice."""
        ...

    def open(self, tenant_id: UUID, purpose: str, sealed: bytes) -> str:
        """Open what was sealed for the same tenant and purpose.

        Raises:
            InstallationBroken: when the root key is not the one it was sealed with.
        """
        ...

    def keyed_hash(self, text: str) -> bytes:
        """A keyed hash of ``text``: names a shared thing without revealing it."""
        ...
