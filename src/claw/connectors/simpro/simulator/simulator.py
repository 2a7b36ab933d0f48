"""The simulator as a value: a build, its keys, its faults, what it saw, and how to change it."""

import datetime
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from claw.connect.simulator import FaultScript, LoggedRequest, busiest_second
from claw.connectors.simpro.simulator.api import Api
from claw.connectors.simpro.simulator.clients import Contact
from claw.connectors.simpro.simulator.days import Visit, block
from claw.connectors.simpro.simulator.draws import minutes_of
from claw.connectors.simpro.simulator.faults import fault_script
from claw.connectors.simpro.simulator.keys import Key
from claw.connectors.simpro.simulator.roster import COMPANIES, Company
from claw.connectors.simpro.simulator.rows import schedule_row
from claw.connectors.simpro.simulator.state import Build, CompanyState, Row, blocks_from

MAIN_COMPANY = 2
"""The company that operations change when none is named."""


class Simulator:
    """A simPRO build on the day ``today``. ``app`` is its API."""

    def __init__(
        self,
        *,
        seed: int,
        today: datetime.date,
        faults: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        # Not above: the control routes call back into this class.
        from claw.connectors.simpro.simulator.control import control_routes

        self.seed, self.today = seed, today
        self.log: list[LoggedRequest] = []
        self.violations: list[str] = []
        self.faults: FaultScript = fault_script()
        for fault in faults:
            self.faults.set(fault)
        self._initial_faults = tuple(faults)
        self._keys: dict[str, Key] = {}
        self.api_key: str = self.add_key("default")
        self._api = Api(
            Build(seed, today), self._keys, self.faults, self.log, self.violations, monotonic
        )
        self.app: ASGIApp = Starlette(
            routes=[Mount("/_control", routes=control_routes(self)), Mount("/", app=self._api)]
        )

    @property
    def companies(self) -> tuple[Company, ...]:
        """The companies of the build."""
        return tuple(state.company for state in self._api.build.companies.values())

    def max_requests_in_any_second(self) -> int:
        """The most requests that arrived in any window of one second."""
        return busiest_second(self.log)

    def add_key(
        self, label: str, companies: Sequence[int] | None = None, forbid: Sequence[str] = ()
    ) -> str:
        """A new API key: the companies it sees (all) and the resources it may not read."""
        token = f"simpro-simulated-{self.seed}-{label}"
        seen = tuple(COMPANIES) if companies is None else tuple(companies)
        self._keys[token] = Key(label, token, seen, tuple(forbid))
        return token

    def reset(self) -> None:
        """Back to the generated business and the faults it began with; keys stay."""
        self._api.restart(Build(self.seed, self.today))
        self.faults.clear()
        for fault in self._initial_faults:
            self.faults.set(fault)
        self.log.clear()
        self.violations.clear()

    def state(self, company: int = MAIN_COMPANY) -> CompanyState:
        """One company's content."""
        return self._api.build.companies[company]

    def schedules(
        self, first: datetime.date, last: datetime.date, company: int = MAIN_COMPANY
    ) -> list[Row]:
        """The truth: every schedule row of those dates in its widest form, before faults."""
        state = self.state(company)
        return [schedule_row(state, visit) for visit in state.visits_between(first, last)]

    def move_schedule(
        self,
        schedule_id: int,
        *,
        date: datetime.date | None = None,
        start: str | None = None,
        staff: int | None = None,
        company: int = MAIN_COMPANY,
    ) -> None:
        """Move a row to another date, first start (``HH:MM``) or staff member; its id stays."""
        state = self.state(company)
        visit = state.known(schedule_id)
        if start is not None:
            shift = minutes_of(start) - visit.blocks[0].start
            moved = [replace(b, start=b.start + shift, end=b.end + shift) for b in visit.blocks]
            visit = replace(visit, blocks=tuple(moved))
        visit = replace(visit, date=date or visit.date)
        state.put(
            replace(visit, staff_id=visit.staff_id if staff is None else staff), "Schedule moved"
        )

    def reassign_schedule(
        self, schedule_id: int, staff: int | None, company: int = MAIN_COMPANY
    ) -> None:
        """Give a row to another staff member, or to nobody."""
        state = self.state(company)
        state.put(replace(state.known(schedule_id), staff_id=staff), "Schedule reassigned")

    def delete_schedule(self, schedule_id: int, company: int = MAIN_COMPANY) -> None:
        """Delete a row: it is in no list, and its item answers 404."""
        self.state(company).remove(schedule_id)

    def split_schedule(
        self, schedule_id: int, at: str, resume: str, company: int = MAIN_COMPANY
    ) -> None:
        """Break a block off at ``at`` (``HH:MM``) and take it up again at ``resume``."""
        state = self.state(company)
        visit = state.known(schedule_id)
        cut, again = minutes_of(at), minutes_of(resume)
        blocks: list[tuple[int, int]] = []
        for one in visit.blocks:
            if one.start < cut < one.end:
                blocks += [(one.start, cut), (again, again + one.end - cut)]
            else:
                blocks.append((one.start, one.end))
        made = tuple(block(begin, end) for begin, end in blocks)
        state.put(replace(visit, blocks=made), "Schedule split")

    def add_schedule(
        self,
        *,
        date: datetime.date,
        blocks: Sequence[tuple[str, str]],
        job: int,
        kind: str = "job",
        staff: int | None = None,
        notes: str = "",
        company: int = MAIN_COMPANY,
    ) -> int:
        """A new row for a job, quote, lead or activity; its id."""
        visit = Visit(0, kind, date, staff, blocks_from(blocks), job, notes)
        return self.state(company).add(visit).id

    def cancel_job(self, job_id: int, stage: str = "Archived", company: int = MAIN_COMPANY) -> None:
        """Take a job to another stage; its schedule rows stay where they are."""
        self.state(company).cancel(job_id, stage)

    def add_mobile_status(
        self,
        *,
        staff: int,
        job: int,
        status: str,
        at: str | None = None,
        company: int = MAIN_COMPANY,
    ) -> int:
        """A technician's tap (``Travelling``, ``Onsite``, ``Complete``); the log id."""
        return self.state(company).log_mobile_status(staff, job, status, at)

    def set_contact(self, contact_id: int, company: int = MAIN_COMPANY, **changes: str) -> Contact:
        """Change ``mobile``, ``landline``, ``email``, ``given``, ``family`` or ``position``."""
        return self.state(company).set_contact(contact_id, **changes)


def create_simulator(
    *, seed: int = 1, today: datetime.date, faults: Sequence[str] = ()
) -> Simulator:
    """A build whose business is the same for the same seed; ``today`` is its anchor."""
    return Simulator(seed=seed, today=today, faults=faults)
