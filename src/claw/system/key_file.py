"""A root key made on the spot, for installations that were given none."""

import base64
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def create_key_file(path: Path) -> None:
    """Write a new random key (32 bytes in base64) that only its owner can read.

    It is written under a name of its own first: two processes may start at once, and the
    first to link its draft wins. Raises OSError.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
