"""Every check of the suite, each number once, in order."""

from collections.abc import Sequence

from claw.connect.conformance.adapter import ADAPTER_CHECKS
from claw.connect.conformance.check import Body, Check, Run
from claw.connect.conformance.whole_engine import ENGINE_CHECKS


def _joined(halves: Sequence[Check]) -> Check:
    """One check of a number that is looked at from two sides."""

    async def body(run: Run) -> None:
        for half in halves:
            await half.body(run)

    looked_at: Body = body if len(halves) > 1 else halves[0].body
    return Check(number=halves[0].number, title=halves[0].title, body=looked_at)


def _each_number_once(checks: Sequence[Check]) -> tuple[Check, ...]:
    numbers = sorted({check.number for check in checks})
    return tuple(_joined([c for c in checks if c.number == number]) for number in numbers)


CHECKS = _each_number_once((*ADAPTER_CHECKS, *ENGINE_CHECKS))
