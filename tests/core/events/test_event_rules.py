"""Which events are wanted, how calls are signed, and when they are repeated."""

import pytest

from claw.core.errors import InvalidInput
from claw.core.events.patterns import check_patterns, matches
from claw.core.events.retrying import MOST_ATTEMPTS, REST_SECONDS, rest_seconds
from claw.core.events.signing import secret_text, signatures

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("*", True),
        ("claw.*", True),
        ("claw.sync.*", True),
        ("claw.sync.failed.v1", True),
        ("claw.sync.finished.v1", False),
        ("claw.snapshot.*", False),
    ],
)
def test_a_pattern_wants_one_type_a_thing_or_everything(pattern: str, wanted: bool) -> None:
    assert matches([pattern], "claw.sync.failed.v1") is wanted


def test_nothing_asked_for_is_everything_and_each_is_kept_once() -> None:
    assert check_patterns([], field="type") == ("*",)
    assert check_patterns(["claw.sync.*", "claw.sync.*"], field="type") == ("claw.sync.*",)


@pytest.mark.parametrize(
    "pattern",
    [
        *("claw.sink.*", "sync", "claw.sync", "claw.sy*", "**", "claw.*.v1", "", " "),
        *("CLAW.SYNC.*", "claw.webhook.test.v1", "claw.summary.delivered.v1"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidInput, match="matches no type"):
        check_patterns([pattern], field="type")


def test_a_signature_is_that_of_the_standard() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signatures(
        [secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_sign_side_by_side_while_one_replaces_the_other() -> None:
    new, old = secret_text(b"n" * 32), secret_text(b"o" * 32)
    both = signatures([new, old], "id", 1, b"{}").split(" ")
    assert both == [signatures([new], "id", 1, b"{}"), signatures([old], "id", 1, b"{}")]


def test_what_is_no_secret_is_told_without_quoting_it() -> None:
    with pytest.raises(ValueError, match="not a webhook secret"):
        signatures(["whsec_%%%"], "id", 1, b"{}")


def test_calls_are_repeated_for_more_than_a_day_and_then_no_more() -> None:
    rests = [rest_seconds("an-endpoint", attempt) for attempt in range(1, MOST_ATTEMPTS)]
    assert sum(rest or 0 for rest in rests) > DAY
    assert rest_seconds("an-endpoint", MOST_ATTEMPTS) is None


@pytest.mark.parametrize("attempt", range(1, MOST_ATTEMPTS))
def test_endpoints_that_failed_together_do_not_come_back_together(attempt: int) -> None:
    own = REST_SECONDS[attempt - 1]
    rests = [rest_seconds(f"endpoint-{number}", attempt) for number in range(200)]
    assert all(rest is not None and own <= rest <= own * 1.2 for rest in rests)
    assert len(set(rests)) > 1


def test_an_endpoint_may_ask_for_more_time_but_not_for_ever() -> None:
    assert rest_seconds("e", 1, 60) == 60
    assert rest_seconds("e", 1, 10**9) == 3600
    assert (rest_seconds("e", 7, 60) or 0) >= 36_000
