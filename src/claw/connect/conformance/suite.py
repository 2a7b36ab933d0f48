"""Running the checks of a connector, one after another, and naming each that failed."""

from collections.abc import Mapping, Sequence

from claw.connect.conformance.check import (
    Check,
    CheckFailed,
    NotApplicable,
    Outcome,
    Result,
    Run,
)
from claw.connect.conformance.subject import Impossible
from claw.ports.connector_errors import ConnectorError


async def run_check(check: Check, run: Run, exemptions: Mapping[str, str]) -> Result:
    """Look at one promise. An exemption is honoured only while the check really fails."""
    reason = exemptions.get(check.number)
    try:
        await check.body(run)
    except NotApplicable as why:
        return _result(check, "not_applicable", str(why))
    except (CheckFailed, Impossible) as why:
        if reason is not None:
            return _result(check, "exempt", reason)
        return _result(check, "failed", str(why))
    except ConnectorError as why:
        return _result(check, "failed", f"it ended with {type(why).__name__}: {why.message}")
    if reason is not None:
        return _result(check, "failed", "it is exempt in quality.toml, but it holds: remove that")
    return _result(check, "passed", "")


async def run_suite(
    checks: Sequence[Check], run: Run, exemptions: Mapping[str, str]
) -> Sequence[Result]:
    """Every check in order of its number."""
    return [await run_check(check, run, exemptions) for check in checks]


def _result(check: Check, outcome: Outcome, detail: str) -> Result:
    return Result(number=check.number, title=check.title, outcome=outcome, detail=detail)
