"""What belongs to some dates: the schedule on them and all it refers to."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from claw.core.model.records import Record, Shift, references_of
from claw.core.model.reference import Ref
from claw.core.snapshots.selection import date_of, select
from claw_testing.schedules import ZONE, at, customer, employee, ref, schedules, visit

TODAY = date(2026, 11, 25)


def selected(*records: Record, first: date = TODAY, last: date = TODAY) -> set[Ref]:
    return set(select({record.ref: record for record in records}, first, last))


def test_dates_are_those_of_the_records_own_zone() -> None:
    # 12:59 and 13:00 UTC are the last minute of the 25th in Sydney and the first of the 26th.
    assert selected(visit(1, "2026-11-25T12:59"), visit(2, "2026-11-25T13:00")) == {
        ref("schedule", 1)
    }


def test_references_are_followed_to_their_end() -> None:
    depot = employee(2, kind="room", name="Depot")
    worker = employee(1, location=depot.ref)
    assert selected(visit(1), worker, depot, employee(3), customer(1)) == {
        ref("schedule", 1),
        worker.ref,
        depot.ref,
    }


def test_a_gone_appointment_belongs_as_any_other() -> None:
    assert selected(visit(1, gone=True, status="missing"), employee(1)) == {
        ref("schedule", 1),
        ref("employee", 1),
    }


def test_a_shift_brings_its_resource() -> None:
    shift = Shift(
        ref=ref("shift", 1),
        resource=ref("employee", 9),
        starts_at=at("2026-11-24T20:00"),
        ends_at=at("2026-11-25T04:00"),
        zone=ZONE,
        kind="work",
    )
    assert selected(shift, employee(9)) == {shift.ref, ref("employee", 9)}


def test_a_reference_to_nothing_is_skipped() -> None:
    assert selected(visit(1, customer=ref("customer", 404))) == {ref("schedule", 1)}


def test_references_that_go_in_a_circle_end() -> None:
    one = employee(1, location=ref("employee", 2))
    two = employee(2, location=ref("employee", 1))
    assert selected(visit(1), one, two) == {ref("schedule", 1), one.ref, two.ref}


@given(schedules, st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(0, 20_000))
def test_the_selection_is_closed_and_holds_nothing_else(
    schedule: list[Record], first: date, days: int
) -> None:
    last = min(first + timedelta(days=days), date(2099, 12, 31))
    records = {record.ref: record for record in schedule}
    chosen = select(records, first, last)
    referred = {each for one in chosen for each in references_of(records[one])}
    assert referred & records.keys() <= chosen
    for one in chosen:
        day = date_of(records[one])
        assert one in referred or (day is not None and first <= day <= last)
    for one in records.keys() - chosen:
        day = date_of(records[one])
        assert day is None or not first <= day <= last
