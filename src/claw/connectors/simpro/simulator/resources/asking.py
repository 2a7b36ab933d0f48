"""What a collection is asked for, and the type of what answers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from claw.connectors.simpro.simulator.days import Project, Visit
from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.state import COST_CENTER_BASE, SECTION_BASE, CompanyState

HORIZON_BACK, HORIZON_AHEAD = 14, 28
"""Days around ``today`` that a read without a date or id can see."""

MAX_DAYS = 800


@dataclass(frozen=True, slots=True)
class Hints:
    """What the filter allows: dates from ``first`` to ``last``, and these ids if any.

    ``faults`` names the faults in force, for those that add rows or change what is there.
    """

    first: date | None = None
    last: date | None = None
    ids: tuple[int, ...] | None = None
    start_date: str = ""
    end_date: str = ""
    faults: frozenset[str] = frozenset()


Ids = dict[str, int]
Collection = Callable[[CompanyState, Ids, Hints], list[Row] | None]


def window(state: CompanyState, hints: Hints) -> tuple[date, date]:
    """The dates to look at."""
    first = hints.first or state.today - timedelta(days=HORIZON_BACK)
    last = hints.last or state.today + timedelta(days=HORIZON_AHEAD)
    return first, min(last, first + timedelta(days=MAX_DAYS))


def visits_asked(state: CompanyState, hints: Hints) -> Iterable[Visit]:
    """Schedule rows that the hints allow."""
    if hints.ids is not None:
        found = (state.visit(number) for number in hints.ids)
        return [visit for visit in found if visit is not None]
    first, last = window(state, hints)
    return state.visits_between(first, last)


def projects_asked(state: CompanyState, kind: str, hints: Hints) -> Iterable[Project]:
    """Jobs, quotes or leads with these ids, or else those of the dates around ``today``."""
    if hints.ids is not None:
        found = (state.project(kind, number) for number in hints.ids)
        return [project for project in found if project is not None]
    first, last = window(state, Hints())
    return state.projects_between(kind, first, last)


def in_cost_center(kind: str, ids: Ids) -> bool:
    """Whether section and cost centre in a path belong to its job or quote."""
    parent = ids.get(f"{kind}ID", 0)
    section, center = ids.get("sectionID"), ids.get("costCenterID")
    if section is not None and section != SECTION_BASE[kind] + parent:
        return False
    return center is None or center == COST_CENTER_BASE[kind] + parent
