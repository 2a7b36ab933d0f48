"""Reading what the field reported, as parts of the visits whose day has come.

A part of mobile statuses holds the entries of one job or quote on one local day, so that
reading another day leaves what is known of this one alone; a part of a timeline holds the
job's own entries of mobile statuses. Nothing here may fail a visit: what cannot be read is
missing, with the reason, and the last known reports stay.
"""

from collections.abc import Collection, Mapping, MutableMapping, Sequence
from datetime import date, timedelta
from typing import cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from claw.connect import (
    Bundle,
    Context,
    Forbidden,
    Missing,
    MissingCode,
    Part,
    RateLimited,
    Raw,
    Refused,
    SourceChanged,
    Transient,
    source_id,
)
from claw.connect.parts import part
from claw.connectors.simpro.client import logged_at
from claw.connectors.simpro.crews import Crews
from claw.connectors.simpro.listing import Listing, Reader
from claw.connectors.simpro.progress import ALONGSIDE, MOBILE_STATUS, TIMELINE, is_placeholder
from claw.connectors.simpro.reports import is_unowned
from claw.connectors.simpro.timelines import Timelines
from claw.connectors.simpro.times import times_of
from claw.connectors.simpro.wire import (
    MobileStatus,
    ProjectLink,
    Schedule,
    Work,
    decode,
    kind_of,
    project_link,
)
from claw.core.time import day_window, local_date

MOBILE_STATUSES = Listing(
    "logs/mobileStatus",
    ("ID", "Staff", "WorkOrder", "Status", "DateLogged"),
    ("ID", "Staff", "WorkOrder", "Status", "DateLogged"),
)
MOST_DATES = 3
"""A visit over more days than this is no visit; its first days are asked about."""

_DAYS = "simpro.mobile_days"
_ONE_DAY = timedelta(days=1)

Entries = Mapping[tuple[str, int], Sequence[bytes]]
"""The entries of a day by kind and number of the work."""


class _Visit(Struct, frozen=True):
    """A row that reports may be about: its work, and its dates that have come."""

    kind: str
    link: ProjectLink
    dates: tuple[date, ...]


class Reported:
    """Adds the parts that tell of progress to bundles of one run."""

    def __init__(self, ctx: Context, reader: Reader, crews: Crews, zone: str) -> None:
        setting = ctx.settings.get("progress", "off")
        self._mobile = setting in ("mobile_status", "both")
        self._ctx = ctx
        self._reader = reader
        self._crews = crews
        self._zone = zone
        self._today = local_date(ctx.now, zone)
        self._timelines = Timelines(ctx) if setting in ("timelines", "both") else None
        self._days = cast(
            "MutableMapping[date, Entries | MissingCode]", ctx.scratch.setdefault(_DAYS, {})
        )

    def forget(self) -> None:
        """Drop what was read for earlier windows: a run may be long.

        A visit that lasts into the next window, or a job that goes on in it, is asked about
        again there; what is new by then changes its earlier visits, too.
        """
        self._days.clear()
        if self._timelines is not None:
            self._timelines.forget()

    async def added_to(self, bundles: Sequence[Bundle]) -> list[Bundle]:
        """The bundles with their reports; those without any are returned as they are."""
        if not (self._mobile or self._timelines):
            return list(bundles)
        visits = [self._visit(bundle) for bundle in bundles]
        if self._mobile:
            await self._read_days({day for visit in visits if visit for day in visit.dates})
        return [
            await self._with_reports(bundle, visit) if visit else bundle
            for bundle, visit in zip(bundles, visits, strict=True)
        ]

    def _visit(self, bundle: Bundle) -> _Visit | None:
        try:
            row = decode(bundle.primary.body, Schedule)
        except msgspec.ValidationError:
            return None
        kind, link = kind_of(row), project_link(row)
        times = times_of(row, self._zone)
        if kind not in ("job", "quote") or link is None or times is None:
            return None
        if is_placeholder(_work(bundle, kind), self._ctx.settings):
            return None
        first = local_date(times.starts_at, self._zone)
        last = local_date(max(times.starts_at, times.ends_at - timedelta(seconds=1)), self._zone)
        count = min((last - first).days + 1, MOST_DATES)
        days = tuple(first + offset * _ONE_DAY for offset in range(count))
        come = tuple(day for day in days if day <= self._today)
        return _Visit(kind, link, come) if come else None

    async def _with_reports(self, bundle: Bundle, visit: _Visit) -> Bundle:
        parts: dict[str, Part] = {}
        if self._mobile:
            for number, day in enumerate(visit.dates, start=1):
                role = MOBILE_STATUS if number == 1 else f"{MOBILE_STATUS}:{number}"
                parts[role] = self._of_day(visit, day)
        if self._timelines and visit.kind == "job":
            parts[TIMELINE] = await self._timelines.of(visit.link.project_id)
        if any(isinstance(found, Raw) and is_unowned(found.body) for found in parts.values()):
            others = await self._crews.others(bundle.primary, visit.dates[0])
            parts |= {f"{ALONGSIDE}:{number}": other for number, other in enumerate(others, 1)}
        return replace(bundle, parts={**bundle.parts, **parts})

    def _of_day(self, visit: _Visit, day: date) -> Part:
        identity = mobile_part(visit.kind, visit.link.project_id, day)
        entries = self._days[day]
        if isinstance(entries, str):
            return Missing(source_id=identity, code=entries)
        of_work = entries.get((visit.kind, visit.link.project_id), ())
        return Raw(source_id=identity, body=b"[" + b",".join(of_work) + b"]")

    async def _read_days(self, wanted: Collection[date]) -> None:
        """Read the days that were not read for this window, neighbours together."""
        days = sorted(day for day in wanted if day not in self._days)
        while days:
            first = last = days.pop(0)
            while days and days[0] - last <= _ONE_DAY:
                last = days.pop(0)
            span = [first + n * _ONE_DAY for n in range((last - first).days + 1)]
            found = await self._read(first, last)
            if isinstance(found, str):
                self._days.update(dict.fromkeys(span, found))
            else:
                self._days.update({day: found.get(day, {}) for day in span})

    async def _read(self, first: date, last: date) -> Mapping[date, Entries] | MissingCode:
        window = day_window(self._zone, first)
        if window is None:
            return {}
        bounds = (first - _ONE_DAY, last + 2 * _ONE_DAY)
        try:
            rows = await self._reader.entries(MOBILE_STATUSES, bounds, window.start)
        except Forbidden:
            return "forbidden"
        except (Transient, RateLimited, SourceChanged, Refused) as error:
            self._ctx.log.info("mobile statuses unreadable", error=type(error).__name__)
            return "unreadable"
        found: dict[date, dict[tuple[str, int], list[bytes]]] = {}
        for row in rows:
            at = logged_at(row)
            about = work_of(row.body)
            if at is not None and about is not None:
                day = found.setdefault(local_date(at, self._zone), {})
                day.setdefault(about, []).append(row.body)
        return found


def mobile_part(kind: str, project_id: int, day: date) -> str:
    """The source id of the part with the mobile statuses of one work on one local day."""
    return source_id(MOBILE_STATUS, f"{kind}:{project_id}:{day.isoformat()}")


def work_of(body: bytes) -> tuple[str, int] | None:
    """The kind and number of the work that an entry is about."""
    try:
        order = decode(body, MobileStatus).work_order
    except msgspec.ValidationError:
        return None
    if order is None or order.project_id is None:
        return None
    return (order.type or "").strip().lower(), order.project_id


def _work(bundle: Bundle, kind: str) -> Work | None:
    found = part(bundle, kind)
    try:
        return decode(found.body, Work) if found else None
    except msgspec.ValidationError:
        return None
