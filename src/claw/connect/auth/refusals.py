"""How a token that cannot be had is told. Pure; nothing that a server said is quoted."""

from claw.connect.auth.wire import Denied, Trouble
from claw.ports.connector_errors import (
    AuthRevoked,
    ConnectorError,
    RateLimited,
    SourceChanged,
    Transient,
)
from claw.ports.manifest import GrantKind, Manifest

GRANT_REFUSED = "invalid_grant"


def refused_for_good(manifest: Manifest, kind: GrantKind, reason: str) -> AuthRevoked:
    """The source refused the grant or the client: ``reason`` is its error code."""
    spec = manifest.auth.oauth2
    if spec is None:
        return AuthRevoked(f"{manifest.name} no longer accepts the credential ({reason})")
    if kind == "authorization_code" and reason == GRANT_REFUSED:
        why = "it ran out, was revoked, or was used already"
        if spec.rotates:
            why += ", as when the answer to its only use was lost"
        return AuthRevoked(
            f"{manifest.name} refuses the refresh token ({reason}): {why}",
            hint=f"consent again with the vendor and set {spec.refresh_token}",
            secret=spec.refresh_token,
        )
    return AuthRevoked(
        f"{manifest.name} refuses the client credential ({reason})",
        hint=f"check the application with the vendor and set {spec.client_secret}",
        secret=spec.client_secret,
    )


def refused_when_new(manifest: Manifest) -> AuthRevoked:
    """The source refused a token, and then the one that replaced it."""
    spec = manifest.auth.oauth2
    return AuthRevoked(
        f"{manifest.name} refuses even a token it has just given (401)",
        hint="see whether the application or the user behind it was blocked at the vendor",
        secret=None if spec is None else spec.refresh_token or spec.client_secret,
    )


def failed(manifest: Manifest, verdict: Denied | Trouble) -> ConnectorError:
    """A token could not be had this time; the grant is as it was."""
    said = f"{manifest.name} gave no access token ({verdict.said})"
    match verdict:
        case Denied():
            path = manifest.auth.oauth2.token_path if manifest.auth.oauth2 else "token"
            return SourceChanged(said, path=path)
        case Trouble(cause="rate_limited"):
            return RateLimited(said)
        case Trouble(cause=cause):
            return Transient(said, cause=cause)


def busy(manifest: Manifest) -> Transient:
    """Somebody else renews, or renewing cools down, for longer than is worth waiting for."""
    return Transient(
        f"the access to {manifest.name} is being renewed and is not ready yet",
        cause="token_busy",
    )
