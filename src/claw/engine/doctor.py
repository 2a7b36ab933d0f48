"""The doctor: runs every probe of the installation and says how to mend what it finds."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from msgspec import Struct

from claw.core.errors import ClawError

Outcome = Literal["ok", "warning", "wrong", "skipped"]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one probe found; ``hint`` says how to mend it."""

    check: str
    outcome: Outcome
    detail: str
    hint: str | None = None


class Probe(Struct, frozen=True):
    """One thing to look at.

    ``look`` returns what it saw, raises :class:`ClawError` for what is wrong and
    :class:`Concern` for what works but deserves a look. With ``ends`` the probes after it
    cannot say anything when this one finds something wrong.
    """

    check: str
    look: Callable[[], Awaitable[str]]
    ends: bool = False


class Concern(Exception):
    """Something works, but a person should know."""

    def __init__(self, detail: str, hint: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint


async def diagnose(probes: Sequence[Probe]) -> list[Finding]:
    """Run the probes in order; every one is answered for."""
    findings: list[Finding] = []
    blocked_by: str | None = None
    for probe in probes:
        if blocked_by is not None:
            findings.append(
                Finding(check=probe.check, outcome="skipped", detail=f"needs {blocked_by}")
            )
            continue
        finding = await _look(probe)
        findings.append(finding)
        if probe.ends and finding.outcome == "wrong":
            blocked_by = probe.check
    return findings


async def _look(probe: Probe) -> Finding:
    try:
        return Finding(check=probe.check, outcome="ok", detail=await probe.look())
    except Concern as concern:
        return Finding(
            check=probe.check, outcome="warning", detail=concern.detail, hint=concern.hint
        )
    except ClawError as error:
        return Finding(check=probe.check, outcome="wrong", detail=error.message, hint=error.hint)
