"""Turning what arrived into a whole body of JSON, or saying what was wrong with it.

Decompression is counted as it goes, so that a small answer that unpacks into gigabytes
ends at the cap instead of in memory.
"""

import codecs
import re
import zlib
from typing import NoReturn

import msgspec
from msgspec import Struct

_STEP_BYTES = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPE = re.compile(
    rb"\\(?:"
    rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair: one character
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|.)",
    re.DOTALL,
)
_REPLACEMENT = rb"\ufffd"
_whole = msgspec.json.Decoder(msgspec.Raw).decode
_items = msgspec.json.Decoder(tuple[msgspec.Raw, ...]).decode


class Undecodable(Exception):
    """The body cannot be used; ``cause`` is a stable word for why."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class BodyReader:
    """Collects a body chunk by chunk, unpacked, up to ``cap_bytes``."""

    def __init__(self, content_encoding: str, cap_bytes: int) -> None:
        encoding = content_encoding.strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise Undecodable("unsupported_encoding")
        self._inflate = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
        self._cap = cap_bytes
        self._pieces: list[bytes] = []
        self._started = False
        self.size = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the wire.

        Raises:
            Undecodable: ``too_large`` past the cap, ``invalid_gzip``.
        """
        if self._inflate is None:
            self._keep(chunk)
            return
        self._started = self._started or bool(chunk)
        while chunk:
            if self._inflate.eof:  # several gzip members in a row are one body
                self._inflate = zlib.decompressobj(_GZIP)
            try:
                self._keep(self._inflate.decompress(chunk, _STEP_BYTES))
            except zlib.error:
                raise Undecodable("invalid_gzip") from None
            chunk = self._inflate.unconsumed_tail or self._inflate.unused_data

    def body(self) -> bytes:
        """The whole body.

        Raises:
            Undecodable: ``truncated`` when the packed data stopped in the middle.
        """
        if self._inflate is not None and self._started and not self._inflate.eof:
            raise Undecodable("truncated")
        return b"".join(self._pieces)

    def _keep(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._cap:
            raise Undecodable("too_large")
        self._pieces.append(piece)


class JsonBody(Struct, frozen=True):
    """A body that is JSON: its text in UTF-8, and its items where it is an array."""

    text: bytes
    items: tuple[msgspec.Raw, ...] | None


def json_body(body: bytes, content_type: str) -> JsonBody:
    """The body as UTF-8 JSON without a byte order mark, byte for byte where it already is.

    Half of a surrogate pair is no character, though JSON can spell it: a note that was cut
    in the middle of an emoji must not cost the whole page, so it becomes U+FFFD.

    Raises:
        Undecodable: ``empty_body``, ``not_json`` (a page for people, say),
            ``wrong_charset`` or ``invalid_json`` (cut off, for instance).
    """
    if not body.strip():
        raise Undecodable("empty_body")
    media_type, _, parameters = content_type.partition(";")
    text = _utf8(body, parameters)
    if not text.strip():
        raise Undecodable("empty_body")
    if "html" in media_type.lower() or text.lstrip()[:1] == b"<":
        raise Undecodable("not_json")
    return _proved(text) or _proved(_ESCAPE.sub(_whole_character, text)) or _refuse(text)


def _proved(text: bytes) -> JsonBody | None:
    """The text as a body, None when it is no JSON. One pass proves it and finds the items."""
    try:
        if text.lstrip()[:1] == b"[":
            return JsonBody(text, _items(text))
        _whole(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return JsonBody(text, None)


def _refuse(text: bytes) -> NoReturn:
    starts_as_json = text.lstrip()[:1] in b'{["'
    raise Undecodable("invalid_json" if starts_as_json else "not_json")


def _whole_character(escape: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if escape["lone"] else escape[0]


def _utf8(body: bytes, parameters: str) -> bytes:
    """JSON is UTF-8 whatever the header says; only if it is not, the header is believed."""
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _recoded(body.removeprefix(mark) if encoding == "utf-8" else body, encoding)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _recoded(body, _charset(parameters))
    return body


def _recoded(body: bytes, encoding: str) -> bytes:
    try:
        return body.decode(encoding).encode("utf-8")
    except (UnicodeError, LookupError):
        raise Undecodable("wrong_charset") from None


def _charset(parameters: str) -> str:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    raise Undecodable("wrong_charset")
