"""Set-up tables."""

from collections.abc import Callable
from decimal import Decimal

from claw.connectors.simpro.simulator.feeds import Row
from claw.connectors.simpro.simulator.resources.asking import Collection, Hints, Ids
from claw.connectors.simpro.simulator.roster import (
    ACTIVITIES,
    BILLABLE_ACTIVITY,
    RESPONSE_TIMES,
    SCHEDULE_RATES,
    STATUS_CODES,
    ZONES,
)
from claw.connectors.simpro.simulator.rows.values import named
from claw.connectors.simpro.simulator.state import CompanyState


def _table(made: Callable[[], list[Row]]) -> Collection:
    def collect(state: CompanyState, ids: Ids, hints: Hints) -> list[Row]:
        return made()

    return collect


def _activities() -> list[Row]:
    rate = named(SCHEDULE_RATES, 1)
    return [
        {"ID": n, "Name": name, "Billable": n == BILLABLE_ACTIVITY, "ScheduleRate": rate}
        for n, name in ACTIVITIES.items()
    ]


def _status_codes() -> list[Row]:
    codes = enumerate(STATUS_CODES.items())
    return [{"ID": n, "Name": name, "Color": c, "Priority": p} for p, (n, (name, c)) in codes]


def _response_times() -> list[Row]:
    return [
        {"ID": n, "Name": name, "Days": days, "Hours": hours}
        for n, (name, days, hours) in RESPONSE_TIMES.items()
    ]


SETUP: dict[str, Collection] = {
    "setup/activities": _table(_activities),
    "setup/statusCodes/projects": _table(_status_codes),
    "setup/responseTimes": _table(_response_times),
    "setup/zones": _table(lambda: [{"ID": n, "Name": name} for n, name in ZONES.items()]),
    "setup/labor/scheduleRates": _table(
        lambda: [
            {"ID": n, "Name": name, "Multiplier": Decimal(n + 1) / 2, "DisplayOrder": n}
            for n, name in SCHEDULE_RATES.items()
        ]
    ),
    "setup/webhooks": lambda state, ids, hints: [hook.row for hook in state.webhooks.values()],
}
