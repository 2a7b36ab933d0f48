"""What can go wrong while reading a source: one closed set, each with one reaction.

A connector raises these (or lets the transport raise them); the engine alone decides
what follows. ``tenant_message`` is what the tenant reads; it never holds a secret or a
body from the source.
"""

from datetime import datetime
from enum import StrEnum


class Recovery(StrEnum):
    """How a refused request may be asked again."""

    SHRINK_PAGE = "shrink_page"
    SPLIT_WINDOW = "split_window"
    RESTART_SLICE = "restart_slice"


class ConnectorError(Exception):
    """Base of the closed set. ``code`` is stable; ``hint`` says how to mend it."""

    code = "connector_error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class AuthExpired(ConnectorError):
    """The access token ran out: refresh once and repeat."""

    code = "auth_expired"


class AuthRevoked(ConnectorError):
    """The source no longer accepts the credential: pause, ask the tenant to reconnect.

    ``secret`` names what a person must give anew, where that is known.
    """

    code = "auth_revoked"

    def __init__(self, message: str, *, hint: str | None = None, secret: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.secret = secret


class Forbidden(ConnectorError):
    """The credential lacks a permission: fail a required stream, else warn and go on."""

    code = "forbidden"

    def __init__(self, message: str, *, scope: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.scope = scope


class PlanRequired(ConnectorError):
    """The tenant's plan with the vendor does not include this."""

    code = "plan_required"

    def __init__(self, message: str, *, plan: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.plan = plan


class RateLimited(ConnectorError):
    """The vendor asks to wait, until ``retry_at`` where it said so."""

    code = "rate_limited"

    def __init__(
        self, message: str, *, retry_at: datetime | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.retry_at = retry_at


class Transient(ConnectorError):
    """Passing trouble (unreachable, 5xx, half a body): back off, then go stale.

    ``cause`` is a stable word for what it was, such as ``unreachable`` or ``not_json``.
    """

    code = "transient"

    def __init__(self, message: str, *, cause: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause


class TornRead(Transient):
    """The source changed while it was being paged and did not come to rest in bounds."""

    code = "torn_read"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, cause="torn_read", hint=hint)


class Refused(ConnectorError):
    """The vendor refuses this request as asked; ``recovery`` may pass."""

    code = "refused"

    def __init__(self, message: str, *, recovery: Recovery, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.recovery = recovery


class ConfigInvalid(ConnectorError):
    """A setting of the connection is wrong: stop, no retry."""

    code = "config_invalid"

    def __init__(self, message: str, *, field: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.field = field


class SourceChanged(ConnectorError):
    """The source answers in a shape we do not know, at ``path``."""

    code = "source_changed"

    def __init__(self, message: str, *, path: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.path = path


class StaleSource(ConnectorError):
    """The source itself is old, as of ``as_of``: keep the data, mark it stale."""

    code = "stale_source"

    def __init__(self, message: str, *, as_of: datetime, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.as_of = as_of


class ConnectorBug(ConnectorError):
    """The connector broke its own contract, for instance by asking for an undeclared read."""

    code = "connector_bug"
