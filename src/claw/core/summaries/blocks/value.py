"""What the day is expected to bring in."""

from collections import defaultdict

from msgspec import UnsetType

from claw.core.model.reference import Ref
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block
from claw.core.summaries.visits import together
from claw.core.summaries.wording import amount, number


def value(facts: Facts) -> Block:
    """The sum of the amounts that the source gives for the day's work, for each currency.

    An estimate: an amount is the source's own word, taxes and discounts are what it says
    they are, and work without an amount is left out of the sum and counted.
    """
    visits = together(facts.work)
    sums: defaultdict[str, int] = defaultdict(int)
    refs: defaultdict[str, list[Ref]] = defaultdict(list)
    for rows in visits:
        # Rows that say one visit each repeat its amount.
        known = next((row for row in rows if not isinstance(row.value, UnsetType)), None)
        if known is not None and not isinstance(known.value, UnsetType):
            sums[known.value.currency] += known.value.amount_minor
            refs[known.value.currency].append(known.ref)
    words = facts.pack.vocabulary.appointment
    items = [
        Item(
            text=amount(sums[currency], currency),
            note=f"estimate, from {number(len(refs[currency]))} of {words.counted(len(visits))}",
            refs=tuple(refs[currency]),
        )
        for currency in sorted(sums)
    ]
    count = sum(len(found) for found in refs.values())
    return block("value", "Expected value", items, "No amounts known", count=count)
