"""How a day comes about, drawn from nothing but (seed, company, date) and the size.

A weekday has five to nine technicians, a contractor, a piece of plant, a quote, a lead,
leave, a toolbox talk on Mondays, two technicians on one job, one overlap and one visit
nobody is assigned to. Weekends and the fixed public holidays are on-call work only. A bigger
business has the same and then rounds of everybody else.
"""

import datetime
from datetime import timedelta
from decimal import Decimal

from claw.connectors.simpro.simulator.clients import FIRST_CUSTOMER, Register
from claw.connectors.simpro.simulator.days import Block, Day, Project, Visit, block, day_number
from claw.connectors.simpro.simulator.draws import chance, choose, draw
from claw.connectors.simpro.simulator.roster import Company, StaffMember
from claw.connectors.simpro.simulator.size import Size, is_working_day

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


def build_day(
    seed: int, company: Company, register: Register, size: Size, day: datetime.date
) -> Day:
    """What happens on ``day``."""
    b = _DayBuilder(seed, company, register, size, day)
    (_weekday if is_working_day(day) else _quiet_day)(b)
    if size.schedules is not None:
        _fill(b, size.rows_on(day))
    return b.day
