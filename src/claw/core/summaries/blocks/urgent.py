"""What needs somebody to act, worst first."""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from claw.core.model.reference import Ref
from claw.core.summaries.blocks.capacity import over_capacity
from claw.core.summaries.blocks.clashes import overlaps
from claw.core.summaries.blocks.gaps import no_location, unassigned, unconfirmed, unreachable
from claw.core.summaries.blocks.late import late
from claw.core.summaries.blocks.times import doubtful_times
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block, Item, block, lines_more

# Worst first: work that cannot happen or does not, then people who cannot be in two places
# or have no time, then customers who may not be there or cannot be told.
TROUBLES: Mapping[str, tuple[Callable[[Facts], Block], str]] = {
    "unassigned": (unassigned, "nobody is assigned"),
    "late": (late, "running late"),
    "overlaps": (overlaps, "double booked"),
    "over_capacity": (over_capacity, "over capacity"),
    "no_location": (no_location, "no address"),
    "doubtful_times": (doubtful_times, "time in doubt"),
    "unconfirmed": (unconfirmed, "not confirmed"),
    "unreachable": (unreachable, "cannot be texted"),
}


def needs_action(facts: Facts) -> Block:
    """The worst few of everything that is wrong with the day, each once with all its reasons."""
    by_records: dict[tuple[Ref, ...], Item] = {}
    more = 0
    for source, why in TROUBLES.values():
        trouble = source(facts)
        more += lines_more(trouble)
        for item in trouble.items:
            known = by_records.get(item.refs)
            reason = f"{why} ({item.note})" if isinstance(item.note, str) else why
            note = reason if known is None else f"{known.note}, {reason}"
            by_records[item.refs] = replace(known or item, note=note)
    found = list(by_records.values())
    shown = found[: facts.pack.thresholds.most_actions]
    return block(
        "needs_action", "Needs action", shown, "Nothing needs action", count=len(found) + more
    )
