"""Who is away."""

from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import together
from claw.core.summaries.wording import listed


def absences(facts: Facts) -> Block:
    """Leave and other absences on the day, also what began earlier and still lasts."""
    away = [a for a in facts.time_off if a.kind == "absence"]
    items = [
        Item(
            when=facts.hours(rows[0]),
            text=listed(sorted({name for row in rows for name in facts.resource_names(row)})),
            note=rows[0].title,
            refs=tuple(row.ref for row in rows),
        )
        for rows in together(away)
    ]
    return block("absences", "Away", items, "Nobody is away")
