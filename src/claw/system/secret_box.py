"""AES-256-GCM sealing under keys derived from the installation's root key.

Each tenant has a key of its own (HKDF of the root key with the tenant's id), and the
purpose is authenticated with the ciphertext, so that a sealed secret moved to another
tenant, connection or name does not open. The first bytes name format and root key, which
is what rotation needs.
"""

import hashlib
import hmac
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from claw.core.errors import InstallationBroken

KEY_BYTES = 32
_VERSION = b"\x01"
_FINGERPRINT_BYTES = 4
_NONCE_BYTES = 12


class AesGcmBox:
    """The ``SecretBox`` of a running installation; ``previous`` opens during a rotation."""

    def __init__(self, root_key: bytes, previous: bytes | None = None) -> None:
        self._root_key = root_key
        self._keys = {_fingerprint(key): key for key in (previous, root_key) if key}

    def seal(self, tenant_id: UUID, purpose: str, secret: str) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        cipher = AESGCM(_tenant_key(self._root_key, tenant_id))
        body = cipher.encrypt(nonce, secret.encode("utf-8"), purpose.encode("utf-8"))
        return _VERSION + _fingerprint(self._root_key) + nonce + body

    def open(self, tenant_id: UUID, purpose: str, sealed: bytes) -> str:
        start = len(_VERSION) + _FINGERPRINT_BYTES
        key = self._keys.get(sealed[len(_VERSION) : start])
        if sealed[: len(_VERSION)] != _VERSION or key is None:
            raise _wrong_key(purpose)
        nonce, body = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
        try:
            opened = AESGCM(_tenant_key(key, tenant_id)).decrypt(
                nonce, body, purpose.encode("utf-8")
            )
        except InvalidTag as error:
            raise _wrong_key(purpose) from error
        return opened.decode("utf-8")

    def keyed_hash(self, text: str) -> bytes:
        return hmac.new(self._root_key, text.encode("utf-8"), hashlib.sha256).digest()


def _tenant_key(root_key: bytes, tenant_id: UUID) -> bytes:
    return HKDF(
        algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"claw.tenant.1\0" + tenant_id.bytes
    ).derive(root_key)


def _fingerprint(key: bytes) -> bytes:
    return hashlib.sha256(b"claw.root-key.1\0" + key).digest()[:_FINGERPRINT_BYTES]


def _wrong_key(purpose: str) -> InstallationBroken:
    return InstallationBroken(
        f"the secret of {purpose} does not open with this installation's key",
        code="secret_key_wrong",
        field="CLAW_SECRET_KEY",
        hint="restore the key the secrets were sealed with, or set the secret again",
    )
