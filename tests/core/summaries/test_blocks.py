"""What each block says of a day, and what it keeps quiet about."""

from datetime import date
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.model.records import Contact, Phone, Record, Segment
from claw.core.model.reference import Ref
from claw.core.model.tombstones import mark_gone
from claw_testing.bayside import (
    LANDLINE,
    LEE,
    PAT,
    PEOPLE,
    SAM,
    at,
    block_of,
    document,
    hours,
    job,
    lines_of,
    person,
    snapshot_of,
    source,
)
from claw_testing.edge import edge


def told(name: str, *records: Record, previous: tuple[Record, ...] | None = None, **more):
    """The lines of a block about a day that holds these records."""
    earlier = None
    if previous is not None:
        earlier = snapshot_of([*PEOPLE, *previous], taken_at=at("23 18:00"))
    return lines_of(document(snapshot_of([*PEOPLE, *records]), earlier, **more), name)


def said(name: str, *records: Record, **more) -> str:
    """What is said of a block that has nothing to list."""
    assert told(name, *records, **more) == []
    return block_of(document(snapshot_of([*PEOPLE, *records]), **more), name).empty


def test_work_in_which_one_part_has_nobody_is_unassigned():
    whole = job("1", "24 08:00", "24 10:00", LEE)
    part = replace(
        whole, segments=(*whole.segments, Segment(starts_at=at("24 09:00"), ends_at=at("24 10:00")))
    )
    assert said("unassigned", whole) == "Nothing is unassigned"
    assert told("unassigned", part) == [("8:00 am", "Blocked drain, Mina O'Dell, Manly", "")]


@edge("simpro:22")
def test_two_things_at_once_for_one_person_are_an_overlap_and_touching_is_none():
    first = job("1", "24 08:00", "24 10:00", LEE)
    assert said("overlaps", first, job("2", "24 10:00", "24 11:00", LEE))
    assert said("overlaps", first, job("2", "24 09:00", "24 11:00", SAM))
    assert told("overlaps", first, job("2", "24 09:00", "24 11:00", LEE, title="Tap")) == [
        ("9:00 am", "Lee Nguyen: Blocked drain and Tap", "for 1 h")
    ]


def test_time_off_clashes_with_work_and_work_without_a_time_of_day_with_nothing():
    work = job("1", "24 08:00", "24 10:00", LEE)
    leave = job("2", "24 00:00", "25 00:00", LEE, kind="absence", precision="day", title="Leave")
    whenever = job("3", "24 00:00", "25 00:00", LEE, precision="day", title="Parts")
    assert told("overlaps", work, leave, whenever) == [
        ("8:00 am", "Lee Nguyen: Leave and Blocked drain", "for 2 h")
    ]


def test_leave_over_several_days_counts_on_each_of_them():
    leave = job("1", "23 09:00", "26 12:00", LEE, kind="absence", title="Leave")
    for day, hours_off in (
        (23, "9:00 am - Thu 26 Nov 12:00 pm"),
        (24, "all day"),
        (26, "until 12:00 pm"),
    ):
        work = job("2", f"{day} 10:00", f"{day} 11:00", LEE, title="Tap")
        today = {"day": date(2026, 11, day)}
        assert len(told("overlaps", leave, work, **today)) == 1
        assert f"Leave {hours_off}" in told("people", leave, work, **today)[0][2]
    assert said("people", leave, day=date(2026, 11, 27)) == "No technicians are scheduled"


def test_parts_of_one_piece_of_work_do_not_clash():
    parts = [job(n, "24 08:00", "24 10:00", LEE, group="field/job:9@2026-11-24") for n in "12"]
    assert said("overlaps", *parts)
    assert block_of(document(snapshot_of([*PEOPLE, *parts])), "people").items[0].note == (
        "1 job, 2 h, first in Manly"
    )


def test_work_that_runs_past_midnight_clashes_with_the_next_morning_and_is_said_to_continue():
    night = job("1", "23 22:00", "24 07:30", LEE, title="Burst main", source_status="In progress")
    early = job("2", "24 07:00", "24 08:00", LEE)
    assert told("overlaps", night, early) == [
        ("7:00 am", "Lee Nguyen: Burst main and Blocked drain", "for 30 min")
    ]
    assert told("people", night, early) == [
        (
            "7:00 am - 8:00 am",
            "Lee Nguyen",
            "1 job, 1 h, Burst main continues until 7:30 am, first in Manly",
        )
    ]
    assert told("leftovers", night) == [
        ("10:00 pm", "Burst main, Mina O'Dell, Manly", "In progress, continues until 7:30 am")
    ]
    assert told("schedule", night, early, view="dispatcher")[0] == (
        "until 7:30 am",
        "Burst main, Mina O'Dell, Manly",
        "continues, Lee Nguyen",
    )


def test_work_over_several_days_continues_on_each_of_them_until_it_ends():
    days = job("1", "23 08:00", "26 10:00", LEE, title="Rewire")
    what, note = "Rewire, Mina O'Dell, Manly", "continues, Lee Nguyen"
    for day, expected in (
        (23, [("8:00 am - Thu 26 Nov 10:00 am", what, "Lee Nguyen")]),
        (25, [("until Thu 26 Nov 10:00 am", what, note)]),
        (26, [("until 10:00 am", what, note)]),
        (27, []),
    ):
        found = told("schedule", days, view="dispatcher", day=date(2026, 11, day))
        assert found == expected


@pytest.mark.parametrize("status", ["cancelled", "declined", "missing"])
def test_what_was_called_off_is_no_work(status: str):
    off = job("1", "24 08:00", "24 10:00", LEE, status=status)
    assert document(snapshot_of([*PEOPLE, off])).headline.appointments == 0
    assert said("people", off) == "No technicians are scheduled"
    assert said("leftovers", replace(off, starts_at=at("23 08:00"), ends_at=at("23 10:00")))


def test_what_the_source_dropped_is_no_work_even_where_its_status_stays():
    done = mark_gone(job("1", "24 08:00", "24 10:00", LEE, status="completed"))
    assert document(snapshot_of([*PEOPLE, done])).headline.appointments == 0


@pytest.mark.parametrize("status", ["completed", "no_show"])
def test_what_came_to_an_end_yesterday_is_not_left_over(status: str):
    assert said("leftovers", job("1", "23 08:00", "23 10:00", LEE, status=status))


def test_work_that_ends_at_midnight_does_not_continue():
    evening = job("1", "23 22:00", "24 00:00", LEE, source_status="Pending")
    assert told("leftovers", evening)[0][2] == "Pending"


@pytest.mark.parametrize("status", ["confirmed", "started", "completed", "unknown"])
def test_only_tentative_work_is_unconfirmed(status: str):
    assert said("unconfirmed", job("1", "24 08:00", "24 10:00", LEE, status=status))


def test_capacity_is_unknown_without_working_hours():
    work = job("1", "24 08:00", "24 17:00", LEE)
    assert said("over_capacity", work) == "No working hours known"
    day = hours("1", LEE, "24 07:00", "24 15:00")
    assert told("over_capacity", work, day) == [("", "Lee Nguyen: 9 h of work", "works 8 h")]
    exact = hours("1", LEE, "24 07:00", "24 16:00")
    assert said("over_capacity", work, exact) == "Nobody has more work than hours"


@pytest.mark.parametrize("change", [{"gone": True}, {"kind": "on_call"}])
def test_hours_that_nobody_works_are_no_working_hours(change: dict[str, Any]):
    work = job("1", "24 08:00", "24 17:00", LEE)
    shift = replace(hours("1", LEE, "24 07:00", "24 15:00"), **change)
    assert said("over_capacity", work, shift) == "No working hours known"


@pytest.mark.parametrize(
    ("phones", "why"),
    [
        ((), "no phone number"),
        (LANDLINE, "landline only"),
        ((Phone(raw="131 234", kind="tollfree"),), "no mobile number"),
    ],
)
def test_who_has_no_mobile_cannot_be_texted_and_the_reason_is_named(phones, why: str):
    work = job("1", "24 08:00", "24 10:00", LEE, phones=phones)
    assert told("unreachable", work) == [("8:00 am", "Blocked drain, Mina O'Dell, Manly", why)]


def test_who_has_one_mobile_among_other_numbers_can_be_texted():
    mobile = Phone(raw="0412 345 678", kind="mobile", e164="+61412345678")
    assert said("unreachable", job("1", "24 08:00", "24 10:00", LEE, phones=(*LANDLINE, mobile)))


def test_work_of_one_group_cannot_be_texted_once():
    parts = [
        job(n, f"24 0{n}:00", f"24 0{n}:30", LEE, group="field/job:9@2026-11-24", phones=())
        for n in "89"
    ]
    assert len(told("unreachable", *parts)) == 1


def test_a_visit_needs_an_address_and_a_booking_does_not():
    assert told("no_location", job("1", "24 08:00", "24 09:00", LEE, place="bare"))
    assert told("no_location", job("1", "24 08:00", "24 09:00", LEE, place=None))
    assert said("no_location", job("1", "24 08:00", "24 09:00", LEE, place=None, kind="booking"))


def test_needs_action_names_each_trouble_once_with_all_its_reasons_worst_first():
    late = job("1", "24 16:00", "24 17:00", place=None, phones=(), title="Roof")
    early = job("2", "24 07:00", "24 08:00", LEE, status="tentative")
    assert told("needs_action", early, late) == [
        (
            "4:00 pm",
            "Roof, Mina O'Dell",
            "nobody is assigned, no address, cannot be texted (no phone number)",
        ),
        ("7:00 am", "Blocked drain, Mina O'Dell, Manly", "not confirmed"),
    ]


def test_needs_action_shows_seven_and_counts_all():
    many = [job(str(n), f"24 {n:02}:00", f"24 {n:02}:30") for n in range(6, 16)]
    found = block_of(document(snapshot_of([*PEOPLE, *many])), "needs_action")
    assert (len(found.items), found.count) == (7, 10)


def test_gaps_of_an_hour_are_free_unless_time_off_fills_them():
    work = [job("1", "24 07:00", "24 08:00", LEE), job("2", "24 11:00", "24 12:00", LEE)]
    assert "free 8:00 am - 11:00 am" in told("people", *work)[0][2]
    off = job("3", "24 08:00", "24 10:30", LEE, kind="absence", title="Dentist")
    note = told("people", *work, off)[0][2]
    assert "Dentist 8:00 am - 10:30 am" in note
    assert "free" not in note


def test_an_hour_is_a_gap_and_less_is_none():
    early = job("1", "24 07:00", "24 08:00", LEE)
    assert (
        "free 8:00 am - 9:00 am"
        in told("people", early, job("2", "24 09:00", "24 10:00", LEE))[0][2]
    )
    assert "free" not in told("people", early, job("2", "24 08:59", "24 10:00", LEE))[0][2]


def test_the_time_before_leave_after_the_last_job_is_not_free():
    early = job("1", "24 07:00", "24 08:00", LEE)
    off = job("2", "24 11:00", "24 12:00", LEE, kind="absence", title="Dentist")
    assert "free" not in told("people", early, off)[0][2]


def test_the_schedule_tells_what_is_not_confirmed_and_who_is_off_all_day():
    leave = job("1", "24 00:00", "25 00:00", LEE, kind="absence", precision="day", title="Leave")
    maybe = job("2", "24 07:00", "24 08:00", SAM, status="tentative")
    assert told("schedule", leave, maybe, view="dispatcher") == [
        (
            "7:00 am - 8:00 am",
            "Blocked drain, Mina O'Dell, Manly",
            "Sam Okafor, not confirmed",
        ),
        ("all day", "Lee Nguyen: Leave", ""),
    ]


def test_hours_inside_other_hours_are_counted_once():
    work = [
        job("1", "24 07:00", "24 12:00", LEE),
        job("2", "24 08:00", "24 09:00", LEE),
        job("3", "24 10:00", "24 11:00", LEE),
    ]
    assert told("people", *work)[0][2].startswith("3 jobs, 5 h,")


def test_hours_that_overlap_are_counted_once():
    work = [job("1", "24 07:00", "24 09:00", LEE), job("2", "24 08:00", "24 10:00", LEE)]
    assert told("people", *work)[0][2].startswith("2 jobs, 3 h,")


def test_equipment_comes_last_and_is_no_technician():
    digger = person(Ref("field/plant:1"), "A digger", kind="equipment")
    work = job("1", "24 07:00", "24 09:00", digger.ref, LEE)
    now = document(snapshot_of([*PEOPLE, digger, work]))
    assert [text for _, text, _ in lines_of(now, "people")] == [
        "Lee Nguyen",
        "A digger (equipment)",
    ]
    assert (block_of(now, "people").count, now.headline.resources) == (1, 1)


def test_somebody_on_leave_is_said_to_be_off():
    leave = job("1", "24 00:00", "25 00:00", LEE, kind="absence", precision="day", title="Leave")
    assert told("people", leave) == [("off", "Lee Nguyen", "Leave all day")]
    assert block_of(document(snapshot_of([*PEOPLE, leave])), "people").count == 0


@edge("time:9")
def test_a_place_whose_clock_differs_is_named_with_the_time():
    away = job("1", "24 08:00", "24 10:00", LEE, zone="Australia/Perth", status="tentative")
    assert told("unconfirmed", away)[0][0] == "5:00 am Perth"


def test_yesterday_that_was_not_read_is_not_said_to_be_done():
    days = tuple(date(2026, 11, day) for day in (24, 25))
    late = source(complete=False, covered_days=days)
    now = document(snapshot_of(PEOPLE, sources=(late,)))
    assert block_of(now, "leftovers").empty == "Yesterday was not read completely"


def test_tomorrow_is_one_line_and_unknown_is_not_none():
    assert told("tomorrow") == [("", "No jobs", "")]
    one = job("1", "25 07:30", "25 09:00")
    assert told("tomorrow", one) == [("", "1 job, first 7:30 am, 1 unassigned", "")]
    today_only = source(complete=False, covered_days=(date(2026, 11, 24),))
    now = document(snapshot_of(PEOPLE, sources=(today_only,)))
    assert lines_of(now, "tomorrow") == [("", "No jobs known so far, not read completely yet", "")]


def test_without_a_source_nothing_is_known():
    kept = snapshot_of(PEOPLE)
    now = document(replace(kept, snapshot=replace(kept.snapshot, sources=())))
    assert block_of(now, "leftovers").empty == "Yesterday was not read completely"


def test_a_change_of_the_clocks_within_the_week_is_announced():
    spring = document(snapshot_of(PEOPLE), day=date(2026, 9, 30))
    assert lines_of(spring, "clock_change") == [
        ("", "Clocks go forward 1 h on Sunday 4 October 2026", "")
    ]
    autumn = document(snapshot_of(PEOPLE), day=date(2027, 4, 1))
    assert lines_of(autumn, "clock_change") == [
        ("", "Clocks go back 1 h on Sunday 4 April 2027", "")
    ]
    assert block_of(document(snapshot_of(PEOPLE)), "clock_change").empty == (
        "No clock change this week"
    )


ONE = job("1", "24 08:00", "24 10:00", LEE)


@pytest.mark.parametrize(
    ("after", "note"),
    [
        (job("1", "24 09:30", "24 11:30", LEE), "1 h 30 min later (was 8:00 am)"),
        (job("1", "24 07:00", "24 09:00", LEE), "1 h earlier (was 8:00 am)"),
        (job("1", "24 08:00", "24 10:30", LEE), "30 min longer"),
        (job("1", "24 08:00", "24 09:00", LEE), "1 h shorter"),
        (job("1", "25 08:00", "25 10:00", LEE), "moved to Wed 25 Nov 8:00 am"),
        (job("1", "24 08:00", "24 10:00", SAM), "Sam Okafor instead of Lee Nguyen"),
        (job("1", "24 08:00", "24 10:00", LEE, SAM), "Sam Okafor joins"),
        (job("1", "24 08:00", "24 10:00"), "taken from Lee Nguyen"),
        (job("1", "24 08:00", "24 10:00", LEE, status="cancelled"), "cancelled"),
        (job("1", "24 08:00", "24 10:00", LEE, status="completed"), "completed"),
        (job("1", "24 08:00", "24 10:00", LEE, status="tentative"), "no longer confirmed"),
        (job("1", "24 08:00", "24 10:00", LEE, place="dee-why"), "now in Dee Why"),
        (job("1", "24 00:00", "25 00:00", LEE, precision="day"), "was 8:00 am"),
        (mark_gone(ONE), "no longer in the source"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_the_words_of_the_business(after, note: str):
    (line,) = told("changes", after, previous=(ONE,))
    assert line[2] == note


def test_a_job_that_moved_here_from_another_day_is_one_change():
    (line,) = told("changes", ONE, previous=(job("1", "26 08:00", "26 10:00", LEE),))
    assert line[2] == "moved here from Thu 26 Nov 8:00 am"


def test_a_job_that_the_source_shows_again_is_told():
    (line,) = told("changes", ONE, previous=(mark_gone(ONE),))
    assert line[2].startswith("back in the source")


def test_a_job_whose_ends_stay_and_whose_middle_moves_is_told():
    def split(at_: str) -> Record:
        return replace(
            ONE,
            segments=(
                Segment(starts_at=at("24 08:00"), ends_at=at(at_), resource=LEE),
                Segment(starts_at=at(at_), ends_at=at("24 10:00"), resource=SAM),
            ),
        )

    (line,) = told("changes", split("24 09:30"), previous=(split("24 09:00"),))
    assert line[2] == "times within it changed"


def test_what_the_business_would_not_act_on_is_no_change():
    quiet = replace(ONE, notes="Gate code 1234", contact=Contact(name="Someone else"))
    now = snapshot_of([*PEOPLE, quiet])
    found = block_of(document(now, snapshot_of([*PEOPLE, ONE], taken_at=at("23 18:00"))), "changes")
    assert found.items == ()
    assert found.empty == "No changes since Mon 23 Nov 6:00 pm"


def test_changes_are_grouped_off_moved_reassigned_other_new():
    before = [job(n, f"24 0{n}:00", f"24 0{n}:30", LEE, title=n) for n in "12345"]
    after = [
        job("1", "24 01:00", "24 01:30", LEE, title="1", place="dee-why"),
        job("2", "24 02:00", "24 02:30", SAM, title="2"),
        job("3", "24 03:30", "24 04:00", LEE, title="3"),
        job("4", "24 04:00", "24 04:30", LEE, title="4", status="cancelled"),
        job("6", "24 00:30", "24 01:00", LEE, title="6"),
        before[4],
    ]
    found = told("changes", *after, previous=tuple(before))
    assert [text[0] for _, text, _ in found] == ["4", "3", "2", "1", "6"]


def test_a_snapshot_that_did_not_hold_the_day_is_nothing_to_compare_with():
    old = snapshot_of(PEOPLE, taken_at=at("10 18:00"), first=date(2026, 11, 9),
                      last=date(2026, 11, 20))  # fmt: skip
    found = block_of(document(snapshot_of([*PEOPLE, ONE]), old), "changes")
    assert found.items == ()
    assert found.empty == "The snapshot of Tue 10 Nov 6:00 pm did not hold this day"


def test_staff_are_told_of_their_own_work_only_and_no_other_customers_number():
    others = job("1", "24 08:00", "24 10:00", LEE, title="Secret", phones=LANDLINE)
    own = job("2", "24 09:00", "24 11:00", SAM, PAT, title="Own")
    now = snapshot_of([*PEOPLE, others, own])
    before = snapshot_of(PEOPLE, taken_at=at("23 18:00"))
    staff = document(now, before, view="staff", audience=SAM)
    assert lines_of(staff, "schedule") == [
        (
            "9:00 am - 11:00 am",
            "Own, Mina O'Dell, Manly",
            "3 Ocean St, with Pat de Groot, 0412 345 678",
        )
    ]
    everything = repr(staff)
    assert "Secret" not in everything
    assert LANDLINE[0].raw not in everything


def rows_for_each_person() -> list[Record]:
    """One visit as a source says it that has a row for each person."""
    group = {"group": "field/job:9@2026-11-24"}
    return [
        job("1", "24 08:00", "24 10:00", LEE, **group),
        job("2", "24 08:00", "24 10:00", SAM, **group),
        job("3", "24 10:00", "24 11:00", PAT, **group),
    ]


def test_one_visit_in_a_row_for_each_person_is_one_line():
    assert [
        (when, note)
        for when, _, note in told("schedule", *rows_for_each_person(), view="dispatcher")
    ] == [
        ("8:00 am - 10:00 am", "Lee Nguyen and Sam Okafor"),
        ("10:00 am - 11:00 am", "Pat de Groot"),
    ]


def test_staff_are_told_who_else_is_on_the_job_at_their_time():
    now = document(snapshot_of([*PEOPLE, *rows_for_each_person()]), view="staff", audience=LEE)
    assert [note for _, _, note in lines_of(now, "schedule")] == [
        "3 Ocean St, with Sam Okafor, 0412 345 678"
    ]


def test_staff_are_given_a_mobile_before_another_number():
    mobile = Phone(raw="0412 345 678", kind="mobile", e164="+61412345678")
    work = job("1", "24 08:00", "24 10:00", LEE, phones=(*LANDLINE, mobile))
    now = document(snapshot_of([*PEOPLE, work]), view="staff", audience=LEE)
    assert lines_of(now, "schedule")[0][2] == "3 Ocean St, 0412 345 678"


def test_the_number_of_a_customer_stands_in_no_other_view():
    work = job("1", "24 08:00", "24 10:00", LEE)
    for view in ("owner", "dispatcher"):
        assert "0412" not in repr(document(snapshot_of([*PEOPLE, work]), view=view))


def test_a_source_cannot_break_out_of_its_line():
    title = "Tap\n! all is well\x1b[2J\u202egnp"
    odd = job("1", "24 08:00", "24 10:00", LEE, title=title, status="tentative")
    assert told("unconfirmed", odd)[0][1] == "Tap ! all is well [2J gnp, Mina O'Dell, Manly"


def test_who_is_not_known_is_not_invented():
    work = job("1", "24 08:00", "24 10:00", Ref("field/employee:404"), customer=None, place=None)
    now = document(snapshot_of([work]))
    assert lines_of(now, "people")[0][1] == "somebody unknown"
    assert now.headline.resources == 1
    assert now.for_name is UNSET
