"""The build's content now: the generated business with what control operations changed.

A change never touches the generator. It lays a row over the generated one, stamps it with
the next second of the simulator's own story (from 06:00 of ``today`` in the company's
zone) and writes the vendor's log, so that the same operations give the same bytes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

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
from claw.connectors.simpro.simulator.roster import COMPANIES, MOBILE_STATUSES, Company, StaffMember

FIRST_ADDED = 9_000_001
ADMIN = "Office Admin"
Row = dict[str, object]


def staff_name(staff: StaffMember | None) -> Row | None:
    """A staff member as logs show one: id and name only."""
    return None if staff is None else {"ID": staff.id, "Name": staff.name}


@dataclass(slots=True)
class Logs:
    """Rows of the four change feeds, oldest first, and extra timeline entries by job."""

    schedules: list[Row] = field(default_factory=list[Row])
    jobs: list[Row] = field(default_factory=list[Row])
    quotes: list[Row] = field(default_factory=list[Row])
    mobile_status: list[Row] = field(default_factory=list[Row])
    timelines: dict[int, list[Row]] = field(default_factory=dict[int, list[Row]])


class CompanyState:
    """One company's register, calendar, overlays and logs."""

    def __init__(self, seed: int, company: Company, today: date) -> None:
        self.company, self.today = company, today
        self.register: Register = make_register(seed, company)
        self.calendar = Calendar(seed, company, self.register)
        self.logs = Logs()
        self.cancelled: dict[int, str] = {}
        self._overlay: dict[int, Visit | None] = {}
        self._added = 0
        self._ticks = 0

    def stamp(self) -> str:
        """The next second of the story, as the vendor writes instants."""
        self._ticks += 1
        base = instant(self.today, 360, self.company.timezone)
        minutes, seconds = divmod(self._ticks, 60)
        moment = instant(self.today, 360 + minutes, self.company.timezone)
        return f"{moment[:17]}{seconds:02d}{base[19:]}"

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

    def log_mobile_status(self, staff_id: int, job_id: int, status: str, at: str | None) -> int:
        """A technician's tap, in the structured feed and in the job's timeline."""
        logged = self.stamp()
        staff = self.company.member(staff_id)
        code = next((n for n, (name, _) in MOBILE_STATUSES.items() if name == status), 59)
        number = 70001 + len(self.logs.mobile_status)
        path = f"/api/v1.0/companies/{self.company.id}/jobs/{job_id}/sections/{1_000_000 + job_id}"
        self.logs.mobile_status.append(
            {
                "ID": number,
                "Staff": staff_name(staff),
                "WorkOrder": {
                    "ID": job_id,
                    "Type": "Job",
                    "ProjectID": job_id,
                    "CostCenterID": 2_000_000 + job_id,
                    "_href": f"{path}/costCenters/{2_000_000 + job_id}/workOrders/{job_id}",
                },
                "Status": {
                    "ID": code,
                    "Name": status,
                    "Color": MOBILE_STATUSES.get(code, ("", None))[1],
                },
                "Latitude": None,
                "Longitude": None,
                "DateLogged": logged,
            }
        )
        self.logs.timelines.setdefault(job_id, []).insert(
            0,
            {
                "Type": "Mobile Status",
                "Message": f"Mobile status set to {status} ({at or logged[11:16]})",
                "Staff": staff.row if staff else None,
                "Date": logged,
            },
        )
        return number

    def cancel(self, job_id: int, stage: str) -> None:
        """Take a job to another stage; its schedule rows stay, as in the vendor's own."""
        if self.project("job", job_id) is None:
            raise KeyError(f"company {self.company.id} has no job {job_id}")
        self.cancelled[job_id] = stage
        self.logs.jobs.append(
            {
                "ID": 50001 + len(self.logs.jobs),
                "JobID": str(job_id),
                "Message": f"Job moved to {stage}",
                "Staff": {"ID": 12, "Name": ADMIN},
                "DateLogged": self.stamp(),
            }
        )

    def set_contact(self, contact_id: int, **changes: str) -> Contact:
        """Change fields of a contact (``mobile``, ``landline``, ``email``, …)."""
        changed = replace(self.register.contacts[contact_id], **changes)  # type: ignore[arg-type]
        self.register.contacts[contact_id] = changed
        return changed

    def _log_schedule(self, visit: Visit, message: str, schedule_id: str | None) -> None:
        staff = self.company.member(visit.staff_id) if visit.staff_id is not None else None
        self.logs.schedules.append(
            {
                "ID": 60001 + len(self.logs.schedules),
                "ScheduleID": schedule_id,
                "Message": message,
                "Staff": {"ID": 12, "Name": ADMIN},
                "ScheduleEmployee": staff_name(staff),
                "Type": visit.kind.capitalize(),
                "DateLogged": visit.modified,
            }
        )
        if visit.kind == "quote":
            self.logs.quotes.append(
                {
                    "ID": 40001 + len(self.logs.quotes),
                    "QuoteID": str(visit.project_id),
                    "Message": message,
                    "Staff": {"ID": 12, "Name": ADMIN},
                    "DateLogged": visit.modified,
                }
            )


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
