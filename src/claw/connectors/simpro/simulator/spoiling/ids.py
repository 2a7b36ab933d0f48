"""Ids as text, and ids that a double cannot hold."""

from typing import cast

from claw.connectors.simpro.simulator.feeds import Row

LARGEST_EXACT = 2**53
"""Above it a reader that takes numbers for doubles confuses neighbouring ids."""


def plain_id(number: int) -> int:
    """The id that ``big_ids`` made larger, or the id itself."""
    return number - LARGEST_EXACT - 1 if number > LARGEST_EXACT else number


def enlarged(rows: list[Row], visits_a_day: int) -> list[Row]:
    """The same rows, where the first of each date has an id beyond what doubles hold."""
    return [
        {**row, "ID": LARGEST_EXACT + 1 + row["ID"]}
        if isinstance(row["ID"], int) and row["ID"] % visits_a_day == 0
        else row
        for row in rows
    ]


def stringified(node: object) -> object:
    """Every integer id as text."""
    if isinstance(node, list):
        return [stringified(one) for one in cast("list[object]", node)]
    if not isinstance(node, dict):
        return node
    made: Row = {}
    for name, value in cast("Row", node).items():
        is_id = name.endswith(("ID", "Id")) and isinstance(value, int)
        made[name] = str(value) if is_id else stringified(value)
    return made
