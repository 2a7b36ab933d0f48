"""What to do with a grant now: use its token, renew it, wait, or give up. Pure."""

from typing import TypeAlias

from msgspec import Struct

from claw.ports.grant_store import Grant

LEAST_USABLE_SECONDS = 30.0
"""A token with less life than this is not sent: it might run out on its way."""


class TokenPolicy(Struct, frozen=True, kw_only=True):
    """Times of the flow, in seconds.

    A token is replaced ``margin_seconds`` before it runs out, or at half its life where
    that is shorter. ``request_seconds`` bounds a token request and must be well under
    ``lease_seconds``, so that nobody else renews while an answer can still arrive.
    ``attempts`` bounds renewals that fail in passing, ``longest_wait_seconds`` the waiting
    for another's.
    """

    margin_seconds: float = 300.0
    request_seconds: float = 30.0
    lease_seconds: int = 60
    cool_down_seconds: float = 30.0
    poll_seconds: float = 0.25
    attempts: int = 3
    longest_wait_seconds: float = 90.0


class Use(Struct, frozen=True, kw_only=True):
    """Send the token that the grant holds; it is fresh for ``fresh_seconds`` more."""

    fresh_seconds: float


class Renew(Struct, frozen=True, kw_only=True):
    """Try to take the lease and renew."""


class Wait(Struct, frozen=True, kw_only=True):
    """Look again after ``seconds``: another renews, or renewing is let be."""

    seconds: float


class GiveUp(Struct, frozen=True, kw_only=True):
    """The source refused the grant for good; only a person can mend that."""


Step: TypeAlias = Use | Renew | Wait | GiveUp


def next_step(grant: Grant, refused: int | None, policy: TokenPolicy) -> Step:
    """The next step for somebody who needs a token.

    ``refused`` is the generation whose token the source did not take, whatever its life;
    a later one is worth a try. While another renews, or renewing cools down after passing
    trouble, an older token is used for as long as it lives: passing trouble with the token
    endpoint is no reason to stop reading.
    """
    if grant.state == "revoked":
        return GiveUp()
    left = grant.seconds_left if _is_wanted(grant, refused) else 0.0
    fresh = left - margin_of(grant.life_seconds, policy)
    if fresh > 0:
        return Use(fresh_seconds=fresh)
    if grant.state == "active":
        return Renew()
    if left > LEAST_USABLE_SECONDS:
        return Use(fresh_seconds=0.0)
    if grant.state == "cooling":
        return Wait(seconds=max(policy.poll_seconds, grant.cooling_seconds))
    return Wait(seconds=policy.poll_seconds)


def margin_of(life_seconds: float, policy: TokenPolicy) -> float:
    """How long before its end a token of that life is replaced."""
    return min(policy.margin_seconds, life_seconds / 2)


def _is_wanted(grant: Grant, refused: int | None) -> bool:
    return grant.access_token is not None and (refused is None or grant.generation > refused)
