"""A connector's manifest: what it is, reads, needs and promises, as data.

The manifest is the security boundary of the transport: a request that its ``reads`` do
not declare is refused before a byte leaves. It is read without running the connector.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class SettingSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting or secret of a connection. ``kind`` decides how it is checked.

    ``pattern`` must match the whole value (for an origin: its host). ``strip_suffixes``
    are endings that people paste along and that are cut off first, such as an API's own
    path after an origin.
    """

    name: str
    title: str
    secret: bool = False
    required: bool = False
    repeatable: bool = False
    kind: Literal["text", "origin", "url", "integer", "zone", "list"] = "text"
    default: str | None = None
    pattern: str | None = None
    maximum: int | None = None
    minimum: int | None = None
    strip_suffixes: tuple[str, ...] = ()
    help: str = ""


class DeclaredRead(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One (method, URL template) the transport may send.

    A template is a path below the origin in the setting named by the manifest's
    ``origin``, with ``{name}`` for one path segment. ``columns`` is the privacy
    allow-list of the query parameter ``columns``, empty where the vendor has none; where
    it is not empty every request must name its columns. A method other than GET or HEAD
    must cite the vendor's page. ``scope`` is what a refusal (403) is called, by default
    the resource named in the template.
    """

    template: str
    method: str = "GET"
    columns: tuple[str, ...] = ()
    optional: bool = False
    scope: str | None = None
    cites: str | None = None


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The vendor's own number: never more than ``requests`` in any ``per_seconds``.

    ``unit`` names what shares the budget: ``origin`` (the vendor's host, whatever tenant
    asks) or ``connection``. ``rate_setting`` is the setting with the polite rate.
    """

    requests: int
    per_seconds: int
    unit: Literal["origin", "connection"]
    rate_setting: str | None = None
    max_in_flight: int = 3


class AuthSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests are authenticated: ``bearer`` puts the secret in a header."""

    kind: Literal["bearer", "none"]
    secret: str | None = None


class StreamDeclaration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stream as the manifest declares it; see ``StreamSpec`` for the meaning."""

    name: str
    produces: tuple[str, ...]
    modes: tuple[str, ...]
    removal: str
    absent_after: int = 1
    order: str = "none"
    widest_window_days: int | None = None
    required: bool = True


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``manifest.toml``."""

    key: str
    name: str
    summary: str
    contract: str
    schema: str
    origin: str
    auth: AuthSpec
    limit: Limit
    settings: tuple[SettingSpec, ...]
    reads: tuple[DeclaredRead, ...]
    streams: tuple[StreamDeclaration, ...]
    capabilities: Mapping[str, str]
    docs: str
    simulator: str | None = None
