"""Which way in a connection's secrets choose. Pure.

A vendor may let itself be read in several ways. The secrets that a connection has decide
which one it uses, and a mix of two is refused instead of guessed at.
"""

from collections.abc import Collection, Mapping
from typing import NoReturn, TypeAlias

from claw.core.errors import InvalidInput
from claw.ports.manifest import AuthSpec, GrantKind, OAuth2Spec, WayIn

Way: TypeAlias = WayIn


def way_of(auth: AuthSpec, secrets: Mapping[str, str]) -> Way:
    """The way in that these secrets choose; blank ones count as not given.

    Raises:
        InvalidInput: ``setting_invalid``; ``field`` is the secret that is missing or too
            much, ``hint`` the sets that are complete.
    """
    if auth.kind == "none":
        return "none"
    given = {name for name, value in secrets.items() if value.strip()}
    spec = auth.oauth2
    if spec is None:
        if auth.secret not in given:
            _refuse(auth, str(auth.secret), "is required")
        return "static"
    of_oauth = [name for name in spec.secrets() if name in given]
    if auth.secret in given:
        if of_oauth:
            _refuse(auth, of_oauth[0], f"cannot be given together with {auth.secret}")
        return "static"
    if not of_oauth:
        _refuse(auth, auth.secret or spec.client_id, "is required")
    return _grant_kind(auth, spec, given)


def complete_sets(auth: AuthSpec) -> tuple[tuple[str, ...], ...]:
    """The sets of secrets that let a connection in, simplest first."""
    sets: list[tuple[str, ...]] = [] if auth.secret is None else [(auth.secret,)]
    spec = auth.oauth2
    if spec is not None and "client_credentials" in spec.grants:
        sets.append((spec.client_id, spec.client_secret))
    if spec is not None and spec.refresh_token is not None:
        sets.append((spec.client_id, spec.client_secret, spec.refresh_token))
    return tuple(sets)


def _grant_kind(auth: AuthSpec, spec: OAuth2Spec, given: Collection[str]) -> GrantKind:
    for name in (spec.client_id, spec.client_secret):
        if name not in given:
            others = [each for each in spec.secrets() if each in given]
            _refuse(auth, name, f"is missing, and {' and '.join(others)} needs it")
    if spec.refresh_token in given:
        return "authorization_code"
    if "client_credentials" not in spec.grants:
        _refuse(auth, str(spec.refresh_token), "is required")
    return "client_credentials"


def _refuse(auth: AuthSpec, field: str, why: str) -> NoReturn:
    ways = "; or ".join(" and ".join(names) for names in complete_sets(auth))
    raise InvalidInput(
        f"{field} {why}", code="setting_invalid", field=field, hint=f"give {ways}, nothing else"
    )
