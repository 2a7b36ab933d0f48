"""A visit that a source says in a row for each person is counted and listed once."""

from datetime import date

from msgspec.structs import replace

from claw.core.model.records import Record
from claw.core.summaries.forms import render
from claw_testing.bayside import (
    LEE,
    PEOPLE,
    SAM,
    at,
    block_of,
    document,
    hours,
    job,
    lines_of,
    pack,
    snapshot_of,
    source,
)

GROUP = "field/job:7@2026-11-24"


def two_rows(day: str = "24", **more) -> list[Record]:
    """One job of two people, as simPRO tells it."""
    group = f"field/job:7@2026-11-{day}"
    start, end = f"{day} 08:00", f"{day} 10:00"
    return [
        job(f"{day}1", start, end, LEE, group=group, **more),
        job(f"{day}2", start, end, SAM, group=group, **more),
    ]


def test_what_is_wrong_with_a_visit_is_one_line_and_one_count():
    now = document(snapshot_of([*PEOPLE, *two_rows(status="tentative", place=None)]))

    for name in ("unconfirmed", "no_location"):
        assert block_of(now, name).count == 1
        assert len(block_of(now, name).items[0].refs) == 2
    assert block_of(now, "needs_action").count == 1


def test_a_visit_left_from_yesterday_is_one_line():
    assert len(lines_of(document(snapshot_of([*PEOPLE, *two_rows("23")])), "leftovers")) == 1


def test_a_new_visit_is_one_change():
    now, before = snapshot_of([*PEOPLE, *two_rows()]), snapshot_of(PEOPLE, taken_at=at("23 18:00"))

    assert block_of(document(now, before), "changes").count == 1


def test_what_happened_to_each_person_is_told_for_each():
    before = two_rows()
    after = [before[0], job("242", "24 08:00", "24 10:00", group=GROUP)]
    now, earlier = (
        snapshot_of([*PEOPLE, *after]),
        snapshot_of([*PEOPLE, *before], taken_at=at("23 18:00")),
    )

    assert [note for _, _, note in lines_of(document(now, earlier), "changes")] == [
        "taken from Sam Okafor"
    ]


def test_tomorrow_counts_a_visit_that_nobody_is_given_to_once():
    rows = [
        job("1", "25 08:00", "25 10:00", group="field/job:7@2026-11-25"),
        job("2", "25 08:00", "25 10:00", group="field/job:7@2026-11-25"),
    ]
    ((_, text, _),) = lines_of(document(snapshot_of([*PEOPLE, *rows])), "tomorrow")

    assert text == "1 job, first 8:00 am, 1 unassigned"


def test_an_sms_adds_up():
    now = snapshot_of([*PEOPLE, *two_rows(status="tentative"), *two_rows("23")])
    told = document(now, snapshot_of([*PEOPLE, *two_rows("23")], taken_at=at("23 18:00")))

    assert render("sms", told, pack("trades")) == (
        "Tue 24 Nov: 1 job, 2 techs, first 8:00 am. 1 unconfirmed, 1 change, 1 left from yesterday."
    )


def test_two_people_who_clash_on_the_same_two_visits_are_both_named():
    rows = [
        job("1", "24 08:00", "24 10:00", LEE, SAM, title="Boiler"),
        job("2", "24 09:00", "24 11:00", LEE, SAM, title="Pump"),
    ]
    found = lines_of(document(snapshot_of([*PEOPLE, *rows])), "needs_action")

    assert [text for _, text, _ in found] == [
        "Lee Nguyen: Boiler and Pump",
        "Sam Okafor: Boiler and Pump",
    ]
    assert {note for _, _, note in found} == {"double booked (for 1 h)"}


def test_a_day_that_was_not_read_before_has_no_news():
    unread = source(complete=False, covered_days=(date(2026, 11, 23),))
    before = snapshot_of(PEOPLE, taken_at=at("23 18:00"), sources=(unread,))
    found = block_of(document(snapshot_of([*PEOPLE, *two_rows()]), before), "changes")

    assert found.items == ()
    assert found.empty == "This day was not read completely on Mon 23 Nov 6:00 pm"


def test_what_came_and_was_called_off_since_is_no_news_and_what_stays_off_no_change():
    off = job("1", "24 08:00", "24 10:00", LEE, status="cancelled")
    moved_off = replace(off, starts_at=at("24 09:00"), ends_at=at("24 11:00"))
    empty, before = (
        snapshot_of(PEOPLE, taken_at=at("23 18:00")),
        snapshot_of([*PEOPLE, off], taken_at=at("23 18:00")),
    )

    assert block_of(document(snapshot_of([*PEOPLE, off]), empty), "changes").count == 0
    assert block_of(document(snapshot_of([*PEOPLE, moved_off]), before), "changes").count == 0


def test_work_without_a_time_of_day_takes_no_hours():
    whenever = job("1", "24 00:00", "25 00:00", LEE, precision="day", title="Parts")
    told = document(snapshot_of([*PEOPLE, whenever, hours("1", LEE, "24 08:00", "24 16:00")]))

    assert block_of(told, "over_capacity").empty == "Nobody has more work than hours"
