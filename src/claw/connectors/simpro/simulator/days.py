"""One working day of one company, a pure function of (seed, company, date).

A weekday has five to nine technicians, a contractor, a piece of plant, a quote, a lead,
leave, a toolbox talk on Mondays, two technicians on one job, one overlap and one visit
nobody is assigned to. Weekends and the fixed public holidays are on-call work only.
Ids carry the date, so that any visit or job can be found again without a search; jobs,
quotes and leads count separately, so a job and a quote may share a number.
"""

import datetime
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from claw.connectors.simpro.simulator.clients import FIRST_CUSTOMER, Register
from claw.connectors.simpro.simulator.draws import chance, choose, draw
from claw.connectors.simpro.simulator.roster import Company, StaffMember
from claw.connectors.simpro.simulator.size import Size, is_working_day

EPOCH = datetime.date(2000, 1, 1)
CREW = 9
"""The technicians who are in every business; a bigger one has more behind them."""


_WORK = {
    "plumbing": (
        "Hot water unit replacement",
        "Blocked sewer, jet and inspect",
        "Leaking mixer tap",
        "Backflow prevention test",
        "Gas bayonet installation",
        "Roof leak around flashing",
        "Toilet cistern repair",
        "Bathroom rough-in",
        "Stormwater pit clean",
    ),
    "electrical": (
        "Switchboard upgrade",
        "Smoke alarm compliance check",
        "Downlight installation",
        "Power point not working",
        "Ceiling fan replacement",
        "Oven circuit tripping",
        "Data cabling, two points",
        "Solar isolator fault",
        "Test and tag",
    ),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a visit: minutes after midnight of its date, and the hours booked."""

    start: int
    end: int
    hours: Decimal


@dataclass(frozen=True, slots=True)
class Visit:
    """One schedule row. ``project_id`` is the job, quote, lead or activity it is for."""

    id: int
    kind: str
    date: datetime.date
    staff_id: int | None
    blocks: tuple[Block, ...]
    project_id: int
    notes: str = ""
    modified: str | None = None

    @property
    def hours(self) -> Decimal:
        """Hours booked over all blocks."""
        return sum((block.hours for block in self.blocks), Decimal(0))


@dataclass(frozen=True, slots=True)
class Project:
    """A job, quote or lead; ``date`` is the day it was generated for."""

    id: int
    kind: str
    date: datetime.date
    name: str
    customer_id: int
    site_id: int
    issued: datetime.date


@dataclass(slots=True)
class Day:
    """What happens on one date."""

    visits: list[Visit] = field(default_factory=list[Visit])
    projects: dict[tuple[str, int], Project] = field(default_factory=dict[tuple[str, int], Project])


def block(start: int, end: int, hours: Decimal | None = None) -> Block:
    """A block from minute to minute; hours follow unless given."""
    return Block(start, end, hours if hours is not None else Decimal(end - start) / 60)


def day_number(day: datetime.date) -> int:
    """Days since the business was founded; negative before."""
    return (day - EPOCH).days


class _DayBuilder:
    def __init__(
        self, seed: int, company: Company, register: Register, size: Size, day: datetime.date
    ) -> None:
        self.key = (seed, company.id, day.isoformat())
        self.company, self.register, self.size, self.date = company, register, size, day
        self.day = Day()
        self._counts: dict[str, int] = {}

    def project(self, kind: str) -> int:
        of_kind = self._counts.get(kind, 0)
        self._counts[kind] = of_kind + 1
        number = day_number(self.date) * self.size.projects_a_day + of_kind
        key = (*self.key, kind, number)
        drawn = draw(self.size.customers, *key, "customer")
        customer = self.register.customers[FIRST_CUSTOMER + drawn]
        self.day.projects[kind, number] = Project(
            id=number,
            kind=kind,
            date=self.date,
            name=choose(_WORK[self.company.trade], *key, "work"),
            customer_id=customer.id,
            site_id=choose(customer.site_ids, *key, "site"),
            issued=self.date - timedelta(days=1 + draw(9, *key, "issued")),
        )
        return number

    def visit(self, kind: str, staff: int | None, blocks: tuple[Block, ...], project: int) -> None:
        number = day_number(self.date) * self.size.visits_a_day + len(self.day.visits)
        notes = ("", "", "", "<p>Gate code 1234</p>", "<div>Call on arrival<br />Dog in yard</div>")
        note = choose(notes, *self.key, "notes", number) if kind != "activity" else ""
        self.day.visits.append(Visit(number, kind, self.date, staff, blocks, project, note))

    def round_of(self, staff: int, start: int, until: int) -> None:
        """Visits one after the other, with travel between."""
        clock, n = start, 0
        while clock + 60 <= until:
            key = (*self.key, "slot", staff, n)
            end = min(clock + choose((60, 90, 120, 120, 180), *key, "length"), until)
            share = draw(100, *key, "kind")
            kind = "job" if share < 84 else "quote" if share < 93 else "lead"
            self.visit(kind, staff, self.blocks(clock, end, key), self.project(kind))
            clock, n = end + choose((15, 30, 45), *key, "travel"), n + 1

    def blocks(self, start: int, end: int, key: tuple[object, ...]) -> tuple[Block, ...]:
        if end - start < 120 or not chance(35, *key, "split"):
            return (block(start, end),)
        if end - start >= 180 and chance(40, *key, "three"):
            third = (end - start) // 3
            return (
                block(start, start + third - 15),
                block(start + third, start + 2 * third - 15),
                block(start + 2 * third, end),
            )
        return (block(start, start + 60), block(start + 90, end))


def _weekday(b: _DayBuilder) -> None:
    crew = b.company.technicians[:CREW]
    offset = draw(len(crew), *b.key, "rotation")
    crew = crew[offset:] + crew[:offset]
    present = crew[: 5 + draw(len(crew) - 4, *b.key, "present")]
    contractor = b.company.of_type("contractor")[0]
    plant = b.company.of_type("plant")[0]

    shared = b.project("job")
    for member in present[:2]:
        b.visit("job", member.id, (block(450, 570), block(585, 645)), shared)
    for n, member in enumerate(present):
        start = 420 + 15 * draw(5, *b.key, "start", n)
        if b.date.weekday() == 0:
            b.visit("activity", member.id, (block(390, 420),), 14)
        b.round_of(member.id, 690 if n < 2 else start, 930 + 30 * draw(3, *b.key, "end", n))
    first = next(v for v in b.day.visits if v.staff_id == present[2].id and v.kind != "activity")
    middle = first.blocks[0].start + 30
    b.visit("job", present[2].id, (block(middle, middle + 60),), b.project("job"))
    quote, lead = b.project("quote"), b.project("lead")
    b.visit("quote", contractor.id, (block(540, 600),), quote)
    b.visit("lead", present[3].id, (block(960, 990),), lead)
    b.visit("job", plant.id, (block(450, 645),), shared)
    b.visit("job", None, (block(780, 840),), b.project("job"))
    for n, member in enumerate(crew[len(present) :]):
        kind = 13 if n == 1 and chance(40, *b.key, "training") else 11
        if n == 0 or kind == 13:
            b.visit("activity", member.id, (block(420, 876, Decimal("7.6")),), kind)
    if len(present) == len(crew):
        b.visit("activity", present[4].id, (block(1005, 1065),), 13)


def _quiet_day(b: _DayBuilder) -> None:
    crew = b.company.technicians[:CREW]
    offset = draw(len(crew), *b.key, "rotation")
    on_call = [crew[offset], crew[(offset + 1) % len(crew)]][: 1 + draw(2, *b.key, "crew")]
    for member in on_call:
        b.visit("activity", member.id, (block(420, 1020, Decimal(0)),), 15)
        start = 480 + 30 * draw(6, *b.key, member.id, "start")
        for n in range(1 + draw(2, *b.key, member.id, "calls")):
            begin = start + 180 * n
            b.visit("job", member.id, (block(begin, begin + 90),), b.project("job"))


def _fill(b: _DayBuilder, wanted: int) -> None:
    """Rounds of everybody else until the day has ``wanted`` rows, no more."""
    others: list[StaffMember] = [
        *b.company.technicians[CREW:],
        *b.company.of_type("contractor")[1:],
    ] or b.company.technicians
    lap = 0
    while len(b.day.visits) < wanted:
        for member in others:
            key = (*b.key, "more", member.id, lap)
            if chance(4, *key, "leave"):
                b.visit("activity", member.id, (block(420, 876, Decimal("7.6")),), 11)
            else:
                b.round_of(member.id, 420 + 15 * draw(5, *key, "start"), 930)
            if len(b.day.visits) >= wanted:
                break
        lap += 1
    del b.day.visits[wanted:]


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
        b = _DayBuilder(self._seed, self._company, self._register, self.size, day)
        (_weekday if is_working_day(day) else _quiet_day)(b)
        if self.size.schedules is not None:
            _fill(b, self.size.rows_on(day))
        b.day.visits = [self._continued(v) if n == 2 else v for n, v in enumerate(b.day.visits)]
        return b.day

    def _continued(self, visit: Visit) -> Visit:
        """Sometimes a visit carries on yesterday's shared job instead of a new one."""
        yesterday = visit.date - timedelta(days=1)
        if visit.kind != "job" or yesterday < EPOCH or not is_working_day(yesterday):
            return visit
        if not chance(40, self._seed, self._company.id, visit.id, "continues"):
            return visit
        return replace(visit, project_id=day_number(yesterday) * self.size.projects_a_day)
