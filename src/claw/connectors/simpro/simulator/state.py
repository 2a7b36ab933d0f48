"""The build's content now: the generated business with what control operations changed.

A change never touches the generator. It lays a row over the generated one, stamps it with
the next second of the simulator's own story (from 06:00 of ``today`` in the company's
zone) and writes the vendor's log, so that the same operations give the same bytes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from claw.connectors.simpro.simulator.clients import Contact, Register, make_register
from claw.connectors.simpro.simulator.days import (
    EPOCH,
    Block,
    Calendar,
    Project,
    Visit,
    block,
    date_of_project,
    date_of_visit,
)
from claw.connectors.simpro.simulator.draws import instant, minutes_of
from claw.connectors.simpro.simulator.feeds import Feeds, Tap
from claw.connectors.simpro.simulator.roster import COMPANIES, Company

FIRST_ADDED = 9_000_001
SECTION_BASE = {"job": 1_000_000, "quote": 3_000_000}
COST_CENTER_BASE = {"job": 2_000_000, "quote": 4_000_000}
STORY_BEGINS = 360
"""Minutes after midnight of ``today`` at which the first change is stamped."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Something to do just before page ``page`` of a resource is read, once."""

    resource: str
    page: int
    run: Callable[[], object]


class CompanyState:
    """One company's register, calendar, overlays and logs."""

    def __init__(self, seed: int, company: Company, today: date) -> None:
        self.company, self.today = company, today
        self.register: Register = make_register(seed, company)
        self.calendar = Calendar(seed, company, self.register)
        self.logs = Feeds(company)
        self.cancelled: dict[int, str] = {}
        self.touched: dict[tuple[str, int], str] = {}
        self.hooks: list[Hook] = []
        self._overlay: dict[int, Visit | None] = {}
        self._added = 0
        self._clock, self._ticks = STORY_BEGINS, 0

    def stamp(self) -> str:
        """The next second of the story, as the vendor writes instants."""
        self._ticks += 1
        minutes, seconds = divmod(self._ticks, 60)
        moment = instant(self.today, self._clock + minutes, self.company.timezone)
        return f"{moment[:17]}{seconds:02d}{moment[19:]}"

    def set_time(self, to: str) -> None:
        """Go on with the story at ``to`` (``HH:MM``) of ``today``.

        Raises:
            ValueError: the story is past that already.
        """
        minutes = minutes_of(to)
        if minutes < self._clock + self._ticks // 60:
            raise ValueError(f"it is later than {to} already")
        self._clock, self._ticks = minutes, 0

    def moment(self, text: str) -> str:
        """``HH:MM`` of ``today``, or a wall time with its date, as the vendor writes instants."""
        if "T" not in text:
            return instant(self.today, minutes_of(text), self.company.timezone)
        wall = datetime.fromisoformat(text)
        return instant(wall.date(), wall.hour * 60 + wall.minute, self.company.timezone)

    def visits_on(self, day: date) -> list[Visit]:
        """Schedule rows of a date, by id."""
        rows = [v for v in self.calendar.day(day).visits if v.id not in self._overlay]
        rows += [v for v in self._overlay.values() if v is not None and v.date == day]
        return sorted(rows, key=lambda visit: visit.id)

    def visits_between(self, first: date, last: date) -> list[Visit]:
        """Schedule rows of the dates ``first`` to ``last``, both included."""
        days = (last - first).days + 1
        return [v for n in range(days) for v in self.visits_on(first + timedelta(days=n))]

    def visit(self, visit_id: int) -> Visit | None:
        """One schedule row, wherever it was moved to; None when deleted or never there."""
        if visit_id in self._overlay:
            return self._overlay[visit_id]
        if visit_id >= FIRST_ADDED:
            return None
        day = self.calendar.day(date_of_visit(visit_id))
        return next((visit for visit in day.visits if visit.id == visit_id), None)

    def project(self, kind: str, project_id: int) -> Project | None:
        """A job, quote or lead."""
        if not 0 <= project_id < FIRST_ADDED:
            return None
        return self.calendar.day(date_of_project(project_id)).projects.get((kind, project_id))

    def projects_between(self, kind: str, first: date, last: date) -> Iterable[Project]:
        """Jobs, quotes or leads generated for those dates."""
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            if day >= EPOCH:
                yield from (p for p in self.calendar.day(day).projects.values() if p.kind == kind)

    def put(self, visit: Visit, message: str) -> Visit:
        """Lay ``visit`` over whatever had its id, and log it."""
        stamped = replace(visit, modified=self.stamp())
        self._overlay[visit.id] = stamped
        self._log_schedule(stamped, message, str(visit.id))
        return stamped

    def remove(self, visit_id: int) -> None:
        """Delete a schedule row; the log then no longer says which one, as the vendor's."""
        gone = self.known(visit_id)
        self._overlay[visit_id] = None
        self._log_schedule(replace(gone, modified=self.stamp()), "Schedule removed", None)

    def known(self, visit_id: int) -> Visit:
        """One schedule row.

        Raises:
            KeyError: there is none.
        """
        visit = self.visit(visit_id)
        if visit is None:
            raise KeyError(f"company {self.company.id} has no schedule {visit_id}")
        return visit

    def add(self, visit: Visit, message: str = "Schedule added") -> Visit:
        """A new schedule row with a fresh id."""
        return self.put(replace(visit, id=self.next_id()), message)

    def next_id(self) -> int:
        """A fresh schedule id."""
        self._added += 1
        return FIRST_ADDED + self._added - 1

    def tap(
        self,
        staff_id: int,
        kind: str,
        project_id: int,
        status: str,
        *,
        at: str | None,
        logged: str | None,
        bundle: bool,
    ) -> int:
        """A technician's mobile status; the id of its log row.

        Raises:
            KeyError: no such staff member, or no such job or quote.
        """
        staff = self.company.member(staff_id)
        if staff is None or self.project(kind, project_id) is None:
            raise KeyError(f"company {self.company.id} has no staff {staff_id} on {project_id}")
        said = logged or at
        heard = self.moment(said) if said else self.stamp()
        booked = next(
            (
                visit.id
                for visit in self.visits_on(self.today)
                if (visit.staff_id, visit.kind, visit.project_id) == (staff_id, kind, project_id)
            ),
            project_id,
        )
        return self.logs.tap(
            Tap(
                staff=staff,
                kind=kind,
                project_id=project_id,
                work_order=booked,
                section=SECTION_BASE[kind] + project_id,
                cost_center=COST_CENTER_BASE[kind] + project_id,
                status=status,
                at=at or heard[11:16],
                logged=heard,
            ),
            bundle=bundle,
        )

    def cancel(self, job_id: int, stage: str) -> None:
        """Take a job to another stage; its schedule rows stay, as in the vendor's own."""
        if self.project("job", job_id) is None:
            raise KeyError(f"company {self.company.id} has no job {job_id}")
        self.cancelled[job_id] = stage
        at, message = self.stamp(), f"Job moved to {stage}"
        self.touched["job", job_id] = at
        self.logs.project("job", job_id, message, at)
        self.logs.timeline(job_id, "General Message", message, None, at)

    def set_contact(self, contact_id: int, **changes: str) -> Contact:
        """Change fields of a contact (``mobile``, ``landline``, ``email``, …)."""
        changed = replace(self.register.contacts[contact_id], **changes)  # type: ignore[arg-type]
        self.register.contacts[contact_id] = changed
        self.touched["contact", contact_id] = self.stamp()
        return changed

    def _log_schedule(self, visit: Visit, message: str, schedule_id: str | None) -> None:
        staff = self.company.member(visit.staff_id) if visit.staff_id is not None else None
        self.logs.schedule(visit, staff, message, schedule_id)


class Build:
    """Both companies, as of ``today``."""

    def __init__(self, seed: int, today: date) -> None:
        self.today = today
        self.companies = {
            number: CompanyState(seed, company, today) for number, company in COMPANIES.items()
        }


def blocks_from(pairs: Iterable[tuple[str, str]]) -> tuple[Block, ...]:
    """Blocks from wall times, ``("08:00", "09:30")``; an end before its start is next day's."""
    made: list[Block] = []
    for start_text, end_text in pairs:
        start, end = minutes_of(start_text), minutes_of(end_text)
        made.append(block(start, end if end > start else end + 1440))
    return tuple(made)
