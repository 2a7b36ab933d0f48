"""Many mapped records at once: visits and their customers, for what starts after mapping."""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from benchmarks.visits.mapping import CONNECTION, COUNTRY, map_visit
from benchmarks.visits.pages import page
from benchmarks.visits.wire import Visit
from claw.core.model.records import Appointment, Record

_PAGE_ROWS = 250


def records(number: int) -> list[Record]:
    """So many different records, appointments and customers as they come."""
    found: dict[str, Record] = {}
    for record in _endless():
        found.setdefault(record.ref, record)
        if len(found) == number:
            break
    return list(found.values())


def changed(records: Sequence[Record], *, one_in: int, day: int) -> list[Record]:
    """The records, every so-manieth appointment with other notes than on another day."""
    return [
        replace(record, notes=f"Rebooked on day {day}")
        if isinstance(record, Appointment) and (index + day) % one_in == 0
        else record
        for index, record in enumerate(records)
    ]


def _endless() -> Iterator[Record]:
    number = 0
    while True:
        number += 1
        for visit in msgspec.json.decode(page(number, _PAGE_ROWS), type=list[Visit]):
            yield from map_visit(visit, CONNECTION, COUNTRY)
