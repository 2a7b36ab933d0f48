"""Certifying a connector: every check, every rule, and the tier that they reach."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from msgspec import Struct

from claw.certification.databases import ScratchServer
from claw.certification.evidence import read_evidence, read_throughput
from claw.certification.installation import EngineHarness
from claw.certification.proofs import Grounds, judge_rules
from claw.certification.quality import place_of, read_quality
from claw.connect.catalog import load_subject
from claw.connect.conformance.check import Check, Result, Run
from claw.connect.conformance.checks import CHECKS
from claw.connect.conformance.session import escaped
from claw.connect.conformance.subject import Subject
from claw.connect.conformance.suite import run_check
from claw.connect.conformance.tiers import (
    RuleResult,
    Tier,
    is_enough,
    missing_for_next,
    reached,
)
from claw.core.errors import ClawError, InvalidInput

Listener = Callable[[str, str, str | None], None]
"""Told of each check twice, by number and title: when it begins, and with its outcome."""


class Certificate(Struct, frozen=True, kw_only=True):
    """What a certification found. ``rules`` and the tiers are empty for a part of it."""

    connector: str
    name: str
    distribution: str
    version: str
    certified_on: datetime.date
    owner: str
    claimed: Tier
    reached: Tier | None
    passed: bool
    checks: Sequence[Result]
    rules: Sequence[RuleResult]
    next_tier: Tier | None
    missing: Sequence[RuleResult]


async def certify(
    key: str, *, today: datetime.date, only: Sequence[str] = (), listener: Listener
) -> Certificate:
    """Run the suite on the connector ``key`` and judge it; ``only`` names some checks.

    Raises:
        NotFound: no such connector, or it supplies no subject or no quality file.
        InvalidInput: its quality file or evidence is broken, or there is no such check.
    """
    place, quality = place_of(key), read_quality(key)
    subject = cast("Subject", load_subject(key))
    results = await _run(_chosen(only), subject, quality.exemptions, listener)
    rules: Sequence[RuleResult] = ()
    if not only:
        rules = judge_rules(
            Grounds(
                place=place,
                manifest=subject.connector.manifest,
                quality=quality,
                results=results,
                evidence=read_evidence(place.folder),
                throughput=read_throughput(place.tree, key),
                today=today,
            )
        )
    tier = reached(rules) if rules else None
    above, missing = missing_for_next(rules) if rules else (None, ())
    failed = any(result.outcome == "failed" for result in results)
    return Certificate(
        connector=key,
        name=subject.connector.manifest.name,
        distribution=place.distribution,
        version=place.version,
        certified_on=today,
        owner=quality.owner,
        claimed=quality.tier,
        reached=tier,
        passed=not failed if tier is None else is_enough(tier, quality.tier),
        checks=results,
        rules=rules,
        next_tier=above,
        missing=missing,
    )


async def _run(
    checks: Sequence[Check],
    subject: Subject,
    exemptions: Mapping[str, str],
    listener: Listener,
) -> Sequence[Result]:
    server = ScratchServer()
    run = Run(subject=subject, harness=EngineHarness(server))
    results: list[Result] = []
    try:
        for check in checks:
            listener(check.number, check.title, None)
            results.append(await _run_one(check, run, exemptions))
            listener(check.number, check.title, results[-1].outcome)
    finally:
        server.close()
    return results


async def _run_one(check: Check, run: Run, exemptions: Mapping[str, str]) -> Result:
    """A check's result, also when something got out that nobody foresaw."""
    try:
        return await run_check(check, run, exemptions)
    except ClawError:
        raise
    except Exception as problem:  # noqa: BLE001  # whatever a third party's stage may raise
        failure = escaped("the check", problem)
        return Result(number=check.number, title=check.title, outcome="failed", detail=str(failure))


def _chosen(only: Sequence[str]) -> Sequence[Check]:
    wanted = {number.upper() for number in only}
    unknown = sorted(wanted - {check.number for check in CHECKS})
    if unknown:
        raise InvalidInput(
            f"there is no check {unknown[0]}",
            code="check_unknown",
            field="only",
            hint=f"one of: {', '.join(check.number for check in CHECKS)}",
        )
    return [check for check in CHECKS if not wanted or check.number in wanted]
