"""A quality file in which every rule is done, to be changed a line at a time."""

from claw.connect.conformance.tiers import RULES

DOCUMENTATION = """
[documentation]
set_up = "https://snips.example/claw#set-up"
read = "https://snips.example/claw#read"
stored = "https://snips.example/claw#stored"
limits = "https://snips.example/claw#limits"
runbook = "https://snips.example/claw#runbook"
"""


def quality_file(*, tier: str = "bronze", signed: bool = True, **rules: str) -> bytes:
    """The bytes; a keyword gives one rule another value, as TOML."""
    said = {rule.name: '"done"' for rule in RULES} | rules
    lines = ['schema = "claw.quality/1"', f'tier = "{tier}"', 'owner = "Snips owner"']
    lines += [DOCUMENTATION, "[rules]", *(f"{name} = {value}" for name, value in said.items())]
    for rule in RULES if signed else ():
        if rule.signed:
            lines += [
                "[[sign_offs]]",
                f'rule = "{rule.name}"',
                'role = "Snips owner"',
                "on = 2026-11-25",
                'grounds = "looked at it"',
            ]
    return "\n".join(lines).encode()
