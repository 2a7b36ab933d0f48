"""Which mail server to use, from one URL."""

import ipaddress
from typing import Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

_PORTS = {"smtp": 587, "smtps": 465}
_LOCALHOST = "localhost"


class MailServer(Struct, frozen=True, kw_only=True):
    """A server. ``security``: TLS from the start, STARTTLS which must be had, or none."""

    host: str
    port: int
    username: str | None
    password: str | None
    security: Literal["tls", "starttls", "none"]


def parse_mail_url(url: str) -> MailServer:
    """Read ``smtp://user:password@host:587`` or ``smtps://…:465``.

    ``smtp`` demands STARTTLS, except on this machine itself.

    Raises:
        ValueError: saying what is wrong, without quoting the URL: it holds a password.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS:
        raise ValueError("must be an smtp:// or smtps:// URL")
    if not parts.hostname:
        raise ValueError("names no host")
    try:
        port = parts.port or _PORTS[parts.scheme]
    except ValueError:
        raise ValueError("has a port that is no number") from None
    plain = "none" if _is_this_machine(parts.hostname) else "starttls"
    return MailServer(
        host=parts.hostname,
        port=port,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        security="tls" if parts.scheme == "smtps" else plain,
    )


def _is_this_machine(host: str) -> bool:
    try:
        return host == _LOCALHOST or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
