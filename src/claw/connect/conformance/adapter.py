"""The checks of an adapter alone: a connector, its stage and its fixtures, and no engine."""

from claw.connect.conformance.accounting import ACCOUNTING
from claw.connect.conformance.canaries import CANARIES
from claw.connect.conformance.check import Check
from claw.connect.conformance.declarations import MANIFEST
from claw.connect.conformance.faults import FAULTS
from claw.connect.conformance.fixtures import FIXTURES_DECODE, GOLDENS, OLDER_FIXTURES
from claw.connect.conformance.hostile_text import HOSTILE_TEXT
from claw.connect.conformance.paging import PAGING
from claw.connect.conformance.purity import PURITY
from claw.connect.conformance.throttling import THROTTLING
from claw.connect.conformance.undeclared import COMMANDS, WEBHOOKS
from claw.connect.conformance.wall_clock import WALL_CLOCK

ADAPTER_CHECKS: tuple[Check, ...] = (
    MANIFEST,
    FIXTURES_DECODE,
    PURITY,
    ACCOUNTING,
    GOLDENS,
    PAGING,
    FAULTS,
    THROTTLING,
    WEBHOOKS,
    WALL_CLOCK,
    CANARIES,
    HOSTILE_TEXT,
    COMMANDS,
    OLDER_FIXTURES,
)
"""In order of their numbers."""
