"""Which rows each documented collection holds.

A collection's function gets the company, the ids in its path and hints taken from the
caller's filter: the dates and the ids that can match at all. It may return more than the
filter keeps, never less. None means a parent in the path does not exist: 404.
"""

from claw.connectors.simpro.simulator.resources.asking import Collection
from claw.connectors.simpro.simulator.resources.clients import CLIENTS
from claw.connectors.simpro.simulator.resources.people import PEOPLE
from claw.connectors.simpro.simulator.resources.projects import PROJECTS
from claw.connectors.simpro.simulator.resources.scheduling import SCHEDULING
from claw.connectors.simpro.simulator.resources.setup import SETUP

_FEEDS: dict[str, Collection] = {
    "logs/schedules": lambda state, ids, hints: list(state.logs.schedules),
    "logs/jobs": lambda state, ids, hints: list(state.logs.jobs),
    "logs/quotes": lambda state, ids, hints: list(state.logs.quotes),
    "logs/mobileStatus": lambda state, ids, hints: list(state.logs.mobile_status),
}

COLLECTIONS: dict[str, Collection] = {
    **SCHEDULING,
    **PROJECTS,
    **PEOPLE,
    **CLIENTS,
    **SETUP,
    **_FEEDS,
}
"""By the resource's name: the documented path below the company without its ids."""
