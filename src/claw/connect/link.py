"""One connection as the way to its source sees it."""

from collections.abc import Mapping

from msgspec import Struct

from claw.connect.answers import Source
from claw.connect.settings import check_origin
from claw.core.errors import InvalidInput
from claw.ports.connector_errors import ConfigInvalid
from claw.ports.manifest import Manifest


class Caps(Struct, frozen=True, kw_only=True):
    """Bounds of one attempt. ``body_bytes`` counts the body unpacked."""

    body_bytes: int = 32 * 1024 * 1024
    connect_seconds: float = 10.0
    total_seconds: float = 60.0


class Link(Struct, frozen=True, kw_only=True):
    """One connection as the transport needs it."""

    manifest: Manifest
    connection: str
    connection_id: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    trace_id: str


def source_of(link: Link, *, refreshable: bool, allow_plain_http_loopback: bool) -> Source:
    """Who is asked, and the secrets that must never come back out of an answer.

    Raises:
        ConfigInvalid: when the connection's origin cannot be used.
    """
    manifest = link.manifest
    try:
        origin = check_origin(
            link.settings.get(manifest.origin, ""),
            field=manifest.origin,
            allow_plain_http_loopback=allow_plain_http_loopback,
        )
    except InvalidInput as problem:
        raise ConfigInvalid(problem.message, field=manifest.origin, hint=problem.hint) from None
    return Source(
        name=manifest.name,
        origin=origin,
        origin_setting=manifest.origin,
        secret_setting=manifest.auth.secret,
        secrets=tuple(value for text in link.secrets.values() if (value := text.strip())),
        refreshable=refreshable,
    )


def polite_rate(link: Link) -> float:
    """Requests per second: the setting, else what the shared budget can grant for ever.

    Raises:
        ConfigInvalid: when the setting is beyond what the vendor allows.
    """
    limit = link.manifest.limit
    highest = limit.requests / limit.per_seconds
    stated = link.settings.get(limit.rate_setting or "", "")
    if not stated:
        return limit.requests / (limit.per_seconds + 1)
    try:
        rate = float(stated)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= highest:
        field = limit.rate_setting or "limit"
        raise ConfigInvalid(f"{field} must be above 0 and at most {highest:g}", field=field)
    return rate
