"""The suite in a connector's own tests: ``test_conformance = conformance_suite("acme")``.

Each check is a test of its own id, so that one can be run alone and each failure is named.
The only module here that needs pytest.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from claw.app import pin_time_zones
from claw.certification.databases import ScratchServer
from claw.certification.installation import EngineHarness
from claw.certification.quality import read_quality
from claw.connect.catalog import load_subject
from claw.connect.conformance.check import Run
from claw.connect.conformance.checks import CHECKS
from claw.connect.conformance.subject import Subject
from claw.connect.conformance.suite import run_check

_SERVER = pytest.StashKey[ScratchServer]()


def conformance_suite(connector: str) -> Callable[..., None]:
    """A test for each check of the suite, on the subject that the manifest names."""

    @pytest.mark.parametrize("check", CHECKS, ids=[check.number for check in CHECKS])
    def test_conformance(check: object, request: pytest.FixtureRequest) -> None:
        pin_time_zones()
        chosen = next(each for each in CHECKS if each is check)
        subject = cast("Subject", load_subject(connector))
        run = Run(subject=subject, harness=EngineHarness(scratch_server(request.config)))
        result = asyncio.run(run_check(chosen, run, read_quality(connector).exemptions))
        if result.outcome == "failed":
            pytest.fail(f"{result.number}, {result.title}: {result.detail}", pytrace=False)
        if result.outcome in ("not_applicable", "exempt"):
            pytest.skip(f"{result.outcome.replace('_', ' ')}: {result.detail}")

    return test_conformance


def scratch_server(config: pytest.Config) -> ScratchServer:
    """The database server of this test process, stopped when it ends."""
    if _SERVER not in config.stash:
        server = ScratchServer()
        config.stash[_SERVER] = server
        config.add_cleanup(server.close)
    return config.stash[_SERVER]
