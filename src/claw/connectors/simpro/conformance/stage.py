"""A simPRO build on a stage: one company whose schedule and moods the suite sets.

The build caps its pages at a few rows, as builds may, so that lists of several pages stay
small. Bookings are visits of one technician, each for a job of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from starlette.types import ASGIApp

from claw.connect import key_of, source_id
from claw.connect.conformance.subject import Impossible, Trouble
from claw.connect.simulator import LoggedRequest
from claw.connect.token_server import TokenServer
from claw.connectors.simpro.simulator import Simulator
from claw.connectors.simpro.simulator.days import Visit, block
from claw.connectors.simpro.simulator.state import CompanyState

PAGE_ROWS = 10
ACCOUNTS = (2, 3)
_CANCELLED = "Job : Cancelled"
_DAYS_OF_JOBS = 200
_STORY_BEGINS = "12:00"
_WITHOUT_OPTION: Mapping[Trouble, str] = {
    Trouble.REVOKED: "revoked",
    Trouble.FORBIDDEN_PART: "forbidden:sites",
    Trouble.FILTER_IGNORED: "filter_ignored,on=schedules",
    Trouble.ECHOES_CREDENTIAL: "echo_authorization",
}
_OF_A_LIST: Mapping[Trouble, str] = {
    Trouble.SERVER_ERROR: "html_503",
    Trouble.BROKEN_JSON: "truncated",
    Trouble.HTML_PAGE: "html_200",
    Trouble.RESET: "reset",
    Trouble.THROTTLED: "rate429",
    Trouble.ROW_INSERTED: "page_shift_insert",
    Trouble.ROW_DELETED: "page_shift_delete",
}
_OF_A_ROW: Mapping[Trouble, str] = {
    Trouble.UNKNOWN_STATUS: "unknown_type",
    Trouble.FIELD_MISSING: "date_absent",
}


@dataclass
class SimproStage:
    """One company of a simulated build, and the key for it."""

    simulator: Simulator
    account: int
    api_key: str
    booked: list[int] = field(default_factory=list[int])
    deleted: dict[int, Visit] = field(default_factory=dict[int, Visit])
    progress: str = "mobile_status"

    @property
    def app(self) -> ASGIApp:
        """The build's API."""
        return self.simulator.app

    @property
    def today(self) -> date:
        """The local date on which the stage is set."""
        return self.simulator.today

    @property
    def zone(self) -> str:
        """The company's zone."""
        return self._state.company.timezone

    @property
    def log(self) -> Sequence[LoggedRequest]:
        """Every request so far."""
        return self.simulator.log

    @property
    def violations(self) -> Sequence[str]:
        """Promises of a read-only client that were broken."""
        return self.simulator.violations

    def settings(self, base_url: str) -> Mapping[str, str]:
        """A connection to this company, as fast as the vendor allows."""
        return {
            "base_url": base_url,
            "company_id": str(self.account),
            "requests_per_second": "10",
            "progress": self.progress,
            "status_map": f"{_CANCELLED}=cancelled",
        }

    def secrets(self) -> Mapping[str, str]:
        """The key of this company alone."""
        return {"api_key": self.api_key}

    def clear(self, first: date, last: date) -> None:
        """Take every row of these dates away."""
        for visit in self._state.visits_between(first, last):
            self._state.remove(visit.id)

    def book(self, start: datetime, minutes: int, *, text: str = "") -> str:
        """Book a visit for a job of its own, with ``text`` as its notes."""
        state = self._state
        if not self.booked:
            # Later than any read of the suite, so that what is told is news.
            state.set_time(_STORY_BEGINS)
        begins = start.hour * 60 + start.minute
        staff = state.company.technicians[0].id
        blocks = (block(begins, begins + minutes),)
        job = self._job(len(self.booked))
        visit = state.add(Visit(0, "job", start.date(), staff, blocks, job, text))
        self.booked.append(visit.id)
        return source_id("schedule", visit.id)

    def book_late(self, start: datetime, minutes: int, *, behind: timedelta) -> str:
        """Book a visit whose log entry is stamped before the newest one, or with its time."""
        feed = self._state.logs.schedules
        newest = datetime.fromisoformat(str(feed[-1]["DateLogged"]))
        booked = self.book(start, minutes)
        feed[-1]["DateLogged"] = (newest - behind).isoformat()
        return booked

    def move(self, source_id: str, start: datetime) -> None:
        """Move a visit; its id stays."""
        self.simulator.move_schedule(
            _number(source_id), date=start.date(), start=f"{start:%H:%M}", company=self.account
        )

    def cancel(self, source_id: str) -> None:
        """Give the visit's job the status that this build uses for cancelled ones.

        simPRO has no cancelled schedules: offices delete the row or mark the job.
        """
        self.simulator.cancel_job(
            self._state.known(_number(source_id)).project_id, company=self.account
        )

    def delete(self, source_id: str) -> None:
        """Delete a row: it is in no list, and its item answers 404."""
        number = _number(source_id)
        self.deleted[number] = self._state.known(number)
        self.simulator.delete_schedule(number, company=self.account)

    def restore(self, source_id: str) -> None:
        """Bring a deleted row back under its own id."""
        self._state.put(self.deleted.pop(_number(source_id)), "Schedule restored")

    def trouble(self, kind: Trouble, *, times: int = 1, after: int = 0, option: str = "") -> None:
        """Set the simulator's fault of that kind; of the list of schedules where it can be."""
        if kind in _WITHOUT_OPTION:
            fault = _WITHOUT_OPTION[kind]
        elif kind in _OF_A_ROW:
            fault = f"{_OF_A_ROW[kind]},id={self.booked[0]}"
        elif kind is Trouble.EMPTY_LIST:
            fault = f"empty_page:{times},after={after}" if after else "empty_200:schedules"
            fault += ",on=schedules"
        else:
            fault = f"{_OF_A_LIST[kind]}:{times},after={after},on=schedules"
            if option:
                fault += f",retry_after={option}"
        self.simulator.faults.set(fault)

    def calm(self) -> None:
        """End all trouble; the pages stay small."""
        settle(self.simulator)

    @property
    def tokens(self) -> TokenServer:
        """The build's token endpoint."""
        return self.simulator.tokens

    def neighbour(self) -> "SimproStage":
        """The build's other company, with a key of its own."""
        other = next(account for account in ACCOUNTS if account != self.account)
        return stage_of(self.simulator, other)

    def need(self, template: str) -> None:
        """Have visits of every kind on the day; lists do not do where an object is needed."""
        state = self._state
        crew = [
            *(member.id for member in state.company.technicians[:1]),
            *(member.id for member in state.company.of_type("contractor")[:1]),
        ]
        for kind in ("job", "quote", "lead"):
            projects = state.projects_between(kind, self.today, self.today)
            for number, project in enumerate(projects):
                staff = crew[number % len(crew)]
                visit = Visit(0, kind, self.today, staff, (block(540, 570),), project.id)
                state.add(visit)
        state.add(Visit(0, "activity", self.today, crew[0], (block(600, 630),), 14))
        if template.endswith("/timelines/"):
            self.progress = "both"
        if template.endswith("{id}"):
            alone = "narrow_list,on=schedules" if "/schedules/" in template else "unsearchable:ID"
            self.simulator.faults.set(alone)

    @property
    def _state(self) -> CompanyState:
        return self.simulator.state(self.account)

    def _job(self, number: int) -> int:
        """A job that no other booking is for, neither begun nor done."""
        last = date.fromordinal(self.today.toordinal() + _DAYS_OF_JOBS)
        for seen, project in enumerate(self._state.projects_between("job", self.today, last)):
            if seen == number:
                return project.id
        raise Impossible(f"the stage has not so many jobs as {number}")


def settle(simulator: Simulator) -> None:
    """End all trouble; pages stay small."""
    simulator.faults.clear()
    simulator.faults.set(f"page_cap:{PAGE_ROWS},on=schedules")


def stage_of(simulator: Simulator, account: int) -> SimproStage:
    """One company of a build, with a key for it alone."""
    key = simulator.add_key(f"stage-{account}", companies=[account])
    return SimproStage(simulator, account, key)


def _number(source_id: str) -> int:
    return int(key_of(source_id)[1])
