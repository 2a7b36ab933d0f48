"""Which tier is reached: every rule rests on what was seen, and a stale proof is none."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from claw.certification.evidence import Evidence, Throughput, code_digest
from claw.certification.proofs import Grounds, judge_rules
from claw.certification.quality import Place
from claw.connect.conformance.check import Outcome, Result
from claw.connect.conformance.checks import CHECKS
from claw.connect.conformance.quality import load_quality
from claw.connect.conformance.tiers import RuleResult, is_enough, missing_for_next, reached
from claw_testing.quality_files import quality_file
from claw_testing.sample_connector.connector import MANIFEST

TODAY = date(2026, 11, 25)
PAGE = """
Settings: base_url, requests_per_second, api_key. Reads studio, bookings, clients (id, name,
mobile, email) and stylists.
"""
REASON = '{ exempt = "the vendor has no such thing" }'


@pytest.fixture
def grounds(tmp_path: Path) -> Grounds:
    """Everything holds, up to platinum."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "mapping.py").write_text("meaning = 42\n")
    page = tmp_path / MANIFEST.docs
    page.parent.mkdir(parents=True)
    page.write_text(PAGE)
    return Grounds(
        place=Place(key="snips", distribution="snips", version="1", folder=folder, tree=tmp_path),
        manifest=MANIFEST,
        quality=load_quality(quality_file()),
        results=results(),
        evidence=Evidence(
            connector="snips",
            measured_on=TODAY,
            code=code_digest(folder),
            typing_errors=0,
            mapping_branch_percent=100.0,
            package_percent=95.0,
            edge_cases=3,
            open_cases=0,
            shape_tests=1,
            mutation_percent=85.0,
        ),
        throughput=Throughput(
            connector="snips",
            measured_at=TODAY,
            cpu_ratio=1.5,
            memory_ratio=1.1,
            records=50_000,
            version="1",
        ),
        today=TODAY,
    )


def results(**other: Outcome) -> list[Result]:
    """Every check passed, or what is said of it."""
    return [
        Result(number=c.number, title=c.title, outcome=other.get(c.number, "passed"), detail="seen")
        for c in CHECKS
    ]


def judged(grounds: Grounds, rule: str) -> RuleResult:
    return next(result for result in judge_rules(grounds) if result.rule == rule)


def test_what_holds_throughout_is_platinum(grounds: Grounds):
    assert reached(judge_rules(grounds)) == "platinum"
    assert missing_for_next(judge_rules(grounds)) == (None, [])


def test_a_failed_check_drops_the_tier_to_the_one_below_its_rule(grounds: Grounds):
    rules = judge_rules(replace(grounds, results=results(C07="failed")))
    assert reached(rules) == "bronze"
    above, missing = missing_for_next(rules)
    assert (above, [rule.rule for rule in missing]) == ("silver", ["cut_reads"])
    assert reached(judge_rules(replace(grounds, results=results(C01="failed")))) == "none"


def test_what_does_not_apply_holds_and_says_why(grounds: Grounds):
    rule = judged(replace(grounds, results=results(C15="not_applicable")), "webhooks")
    assert (rule.outcome, rule.detail) == ("held", "C15 does not apply: seen")


def test_an_exemption_counts_while_the_rule_really_fails_and_no_longer(grounds: Grounds):
    exempt = replace(grounds, quality=load_quality(quality_file(cut_reads=REASON)))
    failing = replace(exempt, results=results(C07="exempt"))
    assert reached(judge_rules(failing)) == "platinum"
    assert judged(failing, "cut_reads").outcome == "exempt"
    assert judged(exempt, "cut_reads").outcome == "not_held"


def test_what_holds_though_it_is_still_to_do_is_not_counted(grounds: Grounds):
    todo = replace(grounds, quality=load_quality(quality_file(changes='"todo"')))
    assert judged(todo, "changes").outcome == "not_held"


def test_what_nobody_signed_is_not_proved(grounds: Grounds):
    unsigned = replace(grounds, quality=load_quality(quality_file(signed=False)))
    assert judged(unsigned, "runbook_rehearsed").outcome == "not_measured"
    assert reached(judge_rules(unsigned)) == "silver"


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("typing", {"typing_errors": 1}),
        ("mapping_branches", {"mapping_branch_percent": 99.9}),
        ("package_lines", {"package_percent": 94.9}),
        ("edge_cases", {"open_cases": 1}),
        ("simulator_shapes", {"shape_tests": 0}),
        ("mutation", {"mutation_percent": 84.9}),
    ],
)
def test_a_measurement_below_its_mark_does_not_hold(
    grounds: Grounds, rule: str, changes: dict[str, float]
):
    assert grounds.evidence is not None
    worse = replace(grounds, evidence=replace(grounds.evidence, **changes))
    assert judged(worse, rule).outcome == "not_held"
    assert judged(grounds, rule).outcome == "held"


def test_evidence_of_other_code_or_none_is_no_evidence(grounds: Grounds):
    assert judged(replace(grounds, evidence=None), "typing").outcome == "not_measured"
    (grounds.place.folder / "mapping.py").write_text("meaning = 43\n")
    assert judged(grounds, "typing").outcome == "not_measured"
    assert reached(judge_rules(grounds)) == "bronze"


def test_the_simulator_and_the_stage_are_not_the_code_that_is_measured(grounds: Grounds):
    folder = grounds.place.folder
    (folder / "simulator").mkdir()
    (folder / "simulator" / "api.py").write_text("")
    (folder / "conformance.py").write_text("")
    (folder / "quality.toml").write_text("")
    assert judged(grounds, "typing").outcome == "held"


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"cpu_ratio": 1.51}, "not_held"),
        ({"memory_ratio": 1.11}, "not_held"),
        ({"measured_at": date(2026, 8, 26)}, "not_measured"),
        ({"measured_at": date(2026, 8, 27)}, "held"),
    ],
)
def test_throughput_counts_while_it_is_good_and_fresh(
    grounds: Grounds, changes: dict[str, object], outcome: str
):
    assert grounds.throughput is not None
    other = replace(grounds, throughput=replace(grounds.throughput, **changes))
    assert judged(other, "throughput").outcome == outcome
    assert judged(replace(grounds, throughput=None), "throughput").outcome == "not_measured"


def test_a_page_must_be_there_with_its_heading(grounds: Grounds):
    assert grounds.place.tree is not None
    data = quality_file().replace(
        b"https://snips.example/claw#limits", b"docs/snips.md#known-limits"
    )
    asked = replace(grounds, quality=load_quality(data))
    assert judged(asked, "page_limits").outcome == "not_held"
    page = grounds.place.tree / "docs" / "snips.md"
    page.write_text("# Snips\n\n## Limits\n")
    assert judged(asked, "page_limits").outcome == "not_held"
    page.write_text("# Snips\n\n## Known limits\n")
    assert judged(asked, "page_limits").outcome == "held"
    elsewhere = replace(asked, place=replace(asked.place, tree=None))
    assert judged(elsewhere, "page_limits").outcome == "not_measured"


@pytest.mark.parametrize("word", ["api_key", "email", "stylists"])
def test_a_page_must_name_every_setting_column_and_resource(grounds: Grounds, word: str):
    assert grounds.place.tree is not None
    page = grounds.place.tree / MANIFEST.docs
    page.write_text(PAGE.replace(word, "such"))
    rule = judged(grounds, "page_facts")
    assert (rule.outcome, word in rule.detail) == ("not_held", True)
    assert reached(judge_rules(grounds)) == "none"
    page.unlink()
    assert judged(grounds, "page_facts").outcome == "not_held"


@pytest.mark.parametrize(
    ("now", "claimed", "enough"),
    [("bronze", "silver", False), ("silver", "silver", True), ("gold", "bronze", True)],
)
def test_a_claim_above_what_is_reached_is_too_much(now: str, claimed: str, enough: bool):
    assert is_enough(now, claimed) == enough
