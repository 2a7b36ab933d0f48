"""References: the identity of a record, unique within a tenant and stable across syncs.

Written ``<connection>/<source id>``, for instance ``field/schedule:90101`` would be the
schedule 90101 of the connection of that name. The source id is prefixed by the source's
own object name, so that two kinds of objects never collide, and percent-encoded outside
``[A-Za-z0-9._:~@-]``.
"""

import hashlib
import re
from functools import lru_cache
from typing import NewType
from urllib.parse import quote, unquote

from claw.core.errors import InvalidInput

Ref = NewType("Ref", str)

MAX_SOURCE_ID_LENGTH = 200
_CONNECTION = re.compile(r"[a-z][a-z0-9-]{0,30}")
_SOURCE_ID = re.compile(r"(?:[A-Za-z0-9._:~@-]++|%[0-9A-F]{2})++")
_SAFE = "._:~@-"
_SAFE_TEXT = re.compile(r"[A-Za-z0-9._:~@-]*")


def check_connection_name(name: str) -> str:
    """Return ``name`` if it may name a connection.

    Raises:
        InvalidInput: with field ``name``.
    """
    if not _CONNECTION.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot name a connection",
            code="connection_name_invalid",
            field="name",
            hint="use a lower-case letter, then up to 30 lower-case letters, digits or hyphens",
        )
    return name


@lru_cache(maxsize=4096, typed=True)  # a page names the same people and things again and again
def source_id(kind: str, key: str | int) -> str:
    """Encode a source's own object name and key, as in ``schedule:90101``.

    Longer than 200 characters becomes ``h:<sha256 of the encoded id>``, so that an id
    of any length still has one stable name.
    """
    encoded = f"{kind}:{key}"
    if not _SAFE_TEXT.fullmatch(encoded):
        encoded = f"{quote(kind, safe=_SAFE)}:{quote(str(key), safe=_SAFE)}"
    if len(encoded) <= MAX_SOURCE_ID_LENGTH:
        return encoded
    return "h:" + hashlib.sha256(encoded.encode("ascii")).hexdigest()


def make_ref(connection: str, encoded_source_id: str) -> Ref:
    """Join a connection's name and an encoded source id."""
    return Ref(f"{connection}/{encoded_source_id}")


def parse_ref(text: str) -> Ref:
    """Check that ``text`` is a well-formed reference.

    Raises:
        InvalidInput: with field ``ref``.
    """
    connection, slash, encoded = text.partition("/")
    if (
        not slash
        or not _CONNECTION.fullmatch(connection)
        or not _SOURCE_ID.fullmatch(encoded)
        or len(encoded) > MAX_SOURCE_ID_LENGTH
    ):
        raise InvalidInput(
            f"{text!r} is not a reference",
            code="reference_invalid",
            field="ref",
            hint="write it as <connection>/<kind>:<id>, as `claw records` prints it",
        )
    return Ref(text)


def belongs_to(ref: Ref, connection: str) -> bool:
    """Whether ``ref`` is well formed and of the connection, whose name is known to be."""
    name, _, encoded = ref.partition("/")
    return (
        name == connection
        and len(encoded) <= MAX_SOURCE_ID_LENGTH
        and _SOURCE_ID.fullmatch(encoded) is not None
    )


def connection_of(ref: Ref) -> str:
    """The name of the connection a record came from."""
    return ref.partition("/")[0]


def source_id_of(ref: Ref) -> str:
    """The encoded source id within the connection."""
    return ref.partition("/")[2]


def key_of(encoded_source_id: str) -> tuple[str, str]:
    """Split an encoded source id into the source's object name and its own key."""
    kind, _, key = encoded_source_id.partition(":")
    return unquote(kind), unquote(key)
