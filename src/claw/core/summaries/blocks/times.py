"""Work whose time the source leaves in doubt."""

from collections.abc import Mapping

from claw.core.model.flags import Flag
from claw.core.model.records import Appointment
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import together

# What each flag says to whoever has to be there.
_DOUBTS: Mapping[Flag, str] = {
    "time_conflict": "the source gives two different times",
    "time_ambiguous": "the clocks show this time twice, the first is taken",
    "time_shifted_gap": "the clocks skip the time that was given",
}


def doubtful_times(facts: Facts) -> Block:
    """Work whose time had to be chosen, and why; what still runs from before is past that."""
    doubted = [a for a in facts.work if _doubts(a)]
    items = [
        Item(
            when=facts.when(rows[0]),
            text=facts.describe(rows[0]),
            note=", ".join(dict.fromkeys(doubt for row in rows for doubt in _doubts(row))),
            refs=tuple(row.ref for row in rows),
        )
        for rows in together(doubted)
    ]
    return block("doubtful_times", "Time in doubt", items, "No time is in doubt")


def _doubts(appointment: Appointment) -> list[str]:
    return [said for flag, said in _DOUBTS.items() if flag in appointment.flags]
