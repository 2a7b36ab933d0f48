"""What a manifest may declare of OAuth 2. Pure."""

import re
from collections.abc import Iterator

from claw.ports.manifest import Manifest, OAuth2Spec

_TOKEN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)+/?")
LONGEST_KEEP_ALIVE_HOURS = 7 * 24
"""A grant is used once a week at least, whatever its vendor allows."""


def auth_fault(manifest: Manifest) -> tuple[str, str] | None:
    """The first key of ``[auth]`` that is wrong, and why; None when all is well."""
    auth = manifest.auth
    secrets = {setting.name: setting for setting in manifest.settings if setting.secret}
    if auth.kind == "none":
        if auth.secret is not None:
            return "auth.secret", "only bearer authentication uses a secret"
        if auth.oauth2 is not None:
            return "auth.oauth2", "only bearer authentication uses tokens"
        return None
    if auth.secret is None and auth.oauth2 is None:
        return "auth.secret", "bearer authentication needs a secret or auth.oauth2"
    if auth.secret is not None and auth.secret not in secrets:
        return "auth.secret", f"{auth.secret!r} is no secret setting"
    if auth.oauth2 is None:
        return None
    names = [name for name in (auth.secret, *auth.oauth2.secrets()) if name is not None]
    for name in names:
        if name not in secrets:
            return "auth.oauth2", f"{name!r} is no secret setting"
        if secrets[name].required and auth.secret is not None:
            return "auth.oauth2", f"{name!r} is required, so there is one way only"
    if len(set(names)) != len(names):
        return "auth.oauth2", "one secret cannot stand for two things"
    return next(_oauth2_faults(auth.oauth2), None)


def _oauth2_faults(spec: OAuth2Spec) -> Iterator[tuple[str, str]]:
    at = "auth.oauth2"
    if not _TOKEN_PATH.fullmatch(spec.token_path) or ".." in spec.token_path:
        yield f"{at}.token_path", f"{spec.token_path!r} is not a plain path below the origin"
    if not spec.grants or len(set(spec.grants)) != len(spec.grants):
        yield f"{at}.grants", "name each grant once, and one at least"
    by_consent = "authorization_code" in spec.grants
    if by_consent and spec.refresh_token is None:
        yield f"{at}.refresh_token", "authorization_code needs a secret that holds the token"
    if not by_consent and (spec.refresh_token or spec.rotates or spec.refresh_ttl_days):
        yield f"{at}.refresh_token", "only authorization_code has refresh tokens"
    if spec.access_ttl_seconds < 1:
        yield f"{at}.access_ttl_seconds", "must be 1 or more"
    if spec.refresh_ttl_days is not None and spec.refresh_ttl_days < 1:
        yield f"{at}.refresh_ttl_days", "must be 1 or more"
    longest = LONGEST_KEEP_ALIVE_HOURS
    if spec.refresh_ttl_days is not None:
        longest = min(longest, spec.refresh_ttl_days * 24 - 1)
    if not 1 <= spec.keep_alive_hours <= longest:
        yield f"{at}.keep_alive_hours", f"must be from 1 to {longest}"
