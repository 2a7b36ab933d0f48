"""A business of many records whose schedule changes mostly where it is near."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from msgspec.structs import replace

from benchmarks.visits.records import records
from claw.core.model.records import Appointment, Record
from claw.core.time import local_date

FIRST = date(2026, 11, 25)
NEAR_DAYS = 14
_NEAR_SHARE = 0.8
_CHANGED_SHARE = 0.02


class Business:
    """Records by position; ``dates`` is how many local dates their appointments lie on."""

    def __init__(self, number: int, dates: int) -> None:
        self.dates = dates
        self._by_day: list[list[int]] = [[] for _ in range(dates)]
        self.records: list[Record] = []
        for record in records(number):
            if isinstance(record, Appointment):
                day = len(self.records) % dates
                self._by_day[day].append(len(self.records))
                record = _on(record, day)
            self.records.append(record)

    @property
    def last(self) -> date:
        """The last local date of the schedule."""
        return FIRST + timedelta(days=self.dates - 1)

    def pass_day(self, number: int) -> list[int]:
        """Change one in fifty records at random, four in five within the next two weeks.

        Returns their positions.
        """
        wanted = max(1, int(len(self.records) * _CHANGED_SHARE))
        near = [p for day in range(number, number + NEAR_DAYS) for p in self._of(day)]
        far = [p for day in range(number + NEAR_DAYS, number + self.dates) for p in self._of(day)]
        close = int(wanted * _NEAR_SHARE)
        chance = Random(number)
        changed = chance.sample(near, min(close, len(near)))
        changed += chance.sample(far, min(wanted - close, len(far)))
        for position in changed:
            record = self.records[position]
            assert isinstance(record, Appointment)
            self.records[position] = replace(record, notes=f"Rebooked on day {number}.")
        return changed

    def _of(self, day: int) -> Sequence[int]:
        return self._by_day[day % self.dates]


def _on(visit: Appointment, day: int) -> Appointment:
    """The visit on another local date, the same instant of the day."""
    shift = FIRST + timedelta(days=day) - local_date(visit.starts_at, visit.zone)
    segments = tuple(
        replace(s, starts_at=s.starts_at + shift, ends_at=s.ends_at + shift) for s in visit.segments
    )
    return replace(
        visit,
        starts_at=visit.starts_at + shift,
        ends_at=visit.ends_at + shift,
        segments=segments,
    )
