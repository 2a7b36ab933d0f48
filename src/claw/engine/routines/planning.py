"""From a recurrence to the rows of its occurrences, and where those go when a zone changes."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from claw.core.routines.preparing import prepare_from
from claw.core.time import (
    Due,
    EveryMinutes,
    NoOccurrence,
    dates,
    local_date,
    occurrence_on,
    occurrences,
)
from claw.ports.routine_store import Occurrence, OccurrenceState, StoredRoutine
from claw.ports.tenant_store import Tenant

PLAN_AHEAD = timedelta(hours=48)
"""How far ahead occurrences have their rows: enough to outlast a weekend's outage of planning."""

_MARGIN = timedelta(days=2)


class Plan:
    """Where one routine of a tenant falls, by the zone data of this installation."""

    def __init__(self, tenant: Tenant, stored: StoredRoutine, tzdata: str) -> None:
        self._tenant = str(tenant.tenant_id)
        self._stored = stored
        self._tzdata = tzdata
        self.zone = stored.routine.zone or tenant.zone

    def rows(self, start: datetime, end: datetime, *, now: datetime) -> list[Occurrence]:
        """A row for each occurrence due in ``[start, end)``, and for each that a date lacks."""
        recurrence = self._stored.routine.recurrence
        found = [self.row(due) for due in occurrences(recurrence, self.zone, start, end)]
        return [*found, *self._lacking(start, end, now)]

    def row(self, due: Due) -> Occurrence:
        """The row of one occurrence, planned."""
        name = self._stored.routine.name
        return Occurrence(
            routine_id=self._stored.routine_id,
            key=due.key,
            local_date=due.date,
            nominal=due.nominal,
            zone=self.zone,
            tzdata=self._tzdata,
            odd=due.odd,
            due_at=due.instant,
            prepare_at=prepare_from(due.instant, self._tenant, name),
            state="planned",
        )

    def moved(self, planned: Sequence[Occurrence], now: datetime) -> list[Occurrence]:
        """What is planned by another zone or other zone data, as it is now.

        A row keeps its key. A date that lost its time is skipped; what the recurrence no
        longer names by that key is cancelled, and planning adds what it names instead.
        """
        return [
            moved
            for row in planned
            if (row.zone, row.tzdata) != (self.zone, self._tzdata)
            and (moved := self._moved(row, now)) is not None
        ]

    def again(self, unfinished: Sequence[Occurrence], now: datetime) -> list[Occurrence]:
        """What is elsewhere by a recurrence that has just changed.

        A time that has passed today by the new reckoning is not made up for: that date is
        skipped, as if the change had been made in the morning. What was due by the old one
        as well is still run.
        """
        found: list[Occurrence] = []
        for row in unfinished:
            moved = self._moved(row, now)
            if moved is None or (moved.state == "planned" and _same_time(moved, row)):
                continue
            if _before(moved, now):
                if _before(row, now):
                    continue
                moved = self._dropped(row, "skipped", "changed", now)
            found.append(moved)
        return found

    def _moved(self, row: Occurrence, now: datetime) -> Occurrence | None:
        """The row as it is now under its own key; None where it stays as it is."""
        recurrence = self._stored.routine.recurrence
        if row.asked or row.due_at is None:
            return None
        if isinstance(recurrence, EveryMinutes):
            second = timedelta(seconds=1)
            found = next(occurrences(recurrence, self.zone, row.due_at, row.due_at + second), None)
        else:
            found = occurrence_on(recurrence, self.zone, row.local_date)
        match found:
            case Due(key=row.key):
                return self.row(found)
            case NoOccurrence(key=row.key, reason=reason):
                return self._dropped(row, "skipped", reason, now)
            case _:
                # Also what is named otherwise: by its date before, by its instant now.
                return self._dropped(row, "cancelled", "no_longer_named", now)

    def _dropped(
        self, row: Occurrence, state: OccurrenceState, reason: str, now: datetime
    ) -> Occurrence:
        return replace(
            row,
            zone=self.zone,
            tzdata=self._tzdata,
            state=state,
            reason=reason,
            finished_at=now,
        )

    def _lacking(self, start: datetime, end: datetime, now: datetime) -> Iterator[Occurrence]:
        """Dates that the recurrence names and that have no such time: told, not run."""
        recurrence = self._stored.routine.recurrence
        if isinstance(recurrence, EveryMinutes):
            return
        first, last = local_date(start, self.zone), local_date(end, self.zone) - timedelta(days=1)
        for day in dates(first, last):
            found = occurrence_on(recurrence, self.zone, day)
            if isinstance(found, NoOccurrence):
                yield Occurrence(
                    routine_id=self._stored.routine_id,
                    key=found.key,
                    local_date=day,
                    nominal=datetime.combine(day, recurrence.at),
                    zone=self.zone,
                    tzdata=self._tzdata,
                    odd=None,
                    due_at=None,
                    prepare_at=None,
                    state="skipped",
                    reason=found.reason,
                    finished_at=now,
                )


def _same_time(one: Occurrence, other: Occurrence) -> bool:
    return (one.due_at, one.zone, one.tzdata) == (other.due_at, other.zone, other.tzdata)


def _before(row: Occurrence, now: datetime) -> bool:
    return row.due_at is not None and row.due_at < now
