"""The error tree: each branch says who must act, and carries what they need to act.

``code`` is stable and machine-readable, ``field`` names the input at fault and ``hint``
says how to mend it. Messages never hold a secret or a customer's data. Entry points
translate a branch into an exit code or an HTTP status; nothing else does.
"""


class ClawError(Exception):
    """Base of everything Claw raises on purpose."""

    def __init__(
        self, message: str, *, code: str, field: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.hint = hint


class InvalidInput(ClawError):
    """The caller gave something unusable: the caller mends ``field``."""


class NotFound(ClawError):
    """The thing asked for does not exist, or was never read."""


class SourceFailed(ClawError):
    """A read of a source failed or is degraded; what was known before is intact."""


class Refused(ClawError):
    """A rule or a conflict refused it and nothing changed."""


class CheckFailed(ClawError):
    """A check ran to its end and found something wrong."""


class InstallationBroken(ClawError):
    """The installation cannot work until an operator mends it (database, disk, migrations)."""


class InternalError(ClawError):
    """A defect of ours."""


class TenantMissing(InternalError):
    """Somebody asked for a tenant's data without a tenant: refused before any SQL."""

    def __init__(self) -> None:
        super().__init__("a unit of work needs a tenant", code="tenant_missing")
