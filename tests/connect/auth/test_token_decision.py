"""What to do with a grant, in every state it can be in."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from claw.connect.auth.decision import (
    LEAST_USABLE_SECONDS,
    GiveUp,
    Renew,
    TokenPolicy,
    Use,
    Wait,
    margin_of,
    next_step,
)
from claw.ports.grant_store import Grant, GrantState

POLICY = TokenPolicy()
STATES = st.sampled_from(get_args(GrantState))


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    life = draw(st.floats(1, 100_000))
    return Grant(
        kind="authorization_code",
        seed=b"",
        state=draw(STATES),
        generation=draw(st.integers(0, 5)),
        access_token=draw(st.none() | st.just(b"sealed")),
        seconds_left=draw(st.floats(0, 1)) * life,
        life_seconds=life,
        cooling_seconds=draw(st.floats(0, 30)),
    )


REFUSED = st.none() | st.integers(0, 5)


@given(grants(), REFUSED)
def test_only_an_active_grant_is_renewed_and_only_a_revoked_one_given_up(
    grant: Grant, refused: int | None
) -> None:
    step = next_step(grant, refused, POLICY)
    assert isinstance(step, GiveUp) == (grant.state == "revoked")
    if isinstance(step, Renew):
        assert grant.state == "active"
    if isinstance(step, Wait):
        assert grant.state in ("refreshing", "cooling")
        assert step.seconds >= POLICY.poll_seconds


@given(grants(), REFUSED)
def test_a_token_is_used_only_while_it_lives_and_was_not_refused(
    grant: Grant, refused: int | None
) -> None:
    step = next_step(grant, refused, POLICY)
    if isinstance(step, Use):
        assert grant.access_token is not None
        assert grant.seconds_left > 0
        assert refused is None or grant.generation > refused
        assert step.fresh_seconds <= grant.seconds_left - margin_of(grant.life_seconds, POLICY) or (
            step.fresh_seconds == 0.0 and grant.seconds_left > LEAST_USABLE_SECONDS
        )


@given(grants())
def test_an_active_grant_is_renewed_exactly_from_its_margin_on(grant: Grant) -> None:
    if grant.state == "active" and grant.access_token is not None:
        margin = min(300.0, grant.life_seconds / 2)
        fresh = grant.seconds_left > margin
        assert isinstance(next_step(grant, None, POLICY), Use if fresh else Renew)


@given(grants())
def test_a_refused_generation_is_never_used(grant: Grant) -> None:
    assert not isinstance(next_step(grant, grant.generation, POLICY), Use)


def test_the_lease_outlasts_the_request() -> None:
    assert POLICY.request_seconds * 2 <= POLICY.lease_seconds
