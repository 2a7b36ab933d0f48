"""The days of a company, generated when asked for and remembered."""

import datetime
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from claw.connectors.simpro.simulator.clients import Register
from claw.connectors.simpro.simulator.day_building import build_day
from claw.connectors.simpro.simulator.days import EPOCH, Day, Visit, day_number
from claw.connectors.simpro.simulator.draws import chance
from claw.connectors.simpro.simulator.roster import Company
from claw.connectors.simpro.simulator.size import Size, is_working_day


class Calendar:
    """Days of one company, generated when asked for and remembered."""

    def __init__(self, seed: int, company: Company, register: Register, size: Size) -> None:
        self._seed, self._company, self._register = seed, company, register
        self.size = size
        self.day = lru_cache(maxsize=2000)(self._day)

    def date_of_visit(self, visit_id: int) -> datetime.date:
        """The date a generated schedule id carries."""
        return EPOCH + timedelta(days=visit_id // self.size.visits_a_day)

    def date_of_project(self, project_id: int) -> datetime.date:
        """The date a generated job, quote or lead id carries."""
        return EPOCH + timedelta(days=project_id // self.size.projects_a_day)

    def _day(self, day: datetime.date) -> Day:
        if day < EPOCH:
            return Day()
        made = build_day(self._seed, self._company, self._register, self.size, day)
        made.visits = [self._continued(v) if n == 2 else v for n, v in enumerate(made.visits)]
        return made

    def _continued(self, visit: Visit) -> Visit:
        """Sometimes a visit carries on yesterday's shared job instead of a new one."""
        yesterday = visit.date - timedelta(days=1)
        if visit.kind != "job" or yesterday < EPOCH or not is_working_day(yesterday):
            return visit
        if not chance(40, self._seed, self._company.id, visit.id, "continues"):
            return visit
        return replace(visit, project_id=day_number(yesterday) * self.size.projects_a_day)
