"""What counts as work, and which rows of a source say the same visit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import UnsetType

from claw.core.model.records import Appointment
from claw.core.model.reference import Ref
from claw.core.model.tombstones import is_gone

NOT_WORK = frozenset({"absence", "break", "hold"})
ENDED_BEFORE_IT_BEGAN = frozenset({"cancelled", "declined", "missing"})


def is_work(appointment: Appointment) -> bool:
    """Whether it counts as an appointment of its day."""
    return appointment.kind not in NOT_WORK and stands(appointment)


def by_resource(appointments: Iterable[Appointment]) -> Mapping[Ref, Sequence[Appointment]]:
    """Appointments by whoever does a part of them, in their order."""
    found: defaultdict[Ref, list[Appointment]] = defaultdict(list)
    for appointment in appointments:
        for ref in dict.fromkeys(segment.resource for segment in appointment.segments):
            if isinstance(ref, str):
                found[ref].append(appointment)
    return found


def count_once(appointments: Sequence[Appointment]) -> int:
    """How many pieces of work: those of one group are one."""
    return len({piece_of(appointment) for appointment in appointments})


def piece_of(appointment: Appointment) -> str:
    """What it is a part of: its group, or itself."""
    return appointment.ref if isinstance(appointment.group, UnsetType) else appointment.group


def together(appointments: Sequence[Appointment]) -> list[list[Appointment]]:
    """Rows that say one visit: the same piece of work at the same time, once for each person.

    In the order of their first rows. Sources with a row for each person say one visit
    several times; whoever counts or lists visits must not.
    """
    visits: dict[tuple[object, ...], list[Appointment]] = {}
    for a in appointments:
        key = (piece_of(a), a.title, a.starts_at, a.ends_at, a.precision, a.status)
        visits.setdefault(key, []).append(a)
    return list(visits.values())


def first_start(appointments: Sequence[Appointment]) -> datetime | None:
    """The earliest known time of day."""
    return min((a.starts_at for a in appointments if a.precision == "exact"), default=None)


def stands(appointment: Appointment) -> bool:
    """Whether it was not called off before it began, and the source still has it."""
    return appointment.status not in ENDED_BEFORE_IT_BEGAN and not is_gone(appointment)
