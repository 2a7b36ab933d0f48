"""A check of a whole engine passes for a good connector and turns red for its fault."""

from datetime import timedelta

import pytest

from claw.certification.installation import EngineHarness
from claw.connect.conformance.check import Check, Result, Run
from claw.connect.conformance.subject import Subject
from claw.connect.conformance.suite import run_check
from claw.connect.conformance.whole_engine import ENGINE_CHECKS
from claw.connectors.simpro import feeds
from claw.connectors.simpro.conformance import SimproSubject
from claw.connectors.simpro.conformance.stage import SimproStage
from claw_testing.hostile_connector.subject import SUBJECT as HOSTILE
from claw_testing.planted_in_engine import FAULTS
from claw_testing.sample_connector.connector import SnipsConnector
from claw_testing.sample_connector.subject import SUBJECT as SAMPLE
from claw_testing.sample_connector.subject import SnipsSubject

CHECKS: dict[str, Check] = {check.number: check for check in ENGINE_CHECKS}


async def looked_at(number: str, subject: Subject, harness: EngineHarness) -> Result:
    return await run_check(CHECKS[number], Run(subject=subject, harness=harness), {})


@pytest.mark.parametrize("number", CHECKS)
@pytest.mark.parametrize("subject", [SAMPLE, HOSTILE], ids=["sample", "hostile"])
async def test_an_honest_connector_keeps_the_promise(
    subject: Subject, number: str, harness: EngineHarness
):
    result = await looked_at(number, subject, harness)
    wanted = "not_applicable" if number in ("C09", "C14") else "passed"
    assert result.outcome == wanted, result.detail


@pytest.mark.parametrize(
    ("connector", "number"), FAULTS, ids=[type(connector).__name__ for connector, _ in FAULTS]
)
async def test_a_planted_fault_turns_its_check_red(
    connector: SnipsConnector, number: str, harness: EngineHarness
):
    result = await looked_at(number, SnipsSubject(connector), harness)
    assert result.outcome == "failed"
    assert result.detail


@pytest.mark.parametrize("overlap", [timedelta(), timedelta(seconds=-1)])
async def test_a_feed_followed_without_overlap_turns_its_check_red(
    overlap: timedelta, harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feeds, "OVERLAP", overlap)
    result = await looked_at("C09", SimproSubject(), harness)
    assert result.outcome == "failed"
    assert "was never read" in result.detail


class WithShortTokens(SimproSubject):
    """A build whose tokens run out as soon as they are given."""

    def stage(self, **options) -> SimproStage:
        stage = super().stage(**options)
        stage.simulator.faults.set("token_expires_in:1")
        return stage


async def test_tokens_that_everybody_must_renew_turn_their_check_red(harness: EngineHarness):
    result = await looked_at("C14", WithShortTokens(), harness)
    assert result.outcome == "failed"


def test_every_check_has_a_fault_that_turns_it_red():
    assert {number for _, number in FAULTS} | {"C09", "C14"} == CHECKS.keys()
