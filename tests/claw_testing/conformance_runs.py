"""Running checks of the connector suite without an engine."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from claw.connect.conformance.adapter import ADAPTER_CHECKS
from claw.connect.conformance.check import Check, Result, Run
from claw.connect.conformance.harness import Installation
from claw.connect.conformance.subject import Subject
from claw.connect.conformance.suite import run_check

CHECKS: dict[str, Check] = {check.number: check for check in ADAPTER_CHECKS}


class NoEngine:
    """A harness for checks that need none."""

    def open(self, *, now: datetime) -> AbstractAsyncContextManager[Installation]:
        raise AssertionError("a check of the adapter alone asked for an engine")


async def outcome(number: str, subject: Subject) -> Result:
    """What one check says of a connector."""
    return await run_check(CHECKS[number], Run(subject=subject, harness=NoEngine()), {})
