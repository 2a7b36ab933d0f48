"""Canonical bytes and content hashes.

Canonical JSON is RFC 8785 restricted to strings in NFC without lone surrogates,
integers below 2**53 in magnitude, booleans, arrays and objects whose keys match
``[a-z][a-z0-9_]*``. There is no null and no float. Inside that profile msgspec's
``order="sorted"`` gives exactly the bytes of RFC 8785.

Hashes are SHA-256 over ``claw.<kind>.1``, a NUL and the canonical bytes: the kind is part
of what is hashed, so that a record can never pass for a part, a tree or a snapshot.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import TypeAlias, cast

import msgspec

from claw.core.errors import ClawError, InvalidInput

CanonicalValue: TypeAlias = "str | int | bool | list[CanonicalValue] | dict[str, CanonicalValue]"

MAX_INTEGER = 2**53 - 1
MIN_PREFIX_LENGTH = 8
_KEY = re.compile(r"[a-z][a-z0-9_]*")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_PREFIX = re.compile(r"[0-9a-f]{8,64}")
# A wall clock, in encoded bytes, that does not end as whole seconds of UTC.
_has_unsettled_instant = re.compile(rb"T\d\d:\d\d:\d\d[^Z]").search
_encode = msgspec.json.Encoder(order="sorted").encode


class NotCanonical(ClawError):
    """A value outside the canonical profile; ``field`` is its path in the document."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path or 'value'}: {why}", code="not_canonical", field=path)
        self.path = path
        self.why = why


def canonical_bytes(value: object) -> bytes:
    """Encode ``value`` (a struct or plain data) to canonical JSON.

    Raises:
        NotCanonical: when anything in it is outside the profile.
    """
    plain = msgspec.to_builtins(value, builtin_types=(datetime, date))
    return _encode(_checked(plain, ""))


def encode_settled(value: object) -> bytes | None:
    """Canonical JSON of a value that is in its one form already, None when that is not sure.

    Many times as quick as :func:`canonical_bytes`. It looks at the text (NFC, no NUL) and
    at the instants (whole seconds of UTC); that there are no floats, nulls, large integers
    and strange keys is for the caller to know.

    Raises:
        TypeError, ValueError: when something in it has no JSON form at all.
    """
    encoded = encode_timeless(value)
    # Harmless text may look like an instant: that costs time and nothing else.
    return None if encoded is None or _has_unsettled_instant(encoded) else encoded


def encode_timeless(value: object) -> bytes | None:
    """:func:`encode_settled`, where that every instant is settled is for the caller to know."""
    encoded = _encode(value)
    if b"\\" in encoded and b"\\u0000" in encoded:
        return None
    # JSON's own signs compose with no mark, so the whole is NFC exactly if all its text is.
    if encoded.isascii() or unicodedata.is_normalized("NFC", encoded.decode("utf-8")):
        return encoded
    return None


def is_plain(members: Mapping[str, object]) -> bool:
    """Whether members are texts, truths and exact integers under canonical keys, no deeper.

    Whether the texts are in NFC is not looked at.
    """
    for key, value in members.items():
        if type(value) is int:
            if abs(value) > MAX_INTEGER:
                return False
        elif type(value) is not str and type(value) is not bool:
            return False
        if not is_key(key):
            return False
    return True


@lru_cache(maxsize=1024)
def is_key(text: str) -> bool:
    """Whether ``text`` may be a key; the few there are come again with every record."""
    return _KEY.fullmatch(text) is not None


def check_canonical(value: object) -> None:
    """Raise :class:`NotCanonical` if ``value`` cannot be encoded canonically."""
    _checked(msgspec.to_builtins(value, builtin_types=(datetime, date)), "")


def content_hash(kind: str, canonical: bytes) -> str:
    """Name canonical bytes of one kind: ``sha256:<hex>``."""
    return "sha256:" + hashlib.sha256(_head(kind) + canonical).hexdigest()


@cache
def _head(kind: str) -> bytes:
    return f"claw.{kind}.1\0".encode("ascii")


def raw_hash(body: bytes) -> str:
    """Name a raw body from a source, exactly as received."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def short_hash(name: str) -> str:
    """The first 12 hex digits, as shown to people."""
    return name.removeprefix("sha256:")[:12]


def parse_hash_prefix(text: str, *, field: str = "id") -> str:
    """Accept a hash or an unambiguous prefix of 8 or more hex digits; return ``sha256:…``.

    Raises:
        InvalidInput: when it can be no hash.
    """
    digits = text.strip().lower().removeprefix("sha256:")
    if not _PREFIX.fullmatch(digits):
        raise InvalidInput(
            f"{text!r} is not an id",
            code="id_invalid",
            field=field,
            hint=f"give {MIN_PREFIX_LENGTH} or more hex digits of it",
        )
    return "sha256:" + digits


def is_hash(text: str) -> bool:
    """Whether ``text`` is a whole content hash."""
    return _HASH.fullmatch(text) is not None


def nfc(text: str) -> str:
    """Text in Unicode NFC with lone surrogates and NUL replaced by U+FFFD.

    PostgreSQL text and JSON cannot carry them, and they say nothing to a person.
    """
    if text.isascii() and "\x00" not in text:
        return text
    cleaned = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", cleaned.replace("\x00", "\ufffd"))


def _checked(value: object, path: str) -> CanonicalValue:
    match value:
        case bool():
            return value
        case int():
            if abs(value) > MAX_INTEGER:
                raise NotCanonical(path, "an integer of 2**53 or more has no exact JSON form")
            return value
        case str():
            return _checked_text(value, path)
        case datetime():
            return _instant_text(value, path)
        case date():
            return value.isoformat()
        case list() | tuple():
            items = cast("list[object]", value)
            return [_checked(item, f"{path}[{index}]") for index, item in enumerate(items)]
        case dict():
            members = cast("dict[object, object]", value)
            return {
                _checked_key(key, path): _checked(member, f"{path}.{key}" if path else str(key))
                for key, member in members.items()
            }
        case None:
            raise NotCanonical(path, "null is not allowed; leave the member out")
        case float():
            raise NotCanonical(path, "floats are not allowed; use integers in a smaller unit")
        case _:
            raise NotCanonical(path, f"{type(value).__name__} has no canonical form")


def _checked_key(key: object, path: str) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise NotCanonical(path, f"the key {key!r} does not match [a-z][a-z0-9_]*")
    return key


def _checked_text(text: str, path: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical(path, "the text holds a lone surrogate") from None
    if not unicodedata.is_normalized("NFC", text):
        raise NotCanonical(path, "the text is not in Unicode NFC")
    return text


def _instant_text(value: datetime, path: str) -> str:
    offset = value.utcoffset()
    if offset is None or offset.total_seconds() != 0:
        raise NotCanonical(path, "an instant must be aware and in UTC")
    if value.microsecond:
        raise NotCanonical(path, "an instant is in whole seconds")
    return (
        value.strftime("%Y-%m-%dT%H:%M:%SZ")
        if value.year >= 1000
        else (value.replace(tzinfo=None).isoformat() + "Z")
    )
