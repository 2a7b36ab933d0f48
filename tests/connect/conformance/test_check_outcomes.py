"""What becomes of looking at one promise."""

import pytest

from claw.connect.conformance.check import Check, CheckFailed, NotApplicable, Run, expect
from claw.connect.conformance.subject import Impossible
from claw.connect.conformance.suite import run_check, run_suite
from claw.ports.connector_errors import Transient
from claw_testing.conformance_runs import NoEngine
from claw_testing.sample_connector.subject import SUBJECT

RUN = Run(subject=SUBJECT, harness=NoEngine())


def check(problem: Exception | None, number: str = "C99") -> Check:
    async def body(run: Run) -> None:
        if problem is not None:
            raise problem

    return Check(number=number, title="A promise", body=body)


@pytest.mark.parametrize(
    ("problem", "outcome", "detail"),
    [
        (None, "passed", ""),
        (CheckFailed("1 row was lost"), "failed", "1 row was lost"),
        (Impossible("it never deletes"), "failed", "it never deletes"),
        (NotApplicable("it has no cursor"), "not_applicable", "it has no cursor"),
        (
            Transient("no answer", cause="timeout"),
            "failed",
            "it ended with Transient: no answer",
        ),
    ],
)
async def test_a_promise_is_kept_or_it_is_said_why_not(
    problem: Exception | None, outcome: str, detail: str
) -> None:
    result = await run_check(check(problem), RUN, {})
    assert (result.outcome, result.detail) == (outcome, detail)


@pytest.mark.parametrize("problem", [CheckFailed("seen"), Impossible("cannot be played")])
async def test_an_exemption_gives_its_reason_while_the_promise_does_not_hold(
    problem: Exception,
) -> None:
    result = await run_check(check(problem), RUN, {"C99": "the vendor never deletes"})
    assert (result.outcome, result.detail) == ("exempt", "the vendor never deletes")


async def test_an_exemption_that_has_outlived_its_reason_is_a_failure() -> None:
    result = await run_check(check(None), RUN, {"C99": "the vendor never deletes"})
    assert result.outcome == "failed"
    assert "remove that" in result.detail


async def test_every_check_is_looked_at_even_after_one_has_failed() -> None:
    checks = [check(CheckFailed("seen"), "C01"), check(None, "C02")]
    results = await run_suite(checks, RUN, {})
    assert [(result.number, result.outcome) for result in results] == [
        ("C01", "failed"),
        ("C02", "passed"),
    ]


def test_what_was_expected_says_what_was_seen_instead() -> None:
    expect(True, "nothing")
    with pytest.raises(CheckFailed, match="3 rows"):
        expect([], "3 rows")
