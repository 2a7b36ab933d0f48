"""Which records belong to some dates: the schedule on them, and all it refers to.

Gone records belong by the same rule: their presence is how a later reader tells a record
that is gone from one that only left the dates.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeGuard

from claw.core.model.records import Appointment, Record, Shift, references_of
from claw.core.model.reference import Ref
from claw.core.time import local_date

_DATED = (Appointment, Shift)


def is_dated(record: Record) -> TypeGuard[Appointment | Shift]:
    """Whether a record has a date of its own; others belong where they are referred to."""
    return isinstance(record, _DATED)


def date_of(record: Record) -> date | None:
    """The local date a record starts on in its own zone; None when it has no date."""
    return local_date(record.starts_at, record.zone) if is_dated(record) else None


def referred_to(records: Iterable[Record]) -> set[Ref]:
    """The references that some records make."""
    return {ref for record in records for ref in references_of(record)}


def select(records: Mapping[Ref, Record], first: date, last: date) -> frozenset[Ref]:
    """The records that belong to the dates ``first`` to ``last``, both included.

    References are followed to their end; one to a record that is not there is skipped.
    """
    chosen = {
        ref
        for ref, record in records.items()
        if (day := date_of(record)) is not None and first <= day <= last
    }
    frontier = set(chosen)
    while frontier:
        frontier = referred_to(records[ref] for ref in frontier) & records.keys() - chosen
        chosen |= frontier
    return frozenset(chosen)
