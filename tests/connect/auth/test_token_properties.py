"""Whatever happens to tokens, and in whatever order: what readers see, and what is asked."""

import asyncio

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claw.connect import AuthRevoked, Transient
from claw.connect.factory import TransportFactory
from claw.store.tenancy import Pool
from claw_testing.oauth_world import OAuthWorld, oauth_world

EVENTS = ("read", "read_at_once", "expire", "an_hour", "unavailable", "lost", "taken_back")


async def outcome(world: OAuthWorld, http: TransportFactory) -> str:
    try:
        await world.read(http)
    except AuthRevoked:
        return "revoked"
    except Transient:
        return "trouble"
    return "read"


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    events=st.lists(st.sampled_from(EVENTS), max_size=8),
    consent=st.booleans(),
)
async def test_whatever_happens_readers_agree_and_the_vendor_is_asked_no_more_than_needed(
    pool: Pool, events: list[str], consent: bool
) -> None:
    """Two processes read while tokens expire, answers are lost and consents are taken back.

    A reader gets its answer, or is told that the consent is gone, and then everybody is. The
    consent is only ever gone when the vendor really ended it: it was taken back, or an
    answer was lost. No refresh token is sent twice unless an answer was lost.
    """
    async with oauth_world(pool, consent=consent) as world:
        processes = [world.elsewhere(), world.elsewhere()]
        ended = gone = False
        for event in (*events, "read", "read_at_once"):
            match event:
                case "read":
                    seen = [await outcome(world, processes[0])]
                case "read_at_once":
                    seen = await asyncio.gather(*(outcome(world, each) for each in processes * 2))
                case "expire":
                    world.tokens.expire()
                    continue
                case "an_hour":
                    await world.pass_seconds(3600)
                    continue
                case "unavailable":
                    world.simulator.faults.set("token_503:1")
                    continue
                case "lost":
                    world.simulator.faults.set("token_lost:1")
                    ended = ended or consent
                    continue
                case _:
                    world.tokens.revoke()
                    ended = ended or consent
                    continue
            assert set(seen) <= {"read", "revoked"}
            assert len(set(seen)) == 1, "readers disagree"
            assert ended or seen[0] == "read"
            assert not gone or seen[0] == "revoked"
            gone = seen[0] == "revoked"
        denied = [each for each in world.tokens.log if each.error]
        assert len(denied) <= 1 + events.count("lost")
        grant = await world.grant()
        granted = [each for each in world.tokens.log if each.status == 200]
        lost = len(granted) - grant["generation"]
        assert lost <= events.count("lost")
        if gone:
            assert grant["revoked_reason"] == "invalid_grant"
