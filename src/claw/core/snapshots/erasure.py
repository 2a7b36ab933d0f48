"""What stands where a record was erased: its reference, and that it was erased.

The bytes no longer give their name, which is known of them and no sign of tampering: a
snapshot that names them says ``erased`` and is otherwise as true as before.
"""

from claw.core.model.canonical import canonical_bytes
from claw.core.model.reference import Ref

ERASED_HEAD = b'{"erased":true,'
"""How the bytes of an erased record begin; those of no record do."""


def erased_bytes(ref: Ref) -> bytes:
    """The bytes in the place of a record that was erased."""
    return canonical_bytes({"erased": True, "ref": ref})


def is_erased(stored: bytes) -> bool:
    """Whether these are the bytes of a record that was erased."""
    return stored.startswith(ERASED_HEAD)
