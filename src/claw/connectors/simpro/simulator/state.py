"""The build's content now: the generated business with what control operations changed.

A change never touches the generator. It lays a row over the generated one, stamps it with
the next second of the simulator's own story (from 06:00 of ``today`` in the company's
zone) and writes the vendor's log, so that the same operations give the same bytes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from claw.connectors.simpro.simulator.calendars import Calendar
from claw.connectors.simpro.simulator.clients import Contact, Register, make_register
from claw.connectors.simpro.simulator.days import (
    EPOCH,
    Project,
    Visit,
)
from claw.connectors.simpro.simulator.draws import instant, minutes_of
from claw.connectors.simpro.simulator.feeds import Feeds, Row, Tap, mobile_status_id
from claw.connectors.simpro.simulator.roster import Company, StaffMember
from claw.connectors.simpro.simulator.size import Size
from claw.connectors.simpro.simulator.webhooks import Delivery, Event, Subscription

SECTION_BASE = {"job": 1_000_000, "quote": 3_000_000}
COST_CENTER_BASE = {"job": 2_000_000, "quote": 4_000_000}
CANCELLED_STATUS = 30
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

    def __init__(self, seed: int, company: Company, size: Size) -> None:
        self.company, self.size, self.today = company, size, size.today
        self.register: Register = make_register(seed, company, size.customers)
        self.calendar = Calendar(seed, company, self.register, size)
        self.logs = Feeds(company)
        self.cancelled: dict[int, str] = {}
        self.touched: dict[tuple[str, int], str] = {}
        self.hooks: list[Hook] = []
        self.webhooks: dict[int, Subscription] = {}
        self.outbox: list[Delivery] = []
        self.version = 0
        self._staff = {member.id: member for member in company.staff}
        self._overlay: dict[int, Visit | None] = {}
        self._days: dict[date, list[Visit]] = {}
        self._by_project: dict[date, dict[tuple[str, int], list[Visit]]] = {}
        self._added = 0
        self._clock, self._ticks = STORY_BEGINS, 0

    def member(self, staff_id: int | None) -> StaffMember | None:
        """The staff member with this index id; None for nobody and for a stranger."""
        return None if staff_id is None else self._staff.get(staff_id)

    def stamp(self) -> str:
        """The next second of the story, as the vendor writes instants."""
        self.version += 1
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
        if day not in self._days:
            rows = [v for v in self.calendar.day(day).visits if v.id not in self._overlay]
            rows += [v for v in self._overlay.values() if v is not None and v.date == day]
            self._days[day] = sorted(rows, key=lambda visit: visit.id)
        return self._days[day]

    def visits_of(self, project: Project) -> list[Visit]:
        """Schedule rows of a job, quote or lead on the date it was generated for, by id."""
        if project.date not in self._by_project:
            found = self._by_project[project.date] = {}
            for visit in self.visits_on(project.date):
                found.setdefault((visit.kind, visit.project_id), []).append(visit)
        return self._by_project[project.date].get((project.kind, project.id), [])

    def visits_between(self, first: date, last: date) -> list[Visit]:
        """Schedule rows of the dates ``first`` to ``last``, both included."""
        days = (last - first).days + 1
        return [v for n in range(days) for v in self.visits_on(first + timedelta(days=n))]

    def visit(self, visit_id: int) -> Visit | None:
        """One schedule row, wherever it was moved to; None when deleted or never there."""
        if visit_id in self._overlay:
            return self._overlay[visit_id]
        if visit_id >= self.size.first_added:
            return None
        day = self.calendar.day(self.calendar.date_of_visit(visit_id))
        return next((visit for visit in day.visits if visit.id == visit_id), None)

    def project(self, kind: str, project_id: int) -> Project | None:
        """A job, quote or lead."""
        if not 0 <= project_id < self.size.first_added:
            return None
        day = self.calendar.day(self.calendar.date_of_project(project_id))
        return day.projects.get((kind, project_id))

    def projects_between(self, kind: str, first: date, last: date) -> Iterable[Project]:
        """Jobs, quotes or leads generated for those dates."""
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            if day >= EPOCH:
                yield from (p for p in self.calendar.day(day).projects.values() if p.kind == kind)

    def put(self, visit: Visit, message: str, action: str = "updated") -> Visit:
        """Lay ``visit`` over whatever had its id, log it and tell the webhooks."""
        stamped = replace(visit, modified=self.stamp())
        self._lay(visit.id, stamped)
        self._log_schedule(stamped, message, action)
        return stamped

    def remove(self, visit_id: int) -> None:
        """Delete a schedule row; the log then no longer says which one, as the vendor's."""
        gone = self.known(visit_id)
        self._lay(visit_id, None)
        self._log_schedule(replace(gone, modified=self.stamp()), "Schedule removed", "deleted")

    def _lay(self, visit_id: int, visit: Visit | None) -> None:
        self._overlay[visit_id] = visit
        self._days.clear()
        self._by_project.clear()

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
        return self.put(replace(visit, id=self.next_id()), message, "created")

    def next_id(self) -> int:
        """A fresh schedule id."""
        self._added += 1
        return self.size.first_added + self._added - 1

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
        staff = self.member(staff_id)
        if staff is None or self.project(kind, project_id) is None:
            raise KeyError(f"company {self.company.id} has no staff {staff_id} on {project_id}")
        self.version += 1
        when = logged or at
        heard = self.moment(when) if when else self.stamp()
        if kind == "job":
            reference: Row = {"jobID": project_id, "statusID": mobile_status_id(status)}
            said = f'Status of Job #{project_id} set to "Job : {status}"'
            self.notify("job.status", reference, heard, said)
        return self.logs.tap(
            Tap(
                staff=staff,
                kind=kind,
                project_id=project_id,
                work_order=self._booked(staff_id, kind, project_id),
                section=SECTION_BASE[kind] + project_id,
                cost_center=COST_CENTER_BASE[kind] + project_id,
                status=status,
                at=at or heard[11:16],
                logged=heard,
            ),
            bundle=bundle,
        )

    def _booked(self, staff_id: int, kind: str, project_id: int) -> int:
        """The schedule row on which somebody works on a project today, else the project's id."""
        wanted = (staff_id, kind, project_id)
        today = self.visits_on(self.today)
        found = (v.id for v in today if (v.staff_id, v.kind, v.project_id) == wanted)
        return next(found, project_id)

    def cancel(self, job_id: int, stage: str) -> None:
        """Take a job to another stage; its schedule rows stay, as in the vendor's own."""
        if self.project("job", job_id) is None:
            raise KeyError(f"company {self.company.id} has no job {job_id}")
        self.cancelled[job_id] = stage
        at, message = self.stamp(), f"Job moved to {stage}"
        self.touched["job", job_id] = at
        self.logs.project("job", job_id, message, at)
        self.logs.timeline(job_id, "General Message", message, None, at)
        reference: Row = {"jobID": job_id, "statusID": CANCELLED_STATUS}
        self.notify("job.status", reference, at, message)
        self.notify(f"job.stage.{stage.lower()}", {"jobID": job_id}, at, message)

    def set_contact(self, contact_id: int, **changes: str) -> Contact:
        """Change fields of a contact (``mobile``, ``landline``, ``email``, …)."""
        changed = replace(self.register.contacts[contact_id], **changes)  # type: ignore[arg-type]
        self.register.contacts[contact_id] = changed
        at = self.touched["contact", contact_id] = self.stamp()
        self.notify("contact.updated", {"contactID": contact_id}, at, "Contact updated")
        return changed

    def notify(self, event: str, reference: Row, at: str, description: str) -> None:
        """Put an event into the outbox, once for each subscription that wants it."""
        made = Event(event, {"companyID": self.company.id, **reference}, at, description)
        wanting = [one for one in self.webhooks.values() if one.wants(event)]
        self.outbox += [Delivery(one, made) for one in wanting]

    def _log_schedule(self, visit: Visit, message: str, action: str) -> None:
        self.logs.schedule(
            visit,
            self.member(visit.staff_id),
            message,
            None if action == "deleted" else str(visit.id),
        )
        reference: Row = {"scheduleID": visit.id, f"{visit.kind}ID": visit.project_id}
        if visit.kind in SECTION_BASE:
            reference["sectionID"] = SECTION_BASE[visit.kind] + visit.project_id
            reference["costCenterID"] = COST_CENTER_BASE[visit.kind] + visit.project_id
        what = f"{visit.kind.capitalize()} #{visit.project_id}"
        self.notify(
            f"{visit.kind}.schedule.{action}",
            reference,
            visit.modified or "",
            f"Schedule {action} for {what}",
        )
