"""The quality report: a page for people and the same as a document."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from claw.certification.certify import Certificate
from claw.connect.conformance.tiers import TIERS, RuleResult

_WORDS = {
    "passed": "passed",
    "failed": "**failed**",
    "exempt": "exempt",
    "not_applicable": "does not apply",
    "held": "holds",
    "not_held": "**does not hold**",
    "not_measured": "not proved",
}


def write_report(certificate: Certificate, path: Path) -> Sequence[Path]:
    """Write the page to ``path`` and the document beside it; returns both. Raises OSError."""
    document = path.with_suffix(".json")
    path.write_text(as_markdown(certificate), encoding="utf-8")
    encoded = msgspec.json.format(msgspec.json.encode(certificate), indent=2)
    document.write_bytes(encoded + b"\n")
    return path, document


def as_markdown(certificate: Certificate) -> str:
    """The certificate as a page."""
    origin = (
        f"Written by `claw connector certify {certificate.connector}` on "
        f"{certificate.certified_on} with {certificate.distribution} {certificate.version}; "
        "do not edit it by hand."
    )
    lines = [
        f"# {certificate.name}: quality",
        "",
        origin,
        "",
        f"- Tier reached: **{certificate.reached}**, claimed: {certificate.claimed}",
        f"- Answers for it: {certificate.owner}",
        *_next(certificate),
        *_exemptions(certificate.rules),
        "",
        "## Rules",
    ]
    for tier in TIERS:
        rules = [rule for rule in certificate.rules if rule.tier == tier]
        lines += ["", f"### {tier.capitalize()}", ""]
        lines += _table(
            ("rule", "", "seen"),
            ((rule.title, _WORDS[rule.outcome], rule.detail) for rule in rules),
        )
    lines += ["", "## Checks", ""]
    lines += _table(
        ("check", "promise", "", "seen"),
        ((c.number, c.title, _WORDS[c.outcome], c.detail) for c in certificate.checks),
    )
    return "\n".join(lines) + "\n"


def _next(certificate: Certificate) -> Sequence[str]:
    if certificate.next_tier is None:
        return ()
    missing = "; ".join(rule.title for rule in certificate.missing)
    return (f"- Missing for {certificate.next_tier}: {missing}",)


def _exemptions(rules: Sequence[RuleResult]) -> Sequence[str]:
    exempt = [f"{rule.title} ({rule.detail})" for rule in rules if rule.outcome == "exempt"]
    return (f"- Exempt: {'; '.join(exempt)}",) if exempt else ()


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Sequence[str]:
    cells = [list(headings), ["---"] * len(headings), *rows]
    return [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in cells
    ]
