"""The vendor's change feeds and job timelines: what every mutation leaves behind.

Documented: the fields, ``ScheduleID``, ``JobID`` and ``QuoteID`` as text or null, ``Staff`` null
or ``{ID, Name}``. Observed live: timeline entries newest first, the wording of mobile
statuses with their own ``(HH:MM)``, and several of them bundled in one entry.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from claw.connectors.simpro.simulator.days import Visit
from claw.connectors.simpro.simulator.draws import draw
from claw.connectors.simpro.simulator.roster import MOBILE_STATUSES, Company, StaffMember

ADMIN = "Office Admin"
UNKNOWN_STATUS = 59
"""The id of a mobile status that the build's set-up does not name."""

Row = dict[str, object]


def staff_name(staff: StaffMember | None) -> Row | None:
    """A staff member as logs show one: id and name only."""
    return None if staff is None else {"ID": staff.id, "Name": staff.name}


def mobile_status_id(name: str) -> int:
    """The set-up's id of a mobile status, or the one of all that it does not name."""
    return next((n for n, s in MOBILE_STATUSES.items() if s[0] == name), UNKNOWN_STATUS)


@dataclass(frozen=True, slots=True)
class Tap:
    """A technician's mobile status.

    ``at`` is the wall time (``HH:MM``) of the tap itself, which the timeline says; ``logged``
    the instant at which the build heard of it, hours later when the phone was offline.
    ``work_order`` is the schedule row it was tapped on.
    """

    staff: StaffMember
    kind: str
    project_id: int
    work_order: int
    section: int
    cost_center: int
    status: str
    at: str
    logged: str


@dataclass(slots=True)
class Feeds:
    """Rows of the four change feeds, oldest first, and extra timeline entries by job."""

    company: Company
    schedules: list[Row] = field(default_factory=list[Row])
    jobs: list[Row] = field(default_factory=list[Row])
    quotes: list[Row] = field(default_factory=list[Row])
    mobile_status: list[Row] = field(default_factory=list[Row])
    timelines: dict[int, list[Row]] = field(default_factory=dict[int, list[Row]])

    def schedule(
        self, visit: Visit, staff: StaffMember | None, message: str, schedule_id: str | None
    ) -> None:
        """A change of a schedule row, in its own feed, its project's and the job's timeline."""
        at = visit.modified or ""
        self.schedules.append(
            {
                "ID": 60001 + len(self.schedules),
                "ScheduleID": schedule_id,
                "Message": message,
                "Staff": {"ID": 12, "Name": ADMIN},
                "ScheduleEmployee": staff_name(staff),
                "Type": visit.kind.capitalize(),
                "DateLogged": at,
            }
        )
        if visit.kind in ("job", "quote"):
            self.project(visit.kind, visit.project_id, message, at)
        if visit.kind == "job":
            who = f"{staff.name}: {message}" if staff else message
            self.timeline(visit.project_id, "Schedule", who, None, at)

    def project(self, kind: str, project_id: int, message: str, at: str) -> None:
        """A change of a job or quote."""
        feed, first, name = (
            (self.jobs, 50001, "JobID") if kind == "job" else (self.quotes, 40001, "QuoteID")
        )
        feed.append(
            {
                "ID": first + len(feed),
                name: str(project_id),
                "Message": message,
                "Staff": {"ID": 12, "Name": ADMIN},
                "DateLogged": at,
            }
        )

    def timeline(
        self, job_id: int, kind: str, message: str, staff: StaffMember | None, at: str
    ) -> None:
        """An entry of a job's timeline, which is newest first."""
        shown = staff.row if staff else None
        entry: Row = {"Type": kind, "Message": message, "Staff": shown, "Date": at}
        self.timelines.setdefault(job_id, []).insert(0, entry)

    def tap(self, tap: Tap, *, bundle: bool = False) -> int:
        """A mobile status; the id of its log row.

        With ``bundle`` the job's timeline takes it into the newest entry of the same person,
        before what that entry says already, as a phone does that was offline for a while.
        """
        number = 70001 + len(self.mobile_status)
        self.mobile_status.append(self._status_row(number, tap))
        if tap.kind != "job":
            return number
        message = f"Mobile status set to {tap.status} ({tap.at})"
        entries = self.timelines.get(tap.project_id, [])
        last = entries[0] if entries else None
        if bundle and last and (last["Type"], last["Staff"]) == ("Mobile Status", tap.staff.row):
            last |= {"Message": f"{message}<br />{last['Message']}", "Date": tap.logged}
        else:
            self.timeline(tap.project_id, "Mobile Status", message, tap.staff, tap.logged)
        return number

    def _status_row(self, number: int, tap: Tap) -> Row:
        code = mobile_status_id(tap.status)
        project = f"/api/v1.0/companies/{self.company.id}/{tap.kind}s/{tap.project_id}"
        center = f"sections/{tap.section}/costCenters/{tap.cost_center}"
        latitude, longitude = self.company.position
        off = Decimal(draw(4000, tap.staff.id, number)) / 10000
        return {
            "ID": number,
            "Staff": staff_name(tap.staff),
            "WorkOrder": {
                "ID": tap.work_order,
                "Type": tap.kind.capitalize(),
                "ProjectID": tap.project_id,
                "CostCenterID": tap.cost_center,
                "_href": f"{project}/{center}/workOrders/{tap.work_order}",
            },
            "Status": {
                "ID": code,
                "Name": tap.status,
                "Color": MOBILE_STATUSES.get(code, ("", None))[1],
            },
            "Latitude": latitude + off,
            "Longitude": longitude - off,
            "DateLogged": tap.logged,
        }
