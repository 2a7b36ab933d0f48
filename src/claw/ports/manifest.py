"""A connector's manifest: what it is, reads, needs and promises, as data.

The manifest is the security boundary of the transport: a request that its ``reads`` do
not declare is refused before a byte leaves. It is read without running the connector.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct


class SettingSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One setting or secret of a connection. ``kind`` decides how it is checked.

    ``pattern`` must match the whole value (for an origin: its host). ``strip_suffixes``
    are endings that people paste along and that are cut off first, such as an API's own
    path after an origin.

    ``affects`` says what changing it means: ``records`` are what mapping makes of a row, so
    that what is stored is mapped again; ``account`` is whose data it is, so that it cannot
    change once something was read (the manifest's ``origin`` is always of this kind);
    ``reading`` is only how the source is asked. Mapping sees none of the last kind.
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
    affects: Literal["records", "account", "reading"] = "records"
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


GrantKind = Literal["client_credentials", "authorization_code"]
WayIn: TypeAlias = Literal["none", "static"] | GrantKind
"""``none``: nobody asks who we are; ``static``: a key as it is; else a grant's tokens."""
"""How a vendor lets us in by OAuth 2: as the client itself, or by somebody's consent."""


class OAuth2Spec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Access tokens that run out, and the one endpoint that gives new ones.

    ``token_path`` is a path below the origin: the only address that is ever sent a POST
    without being a declared read. ``client_id``, ``client_secret`` and ``refresh_token``
    name the connection's secrets. ``rotates``: a refresh token is good for one use.
    ``access_ttl_seconds`` is believed where an answer does not say how long its token
    lives. A grant by consent dies after ``refresh_ttl_days`` without use, so it is renewed
    when it was not for ``keep_alive_hours``, whatever else happens.
    """

    token_path: str
    grants: tuple[GrantKind, ...]
    client_id: str
    client_secret: str
    refresh_token: str | None = None
    access_ttl_seconds: int = 3600
    refresh_ttl_days: int | None = None
    rotates: bool = False
    keep_alive_hours: int = 24

    def secrets(self) -> tuple[str, ...]:
        """The names of the connection's secrets that these grants use."""
        names = (self.client_id, self.client_secret, self.refresh_token)
        return tuple(name for name in names if name is not None)


class AuthSpec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How requests are authenticated: ``bearer`` puts a token in a header.

    The token is the connection's ``secret`` as it is, or one that ``oauth2`` gives; where
    both are declared, the secrets that a connection has decide.
    """

    kind: Literal["bearer", "none"]
    secret: str | None = None
    oauth2: OAuth2Spec | None = None


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
    """The whole of ``manifest.toml``.

    ``simulator`` and ``conformance`` name an object as ``package.module:name``: what builds
    the vendor's simulator, and the subject that the conformance suite is given.
    """

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
    conformance: str | None = None
