"""Whether a rule of the quality scale holds: checks, measurements, pages, signed words."""

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from claw.certification.evidence import Evidence, Throughput, code_digest
from claw.certification.quality import Place
from claw.connect.conformance.check import Result
from claw.connect.conformance.quality import Exempt, Quality
from claw.connect.conformance.tiers import (
    CPU_RATIO,
    MAPPING_BRANCHES_PERCENT,
    MEMORY_RATIO,
    MUTATION_PERCENT,
    OLDEST_MEASUREMENT_DAYS,
    PACKAGE_LINES_PERCENT,
    RULES,
    Proof,
    Rule,
    RuleOutcome,
    RuleResult,
)
from claw.ports.manifest import Manifest

_WORD = re.compile(r"\w+")
_PARAMETER = re.compile(r"\{[^}]*\}")
_HEADING = re.compile(r"^#+\s+(.*?)\s*$", re.MULTILINE)
_Verdict = tuple[RuleOutcome, str]


class Grounds(Struct, frozen=True, kw_only=True):
    """All that a verdict may rest on."""

    place: Place
    manifest: Manifest
    quality: Quality
    results: Sequence[Result]
    evidence: Evidence | None
    throughput: Throughput | None
    today: datetime.date


def judge_rules(grounds: Grounds) -> Sequence[RuleResult]:
    """What became of every rule."""
    return [_judged(rule, grounds) for rule in RULES]


def _judged(rule: Rule, grounds: Grounds) -> RuleResult:
    said = grounds.quality.rules[rule.name]
    verdicts = [_of_check(number, grounds.results) for number in rule.checks]
    if rule.proof is not None:
        verdicts.append(_PROOFS[rule.proof](rule, grounds))
    if rule.signed:
        verdicts.append(_signed(rule, grounds.quality))
    outcome, detail = _worst(verdicts)
    if isinstance(said, Exempt):
        outcome, detail = ("exempt", said.exempt) if outcome != "held" else (
            "not_held", "it is exempt in quality.toml, but it holds: say that it is done",
        )  # fmt: skip
    elif said == "todo" and outcome == "held":
        outcome, detail = "not_held", "it holds, but quality.toml says that it is still to do"
    return RuleResult(
        rule=rule.name, tier=rule.tier, title=rule.title, outcome=outcome, detail=detail
    )


def _worst(verdicts: Sequence[_Verdict]) -> _Verdict:
    for outcome in ("not_held", "not_measured"):
        for verdict in verdicts:
            if verdict[0] == outcome:
                return verdict
    return "held", "; ".join(detail for _, detail in verdicts if detail)


def _of_check(number: str, results: Sequence[Result]) -> _Verdict:
    for result in results:
        if result.number == number:
            if result.outcome in ("failed", "exempt"):
                return "not_held", f"{number}: {result.detail}"
            applies = result.outcome == "passed"
            return "held", "" if applies else f"{number} does not apply: {result.detail}"
    return "not_measured", f"{number} was not run"


def _signed(rule: Rule, quality: Quality) -> _Verdict:
    for signed in quality.sign_offs:
        if signed.rule == rule.name:
            return "held", f"signed by the {signed.role} on {signed.on}: {signed.grounds}"
    return "not_measured", "nobody has signed it"


def _owner(_rule: Rule, grounds: Grounds) -> _Verdict:
    return "held", grounds.quality.owner


def _limit(_rule: Rule, grounds: Grounds) -> _Verdict:
    limit = grounds.manifest.limit
    return "held", f"{limit.requests} requests in any {limit.per_seconds} s per {limit.unit}"


def _page(rule: Rule, grounds: Grounds) -> _Verdict:
    link = grounds.quality.documentation.get(rule.topic or "")
    if link is None:
        return "not_held", f"quality.toml has no documentation.{rule.topic}"
    if link.startswith("https://"):
        return "held", link
    name, _, anchor = link.partition("#")
    tree = grounds.place.tree
    if tree is None:
        return "not_measured", f"{link}: the source tree is not here"
    page = tree / name
    if not page.is_file():
        return "not_held", f"there is no page {name}"
    if anchor and anchor not in _anchors(page):
        return "not_held", f"{name} has no heading #{anchor}"
    return "held", link


def _page_facts(_rule: Rule, grounds: Grounds) -> _Verdict:
    """Privacy is a matter of columns, so the page must name each of them."""
    docs, tree = grounds.manifest.docs, grounds.place.tree
    if docs.startswith("https://") or tree is None:
        return "not_measured", f"{docs or 'its page'}: not in a source tree that is here"
    page = tree / docs
    if not page.is_file():
        return "not_held", f"there is no page {docs}"
    words = set(_WORD.findall(page.read_text(encoding="utf-8")))
    missing = sorted(_facts(grounds.manifest) - words)
    return _if(not missing, f"{docs} does not name {', '.join(missing)}" if missing else docs)


def _facts(manifest: Manifest) -> set[str]:
    """Settings, columns and the last word of every path that the manifest declares."""
    paths = (_PARAMETER.sub("", read.template).rstrip("/") for read in manifest.reads)
    return {
        *(setting.name for setting in manifest.settings),
        *(column for read in manifest.reads for column in read.columns),
        *(path.rpartition("/")[2] for path in paths if path),
    }


def _anchors(page: Path) -> set[str]:
    """The anchors that the common renderers give to a page's headings."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def _measured(grounds: Grounds) -> Evidence | str:
    """The evidence, or why there is none that counts."""
    evidence = grounds.evidence
    if evidence is None:
        return "not measured: scripts/measure_connector.py has not been run"
    if evidence.code != code_digest(grounds.place.folder):
        return f"the code has changed since it was measured on {evidence.measured_on}"
    return evidence


def _from_evidence(verdict: Callable[[Evidence], _Verdict]) -> Callable[[Rule, Grounds], _Verdict]:
    def proof(_rule: Rule, grounds: Grounds) -> _Verdict:
        evidence = _measured(grounds)
        return ("not_measured", evidence) if isinstance(evidence, str) else verdict(evidence)

    return proof


def _typing(evidence: Evidence) -> _Verdict:
    return _if(not evidence.typing_errors, f"{evidence.typing_errors} errors in strict mode")


def _mapping_branches(evidence: Evidence) -> _Verdict:
    percent = evidence.mapping_branch_percent
    return _if(percent >= MAPPING_BRANCHES_PERCENT, f"{percent:.1f} % of its branches")


def _package_lines(evidence: Evidence) -> _Verdict:
    percent = evidence.package_percent
    return _if(percent >= PACKAGE_LINES_PERCENT, f"{percent:.1f} % of lines and branches")


def _edge_cases(evidence: Evidence) -> _Verdict:
    if evidence.edge_cases is None:
        return "not_measured", "it keeps no ledger of edge cases"
    return _if(
        evidence.open_cases == 0,
        f"{evidence.edge_cases} cases, {evidence.open_cases} neither proved nor explained",
    )


def _simulator_shapes(evidence: Evidence) -> _Verdict:
    return _if(evidence.shape_tests > 0, f"{evidence.shape_tests} tests of its answers' shapes")


def _mutation(evidence: Evidence) -> _Verdict:
    if evidence.mutation_percent is None:
        return "not_measured", "not measured"
    percent = evidence.mutation_percent
    return _if(percent >= MUTATION_PERCENT, f"{percent:.1f} % of the changes are noticed")


def _throughput(_rule: Rule, grounds: Grounds) -> _Verdict:
    found = grounds.throughput
    if found is None:
        return "not_measured", "not measured: `make bench` has written no result"
    age = (grounds.today - found.measured_at).days
    if age > OLDEST_MEASUREMENT_DAYS:
        return "not_measured", f"measured {age} days ago, on {found.measured_at}"
    return _if(
        found.cpu_ratio <= CPU_RATIO and found.memory_ratio <= MEMORY_RATIO,
        f"{found.cpu_ratio:.2f} times the floor's CPU for {found.records} records, memory "
        f"{found.memory_ratio:.2f} times, measured on {found.measured_at} with {found.version}",
    )


def _if(held: bool, detail: str) -> _Verdict:
    return ("held" if held else "not_held"), detail


_PROOFS: Mapping[Proof, Callable[[Rule, Grounds], _Verdict]] = {
    "owner": _owner,
    "limit": _limit,
    "page": _page,
    "page_facts": _page_facts,
    "typing": _from_evidence(_typing),
    "mapping_branches": _from_evidence(_mapping_branches),
    "package_lines": _from_evidence(_package_lines),
    "edge_cases": _from_evidence(_edge_cases),
    "simulator_shapes": _from_evidence(_simulator_shapes),
    "mutation": _from_evidence(_mutation),
    "throughput": _throughput,
}
