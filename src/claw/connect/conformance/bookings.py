"""Setting a stage: a quiet day, some bookings on it, and comparing them with what was read."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from claw.connect.conformance.check import expect
from claw.connect.conformance.session import Read, Stand, schedule_stream
from claw.ports.connector import Mode

_OPENS = time(6)
_BOOKABLE_MINUTES = 17 * 60
_SHOWN = 3
_AROUND = 3
_FAR_AROUND = 400


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall clock time of a day, as a stage is told."""
    return datetime.combine(day, time(hour, minute))


def quieten(stand: Stand, *, far: bool = False) -> None:
    """Take away everything around the stage's day; all there is, where no window is read."""
    windows = Mode.WINDOW in schedule_stream(stand.connector.manifest).modes and not far
    around = timedelta(days=_AROUND if windows else _FAR_AROUND)
    stand.stage.clear(stand.stage.today - around, stand.stage.today + around)


def book_many(stand: Stand, count: int) -> list[str]:
    """Book so many short appointments on the stage's day; their source ids."""
    opens = datetime.combine(stand.stage.today, _OPENS)
    return [
        stand.stage.book(opens + timedelta(minutes=number % _BOOKABLE_MINUTES), 30)
        for number in range(count)
    ]


def expect_all(read: Read, booked: Collection[str], when: str) -> None:
    """Expect a whole read with exactly the appointments booked, each once."""
    found = read.whole().ids
    missing = sorted(set(booked) - set(found))
    strange = sorted(set(found) - set(booked))
    expect(not missing, f"{when}: {len(missing)} of {len(booked)} missing, {missing[:_SHOWN]}")
    expect(not strange, f"{when}: {len(strange)} too many, {strange[:_SHOWN]}")
    expect(len(found) == len(set(found)), f"{when}: an appointment came twice in one read")
