"""What yesterday left behind."""

from datetime import timedelta

from claw.core.model.records import Appointment
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import together

_DONE = frozenset({"completed", "no_show"})


def leftovers(facts: Facts) -> Block:
    """What was to be done yesterday and is not said to be; unread is not the same as done."""
    day = facts.day - timedelta(days=1)
    left = [a for a in facts.work_on(day) if a.status not in _DONE]
    items = [
        Item(
            when=facts.when(rows[0]),
            text=facts.describe(rows[0]),
            note=_said(facts, rows[0]),
            refs=tuple(row.ref for row in rows),
        )
        for rows in together(left)
    ]
    known = facts.read_completely(day)
    empty = "Nothing is left from yesterday" if known else "Yesterday was not read completely"
    return block("leftovers", "Left from yesterday", items, empty)


def _said(facts: Facts, appointment: Appointment) -> str:
    status = appointment.source_status
    said = status if isinstance(status, str) else appointment.status
    window = facts.window
    if window is None or appointment.ends_at <= window.start:
        return said
    return f"{said}, continues {facts.until(appointment)}"
