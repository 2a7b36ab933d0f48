"""Which URLs may be called."""

import re
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from claw.core.errors import InvalidInput

_LONGEST = 2000
_NETLOC = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?")
_PORTS = {"https": 443, "http": 80}


class Place(Struct, frozen=True, kw_only=True):
    """Where a URL leads. ``host`` is in ASCII; ``target`` is path and query as given."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def place_of(url: str, *, plain: bool) -> Place:
    """Read an ``https`` URL; with ``plain`` also an ``http`` one.

    Raises:
        InvalidInput: saying what is wrong, without quoting the URL: it may hold a key.
    """
    if len(url) > _LONGEST or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}' for c in url):
        raise _wrong("has a character that no URL has, or is too long")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong("cannot be read") from None
    if parts.scheme not in (("https", "http") if plain else ("https",)):
        raise _wrong("must begin with https://")
    if "@" in parts.netloc:
        raise _wrong("must not hold a user or password")
    host = parts.hostname
    if not host or not _NETLOC.fullmatch(parts.netloc) or parts.fragment or port == 0:
        raise _wrong("names no host, or more than a place")
    return Place(
        scheme=parts.scheme,
        host=host.rstrip("."),
        port=port or _PORTS[parts.scheme],
        target=_target(parts),
    )


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _wrong(what: str) -> InvalidInput:
    return InvalidInput(
        f"the URL {what}",
        code="url_invalid",
        field="url",
        hint="give a public address like https://hooks.example.com/claw",
    )
