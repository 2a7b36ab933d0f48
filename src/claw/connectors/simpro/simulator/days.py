"""What a day of one company is made of: visits in blocks, and what they are for.

Ids carry the date, so that any visit or job can be found again without a search; jobs,
quotes and leads count separately, so a job and a quote may share a number.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

EPOCH = datetime.date(2000, 1, 1)


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
