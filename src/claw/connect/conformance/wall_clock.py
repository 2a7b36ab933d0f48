"""C16: a wall clock time becomes the right instant, on the days when clocks change too."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from claw.connect.conformance.bookings import at, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.session import Session, Stand, slice_of
from claw.core.model.records import Appointment
from claw.core.time import format_instant, resolve_local

SYDNEY, LORD_HOWE, BRISBANE = "Australia/Sydney", "Australia/Lord_Howe", "Australia/Brisbane"


class _Day(Struct, frozen=True):
    """A local day worth booking on, and why."""

    zone: str
    day: date
    what: str


_DAYS = (
    _Day(SYDNEY, date(2026, 10, 4), "the day of 23 hours"),
    _Day(SYDNEY, date(2027, 4, 4), "the day of 25 hours"),
    _Day(LORD_HOWE, date(2026, 10, 4), "the day of 23 and a half hours"),
    _Day(LORD_HOWE, date(2027, 4, 4), "the day of 24 and a half hours"),
    _Day(BRISBANE, date(2026, 10, 4), "a day where clocks never change"),
)


class _Booking(Struct, frozen=True):
    """A wall clock span and the source id it was given."""

    start: datetime
    minutes: int
    source_id: str


async def _wall_clocks_are_read_right(run: Run) -> None:
    for day in _DAYS:
        await _booked_across(run, day)
    await _tenant_elsewhere(run)


async def _booked_across(run: Run, case: _Day) -> None:
    """Bookings at every awkward time of a day and its neighbours; each lands on its own day."""
    stand = Stand(run, today=case.day, zone=case.zone)
    quieten(stand)
    booked = [
        _Booking(start, minutes, stand.stage.book(start, minutes))
        for start, minutes in _awkward(case.day)
    ]
    where = f"{case.zone}, {case.what}"
    async with stand.session() as session:
        expect(
            session.report.account.zone in (case.zone, None),
            f"{where}: check says the account's zone is {session.report.account.zone}",
        )
        for offset in (-1, 0, 1):
            day = case.day + timedelta(days=offset)
            await _expect_day(session, case.zone, day, booked, where)


def _awkward(day: date) -> Sequence[tuple[datetime, int]]:
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return (
        (at(before, 23, 45), 15),
        (at(day, 0), 30),
        (at(day, 2, 15), 30),  # in Sydney and on Lord Howe it is missing, or happens twice
        (at(day, 3), 30),
        (at(day, 12), 60),
        (at(day, 22), 240),
        (at(day, 23, 45), 15),
        (at(after, 0), 24 * 60),
    )


async def _expect_day(
    session: Session, zone: str, day: date, booked: Sequence[_Booking], where: str
) -> None:
    """Reading one local day of the tenant gives what starts in it, at the right instants.

    ``zone`` is the account's, on whose wall clock the bookings were made.
    """
    read = (await session.days(day, day)).whole()
    found = session.appointments(read)
    wanted = slice_of(session.ctx.tenant_zone, day, day)
    covered = read.covered[0].slice
    if covered is not None:
        expect(
            covered.start <= wanted.start and wanted.end <= covered.end,
            f"{where}: asked for {day}, covered only {format_instant(covered.start)} to "
            f"{format_instant(covered.end)}",
        )
    for booking in booked:
        starts = resolve_local(zone, booking.start).instant
        if wanted.start <= starts < wanted.end:
            appointment = found.get(booking.source_id)
            said = f"{where}: booked at {booking.start:%d %b %H:%M}"
            expect(appointment is not None, f"{said} and not found on {day}")
            if appointment is not None:
                _expect_times(appointment, booking, zone, said)


def _expect_times(appointment: Appointment, booking: _Booking, zone: str, said: str) -> None:
    starts = resolve_local(zone, booking.start).instant
    expect(
        appointment.starts_at == starts,
        f"{said}: starts at {format_instant(appointment.starts_at)}, not {format_instant(starts)}",
    )
    length = timedelta(minutes=booking.minutes)
    # Vendors differ in what a length across a change of clocks means; both are honest.
    on_the_wall = resolve_local(zone, booking.start + length).instant
    expect(
        appointment.ends_at in (starts + length, on_the_wall),
        f"{said} for {booking.minutes} minutes: ends at {format_instant(appointment.ends_at)}",
    )
    expect(appointment.zone == zone, f"{said}: lives on the wall clock of {appointment.zone}")


async def _tenant_elsewhere(run: Run) -> None:
    """The tenant's day is not the account's day; nothing falls between the two."""
    day = date(2026, 11, 24)
    stand = Stand(run, today=day, zone=SYDNEY, tenant="Australia/Perth")
    quieten(stand)
    booked = [
        _Booking(start, 30, stand.stage.book(start, 30))
        for start in (at(day, 1), at(day, 2, 45), at(day, 3), at(day, 23), at(day, 23, 30))
    ]
    async with stand.session() as session:
        if session.report.account.zone is None:
            return  # a source without a zone is taken to live in the tenant's
        for offset in (-1, 0):
            where = "an account in Sydney, run in Perth"
            await _expect_day(session, SYDNEY, day + timedelta(days=offset), booked, where)


WALL_CLOCK = Check(
    number="C16", title="Wall clocks are read right", body=_wall_clocks_are_read_right
)
