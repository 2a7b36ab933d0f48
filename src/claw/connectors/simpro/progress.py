"""What the field reported of a visit: mobile statuses and timeline entries. Pure.

Two sources tell of the same taps, each with its own evidence; neither is preferred. What
a status means is the tenant's to say, because every build names its own: only names that
cannot be mistaken are known without being told, and no number ever is. A report that is
not there is not known: nothing is concluded from its absence.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Literal, cast

import msgspec
from msgspec import Struct

from claw.connect import Bundle, MapEnv, Missing, Raw, Ref
from claw.connect.settings import setting_items
from claw.connect.text import one_line
from claw.connectors.simpro.meanings import configured
from claw.connectors.simpro.reports import Report, mobile_reports, timeline_reports
from claw.connectors.simpro.times import Times
from claw.connectors.simpro.wire import Schedule, StaffLink, Work, decode, staff_link
from claw.core.model.records import Progress, ProgressState
from claw.core.time import format_instant, local_date

MOBILE_STATUS, TIMELINE, ALONGSIDE = "mobile_status", "timeline", "alongside"
"""Roles of parts: reports of one work and day, of one job, other rows of that work and day."""

_KNOWN: Mapping[str, ProgressState] = {
    "travelling": "travelling",
    "traveling": "travelling",
    "onsite": "on_site",
    "paused": "paused",
    "complete": "complete",
    "completed": "complete",
}

Meaning = ProgressState | Literal["ignore"]


class Observed(Struct, frozen=True, kw_only=True):
    """What was reported of one visit, and the reports whose status nobody explained."""

    progress: tuple[Progress, ...] = ()
    unexplained: tuple[Report, ...] = ()

    @property
    def extension(self) -> list[dict[str, object]]:
        """The unexplained statuses for a person who might explain them."""
        said: list[dict[str, object]] = []
        for report in self.unexplained:
            said.append({"name": report.name, "at": format_instant(report.at)})
            if report.number is not None:
                said[-1]["id"] = report.number
        return said


def observed(
    bundle: Bundle, times: Times, staff: StaffLink, resource: Ref, env: MapEnv, zone: str
) -> Observed:
    """The reports of the person and the local day of this visit.

    Jobs are shared, so a report is somebody's: one that names nobody is only believed
    where one person alone is on the job that day. Reports are told apart by their
    identity and by nothing else.
    """
    alone = _is_alone(bundle, staff, env)
    progress: dict[str, Progress] = {}
    unexplained: dict[str, Report] = {}
    for report in _reports(bundle, zone):
        if not (alone if report.staff is None else report.staff == staff.index):
            continue
        if not _is_of_the_day(report.at, times, zone):
            continue
        meaning = _meaning(report, env)
        if meaning is None:
            unexplained[report.evidence] = report
        elif meaning != "ignore":
            progress[report.evidence] = Progress(
                state=meaning, at=report.at, evidence=report.evidence, resource=resource
            )
    return Observed(progress=tuple(progress.values()), unexplained=tuple(unexplained.values()))


def is_report(role: str) -> bool:
    """Whether a part tells of progress instead of what the visit is about."""
    return role.partition(":")[0] in (MOBILE_STATUS, TIMELINE, ALONGSIDE)


def is_placeholder(work: Work | None, settings: Mapping[str, str]) -> bool:
    """Whether the tenant says that this is no work at all, such as being on call."""
    name = one_line(work.name or "").casefold() if work else ""
    patterns = setting_items(settings.get("exclude_jobs", ""))
    return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns)


def is_excluded(staff: StaffLink, env: MapEnv) -> bool:
    """Whether the tenant says that this is nobody: a placeholder in the staff list."""
    patterns = setting_items(env.settings.get("exclude_staff", ""))
    return any(fnmatchcase(staff.name.casefold(), pattern.casefold()) for pattern in patterns)


def _reports(bundle: Bundle, zone: str) -> Iterator[Report]:
    for role, part in sorted(bundle.parts.items()):
        if not isinstance(part, Raw):
            continue
        if role.partition(":")[0] == MOBILE_STATUS:
            yield from mobile_reports(part.body)
        elif role == TIMELINE:
            yield from timeline_reports(part.body, zone)


def _is_alone(bundle: Bundle, staff: StaffLink, env: MapEnv) -> bool:
    """Whether nobody else is on this work on this day, as far as that is known."""
    for role, part in bundle.parts.items():
        if role.partition(":")[0] != ALONGSIDE:
            continue
        if isinstance(part, Missing):
            return False
        try:
            other = staff_link(decode(part.body, Schedule).staff)
        except msgspec.ValidationError:
            return False
        if other is None or (other.kind, other.key) == (staff.kind, staff.key):
            continue
        if not is_excluded(other, env):
            return False
    return True


def _is_of_the_day(at: datetime, times: Times, zone: str) -> bool:
    """On the local date on which the visit begins, or during it when it goes past midnight."""
    same_date = local_date(at, zone) == local_date(times.starts_at, zone)
    return same_date or times.starts_at <= at < times.ends_at


def _meaning(report: Report, env: MapEnv) -> Meaning | None:
    """What the tenant says it means, by name or number, else what its name cannot but mean."""
    name = report.name.casefold()
    known = {name, *([] if report.number is None else [str(report.number)])}
    said = configured("mobile_status_map", known, env)
    if said is not None:
        return cast("Meaning", said)  # the manifest's pattern lists them
    return _KNOWN.get(name.replace(" ", "").replace("-", ""))
