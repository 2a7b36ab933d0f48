"""What each tier of quality asks of a connector, as data, and which tier is reached. Pure.

Every rule is bound to something that can be seen: checks of the suite, a measurement of
the source tree, a page, or a person's signed word where nothing else will do. What is the
engine's own to keep, such as the notice that data is old, is proved by the engine's tests
and not asked of a connector.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

Tier = Literal["none", "bronze", "silver", "gold", "platinum"]
TIERS: tuple[Tier, ...] = ("bronze", "silver", "gold", "platinum")
"""From the least: what merging needs, what a paying tenant needs, and beyond."""

Proof = Literal[
    "owner", "limit", "page", "page_facts", "typing", "mapping_branches", "package_lines",
    "edge_cases", "simulator_shapes", "throughput", "mutation",
]  # fmt: skip
"""What is looked at besides checks.

``page`` is the documentation of the rule's topic; ``page_facts`` that the manifest's page
names every setting, resource and column of the manifest.
"""

MAPPING_BRANCHES_PERCENT = 100.0
PACKAGE_LINES_PERCENT = 95.0
CPU_RATIO, MEMORY_RATIO = 1.5, 1.1
MUTATION_PERCENT = 85.0
OLDEST_MEASUREMENT_DAYS = 90


class Rule(Struct, frozen=True, kw_only=True):
    """One rule: what it says and everything that must be seen for it to hold."""

    name: str
    tier: Tier
    title: str
    checks: tuple[str, ...] = ()
    proof: Proof | None = None
    topic: str | None = None
    signed: bool = False
    exemptible: bool = True


RuleOutcome = Literal["held", "exempt", "not_held", "not_measured"]


class RuleResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one rule, and why."""

    rule: str
    tier: Tier
    title: str
    outcome: RuleOutcome
    detail: str = ""


def reached(results: Sequence[RuleResult]) -> Tier:
    """The highest tier of which, and of all below it, every rule holds or is exempt."""
    best: Tier = "none"
    for tier in TIERS:
        if any(r.outcome in ("not_held", "not_measured") for r in results if r.tier == tier):
            return best
        best = tier
    return best


def missing_for_next(results: Sequence[RuleResult]) -> tuple[Tier | None, Sequence[RuleResult]]:
    """The tier above the one reached, and what keeps it from being reached."""
    now = reached(results)
    above = TIERS[0] if now == "none" else next(iter(TIERS[TIERS.index(now) + 1 :]), None)
    return above, [
        r for r in results if r.tier == above and r.outcome in ("not_held", "not_measured")
    ]


def is_enough(reached_tier: Tier, claimed: Tier) -> bool:
    """Whether what is reached is no less than what is claimed."""
    order = ("none", *TIERS)
    return order.index(reached_tier) >= order.index(claimed)


def _rules(tier: Tier, rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            name=name,
            tier=tier,
            title=rule.title,
            checks=rule.checks,
            proof=rule.proof,
            topic=rule.topic,
            signed=rule.signed,
            exemptible=rule.exemptible and tier != "bronze",
        )
        for name, rule in rules.items()
    )


def _rule(
    title: str,
    *checks: str,
    proof: Proof | None = None,
    topic: str | None = None,
    signed: bool = False,
) -> Rule:
    return Rule(
        name="", tier="none", title=title, checks=checks, proof=proof, topic=topic, signed=signed
    )


RULES: tuple[Rule, ...] = (
    *_rules(
        "bronze",
        {
            "manifest": _rule("The manifest is valid and is what the code does", "C01"),
            "fixtures": _rule("Every stream has fixtures, and they decode", "C02"),
            "pure_mapping": _rule("Mapping is pure", "C03"),
            "accounting": _rule("Every row is accounted for", "C04"),
            "goldens": _rule("Every fixture gives its reviewed golden", "C05"),
            "paging": _rule("Lists are read to their end", "C06"),
            "degraded_reads": _rule("Trouble takes nothing away", "C10"),
            "tenants_apart": _rule("Tenants are kept apart", "C17"),
            "no_leaks": _rule("No secret and nobody's data leaks", "C18"),
            "owner": _rule("A role answers for it", proof="owner"),
            "limit": _rule("The vendor's limit is declared", proof="limit"),
            "page_set_up": _rule("How to set it up is written down", proof="page", topic="set_up"),
            "page_read": _rule("What it reads is written down", proof="page", topic="read"),
            "page_stored": _rule("What it stores is written down", proof="page", topic="stored"),
            "page_facts": _rule("Its page names all it reads and is told", proof="page_facts"),
        },
    ),
    *_rules(
        "silver",
        {
            "cut_reads": _rule("A cut read is taken up again", "C07"),
            "killed_reads": _rule("A killed read leaves no trace", "C08"),
            "late_rows": _rule("Late rows are found", "C09"),
            "absences": _rule("Mass disappearance is held", "C11"),
            "changes": _rule("Each change is seen as what it is", "C12"),
            "throttling": _rule("The vendor's rate is kept", "C13"),
            "tokens": _rule("Tokens are refreshed once; a revoked one asks a person", "C14"),
            "wall_clocks": _rule("Wall clocks are read right", "C16"),
            "hostile_text": _rule("Hostile text is harmless", "C19"),
            "simulator_shapes": _rule("Its simulator answers in the vendor's shapes",
                                      proof="simulator_shapes"),
            "edge_cases": _rule("Every known edge case is proved", proof="edge_cases"),
            "typing": _rule("The package is strictly typed", proof="typing"),
            "mapping_branches": _rule("Every branch of mapping is run", proof="mapping_branches"),
            "package_lines": _rule("The package is tested", proof="package_lines"),
        },
    ),
    *_rules(
        "gold",
        {
            "webhooks": _rule("Webhooks are verified, and only hints", "C15"),
            "commands": _rule("A command repeated is one effect", "C20"),
            "page_limits": _rule("Its limits are written down", proof="page", topic="limits"),
            "page_runbook": _rule("What to do in trouble is written down", proof="page",
                                  topic="runbook"),
            "runbook_rehearsed": _rule("The runbook was rehearsed", signed=True),
            "real_account": _rule("It read a real account nightly for 14 days", signed=True),
        },
    ),
    *_rules(
        "platinum",
        {
            "older_fixtures": _rule("What older versions stored still maps", "C21"),
            "throughput": _rule("It is fast, and its memory flat (C22)", proof="throughput"),
            "mutation": _rule("Tests notice a changed mapping", proof="mutation"),
            "load": _rule("It was read at ten times a tenant's size", signed=True),
            "quarantine": _rule("No quarantine unexplained for 30 days", signed=True),
        },
    ),
)  # fmt: skip
"""Every rule, from the least tier to the highest."""
