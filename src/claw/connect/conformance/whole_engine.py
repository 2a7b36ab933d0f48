"""The checks that need a whole engine: what becomes of the data, and of the neighbour's."""

from claw.connect.conformance.absence import ABSENCE
from claw.connect.conformance.changes import CHANGES
from claw.connect.conformance.check import Check
from claw.connect.conformance.cursors import CURSORS
from claw.connect.conformance.degraded import DEGRADED
from claw.connect.conformance.interruption import CUT, KILLED
from claw.connect.conformance.neighbours import NEIGHBOURS
from claw.connect.conformance.tokens import TOKENS

ENGINE_CHECKS: tuple[Check, ...] = (
    CUT,
    KILLED,
    CURSORS,
    DEGRADED,
    ABSENCE,
    CHANGES,
    TOKENS,
    NEIGHBOURS,
)
"""In order of their numbers; C10 has an adapter's half, too."""
