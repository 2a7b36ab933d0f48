"""Connectors that are written as they should be pass every check of an adapter."""

import os
from pathlib import Path

import pytest

from claw.connect.conformance.outcomes import outcome_lines
from claw.connect.conformance.subject import Subject
from claw_testing import hostile_connector, sample_connector
from claw_testing.conformance_runs import CHECKS, outcome
from claw_testing.hostile_connector.subject import SUBJECT as HOSTILE
from claw_testing.sample_connector.subject import SUBJECT as SAMPLE

NOT_APPLICABLE = {"C15": "it takes no webhooks", "C20": "it takes no commands"}
ONE_VERSION = {"C21": "there has been only one version of what it stores"}


async def assert_kept(number: str, subject: Subject, not_applicable: dict[str, str]) -> None:
    result = await outcome(number, subject)
    wanted = "not_applicable" if number in not_applicable else "passed"
    assert (result.outcome, result.detail) == (wanted, not_applicable.get(number, ""))


@pytest.mark.parametrize("number", CHECKS)
async def test_the_sample_connector_keeps_the_promise(number: str) -> None:
    await assert_kept(number, SAMPLE, NOT_APPLICABLE)


@pytest.mark.parametrize("number", CHECKS)
async def test_an_honest_connector_to_an_awkward_vendor_keeps_the_promise(number: str) -> None:
    await assert_kept(number, HOSTILE, NOT_APPLICABLE | ONE_VERSION)


@pytest.mark.skipif(not os.environ.get("CLAW_WRITE_GOLDENS"), reason="writes their goldens")
@pytest.mark.parametrize(
    ("package", "subject"), [(sample_connector, SAMPLE), (hostile_connector, HOSTILE)]
)
def test_write_the_goldens(package: object, subject: Subject) -> None:
    folder = Path(str(getattr(package, "__file__", ""))).parent / "fixtures"
    for name, bundle in {**subject.fixtures(), **subject.older_fixtures()}.items():
        made = outcome_lines(subject.connector.map(bundle, subject.map_env(name)))
        (folder / f"{name}.jsonl").write_bytes(made)
