"""Standard Webhooks: proving to whoever receives a call that it is ours and new."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_text(key: bytes) -> str:
    """A key as people copy it."""
    return PREFIX + base64.b64encode(key).decode("ascii")


def signatures(secrets: Sequence[str], id_: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``: one ``v1,…`` for each secret that is valid now.

    ``timestamp`` is in seconds of the Unix epoch; what is signed is ``id.timestamp.body``.

    Raises:
        ValueError: when a secret is none.
    """
    signed = f"{id_}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("not a webhook secret") from None
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
