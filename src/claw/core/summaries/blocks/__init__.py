"""The blocks of a summary, one module a group; each is a function of the day's facts."""

from collections.abc import Callable, Mapping

from claw.core.summaries.blocks.absences import absences
from claw.core.summaries.blocks.ahead import clock_change, holidays, tomorrow
from claw.core.summaries.blocks.capacity import over_capacity
from claw.core.summaries.blocks.changes import changes
from claw.core.summaries.blocks.clashes import overlaps
from claw.core.summaries.blocks.gaps import no_location, unassigned, unconfirmed, unreachable
from claw.core.summaries.blocks.late import late
from claw.core.summaries.blocks.leftovers import leftovers
from claw.core.summaries.blocks.people import people
from claw.core.summaries.blocks.schedule import schedule
from claw.core.summaries.blocks.times import doubtful_times
from claw.core.summaries.blocks.urgent import needs_action
from claw.core.summaries.blocks.value import value
from claw.core.summaries.facts import Facts
from claw.core.summaries.item import Block
from claw.core.verticals import BlockName

BLOCKS: Mapping[BlockName, Callable[[Facts], Block]] = {
    "needs_action": needs_action,
    "late": late,
    "unassigned": unassigned,
    "overlaps": overlaps,
    "over_capacity": over_capacity,
    "unconfirmed": unconfirmed,
    "unreachable": unreachable,
    "no_location": no_location,
    "doubtful_times": doubtful_times,
    "changes": changes,
    "leftovers": leftovers,
    "schedule": schedule,
    "people": people,
    "absences": absences,
    "value": value,
    "tomorrow": tomorrow,
    "holidays": holidays,
    "clock_change": clock_change,
}
