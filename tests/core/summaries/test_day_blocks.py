"""Blocks about the day as a whole: hours, holidays, money, what is late, what is in doubt."""

from datetime import date, datetime, time
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.model.records import Customer, Money, Progress, Record, Shift
from claw.core.model.reference import Ref
from claw.core.summaries.context import PublicHoliday
from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.forms import render
from claw.core.time import resolve_local
from claw_testing.bayside import (
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
    pack,
    snapshot_of,
    source,
)
from claw_testing.edge import edge


def told(name: str, *records: Record, **more: Any) -> list[tuple[str, str, str]]:
    return lines_of(document(snapshot_of([*PEOPLE, *records]), **more), name)


def said(name: str, *records: Record, **more: Any) -> str:
    found = block_of(document(snapshot_of([*PEOPLE, *records]), **more), name)
    assert (found.items, found.count) == ((), 0)
    return found.empty


def night(day: date, hour: int, until: date, until_hour: int, name: str, **more: Any) -> Any:
    """A visit from an hour of one date to an hour of another, in Sydney."""
    zone = "Australia/Sydney"
    start = resolve_local(zone, _wall(day, hour)).instant
    end = resolve_local(zone, _wall(until, until_hour)).instant
    made = job(name, "24 00:00", "24 01:00", LEE, **more)
    (segment,) = made.segments
    return replace(
        made,
        starts_at=start,
        ends_at=end,
        segments=(replace(segment, starts_at=start, ends_at=end),),
    )


def _wall(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour))


@edge("time:49")
@pytest.mark.parametrize(
    ("evening", "morning", "long"),
    [
        (date(2026, 10, 3), date(2026, 10, 4), "7 h"),
        (date(2027, 4, 3), date(2027, 4, 4), "9 h"),
        (date(2026, 11, 24), date(2026, 11, 25), "8 h"),
    ],
)
def test_a_night_shift_is_as_long_as_the_night(evening: date, morning: date, long: str):
    work = night(evening, 20, morning, 7, "1")
    shift = Shift(
        ref=Ref("field/shift:1"),
        resource=LEE,
        starts_at=resolve_local("Australia/Sydney", _wall(evening, 22)).instant,
        ends_at=resolve_local("Australia/Sydney", _wall(morning, 6)).instant,
        zone="Australia/Sydney",
        kind="work",
    )
    window = {"first": evening, "last": morning}
    read = source(covered_days=(evening, morning))
    now = snapshot_of([*PEOPLE, work, shift], sources=(read,), **window)
    ((_, _, note),) = lines_of(document(now, day=evening), "over_capacity")
    assert note == f"works {long}"


def test_what_is_done_in_yesterdays_night_shift_takes_nothing_of_today():
    shifts = [hours("1", LEE, "23 22:00", "24 06:00"), hours("2", LEE, "24 08:00", "24 10:00")]
    in_it = job("1", "23 23:00", "24 05:00", LEE)
    today = job("2", "24 08:00", "24 10:00", LEE)
    assert said("over_capacity", *shifts, in_it, today) == "Nobody has more work than hours"


def test_work_of_yesterday_that_outlasts_its_hours_takes_todays():
    shifts = [hours("1", LEE, "23 14:00", "23 22:00"), hours("2", LEE, "24 08:00", "24 10:00")]
    outlasts = job("1", "23 21:00", "24 02:00", LEE)
    today = job("2", "24 08:00", "24 10:00", LEE)
    assert told("over_capacity", *shifts, outlasts, today) == [
        ("", "Lee Nguyen: 4 h of work", "works 2 h")
    ]


def test_work_after_midnight_takes_the_hours_of_the_shift_it_lies_in():
    shift = hours("1", LEE, "24 22:00", "25 02:00")
    work = [job("1", "24 21:00", "24 23:00", LEE), job("2", "25 00:00", "25 02:30", LEE)]
    assert said("over_capacity", shift, *work) == "Nobody has more work than hours"
    more = job("3", "24 19:00", "24 21:00", LEE)
    assert told("over_capacity", shift, *work, more) == [
        ("", "Lee Nguyen: 6 h of work", "works 4 h")
    ]


def test_time_off_is_taken_from_the_hours_and_a_day_without_hours_is_said():
    off = job("9", "24 10:00", "24 15:00", LEE, kind="absence", title="Dentist")
    work = job("1", "24 07:00", "24 10:30", LEE)
    assert told("over_capacity", hours("1", LEE, "24 07:00", "24 15:00"), work, off) == [
        ("", "Lee Nguyen: 3 h 30 min of work", "works 3 h")
    ]
    assert told("over_capacity", hours("1", LEE, "25 07:00", "25 15:00"), work) == [
        ("", "Lee Nguyen: 3 h 30 min of work", "no working hours that day")
    ]


@pytest.mark.parametrize(
    ("flag", "why"),
    [
        ("time_conflict", "the source gives two different times"),
        ("time_ambiguous", "the clocks show this time twice, the first is taken"),
        ("time_shifted_gap", "the clocks skip the time that was given"),
    ],
)
@edge("time:46")
@edge("time:47")
def test_a_time_in_doubt_needs_action_and_says_why(flag: str, why: str):
    work = job("1", "24 07:00", "24 08:00", LEE, flags=(flag,))
    line = ("7:00 am", "Blocked drain, Mina O'Dell, Manly", why)
    assert told("doubtful_times", work) == [line]
    assert told("needs_action", work) == [(*line[:2], f"time in doubt ({why})")]
    other = job("1", "24 07:00", "24 08:00", LEE, flags=("crosses_midnight",))
    assert said("doubtful_times", other) == "No time is in doubt"


def test_leave_is_told_with_its_hours_and_a_break_is_no_absence():
    leave = job("1", "23 00:00", "26 00:00", LEE, kind="absence", title="Leave")
    lunch = job("2", "24 12:00", "24 13:00", SAM, kind="break", title="Lunch")
    assert told("absences", leave, lunch) == [("all day", "Lee Nguyen", "Leave")]
    assert said("absences", lunch) == "Nobody is away"


AUD = {"currency": "AUD"}


def test_the_value_of_the_day_is_an_estimate_over_what_is_known():
    work = [
        job("1", "24 07:00", "24 08:00", LEE, value=Money(amount_minor=123_456_05, **AUD)),
        job("2", "24 08:00", "24 09:00", LEE, value=Money(amount_minor=-500, **AUD)),
        job("3", "24 09:00", "24 10:00", LEE, value=Money(amount_minor=1250, currency="JPY")),
        job("4", "24 10:00", "24 11:00", LEE),
        job("5", "25 10:00", "25 11:00", LEE, value=Money(amount_minor=99, **AUD)),
    ]
    assert told("value", *work) == [
        ("", "$123,451.05 AUD", "estimate, from 2 of 4 jobs"),
        ("", "1,250 JPY", "estimate, from 1 of 4 jobs"),
    ]
    assert said("value", work[3]) == "No amounts known"


def test_the_amount_of_a_visit_with_a_row_for_each_person_counts_once():
    rows = [
        job(n, "24 07:00", "24 08:00", who, group="field/job:7",
            value=Money(amount_minor=5000, **AUD))
        for n, who in (("1", LEE), ("2", SAM))
    ]  # fmt: skip
    assert told("value", *rows) == [("", "$50.00 AUD", "estimate, from 1 of 1 job")]


@pytest.mark.parametrize("vertical", ["trades", "salon", "generic"])
def test_only_the_owner_is_told_what_the_day_is_worth(vertical: str):
    blocks = pack(vertical).blocks
    assert "value" in blocks["owner"]
    assert "value" not in {*blocks["dispatcher"], *blocks["staff"]}


def test_public_holidays_of_today_and_the_week_are_named():
    known = (
        PublicHoliday(date=date(2026, 12, 2), name="Second"),
        PublicHoliday(date=date(2026, 11, 24), name="First"),
    )
    assert told("holidays", holidays=known) == [
        ("", "Today: First", ""),
        ("", "Wednesday 2 December 2026: Second", ""),
    ]
    assert said("holidays") == "No public holiday today or in the week"
    assert said("holidays", holidays=UNSET) == "No public holidays are known here"


ARRIVED = Progress(state="on_site", at=at("24 07:05"), evidence="log:1")
HEARD = job("1", "24 07:00", "24 08:00", LEE, progress=(ARRIVED,))
NOT_HEARD = job("2", "24 09:00", "24 10:00", SAM, title="Tap")


def by_noon(*records: Record, as_of: str = "24 11:50", **more: Any) -> SummaryDocument:
    read = source(data_as_of=at(as_of))
    now = snapshot_of([*PEOPLE, *records], taken_at=at("24 12:00"), sources=(read,))
    return document(now, **more)


def test_work_that_nobody_reported_on_is_late_as_of_when_its_source_was_read():
    assert lines_of(by_noon(HEARD, NOT_HEARD), "late") == [
        ("9:00 am", "Tap, Mina O'Dell, Manly", "2 h 50 min after its start nothing is reported")
    ]
    assert lines_of(by_noon(HEARD, NOT_HEARD, as_of="24 09:14"), "late") == []
    assert len(lines_of(by_noon(HEARD, NOT_HEARD, as_of="24 09:15"), "late")) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"status": "started"},
        {"status": "completed"},
        {"status": "no_show"},
        {"status": "cancelled"},
        {"progress": (ARRIVED,)},
        {"actual_starts_at": at("24 09:30")},
        {"precision": "day"},
    ],
)
def test_work_that_something_is_known_of_is_not_late(change: dict[str, Any]):
    assert lines_of(by_noon(HEARD, replace(NOT_HEARD, **change)), "late") == []


def test_one_word_of_anybody_on_a_visit_is_enough():
    rows = [replace(HEARD, group="field/job:7"), replace(NOT_HEARD, ref=Ref("field/schedule:9"))]
    alike = replace(
        rows[0],
        ref=Ref("field/schedule:2"),
        progress=(),
        segments=tuple(replace(s, resource=PAT) for s in rows[0].segments),
    )
    assert lines_of(by_noon(rows[0], alike), "late") == []


def test_silence_means_nothing_where_nobody_reports_and_before_the_day_begins():
    assert block_of(by_noon(NOT_HEARD), "late").empty == "No progress is reported"
    assert block_of(by_noon(HEARD), "late").empty == "Nothing is running late"
    early = document(snapshot_of([*PEOPLE, HEARD, NOT_HEARD], taken_at=at("23 18:00")))
    assert block_of(early, "late").empty == "The day had not begun when this was read"


def test_who_asked_not_to_be_contacted_cannot_be_texted_whatever_the_number():
    work = job("1", "24 07:00", "24 08:00", LEE)
    mina = Customer(
        ref=Ref("field/customer:mina"), kind="person", name="Mina O'Dell", do_not_contact=True
    )
    quiet = snapshot_of([*(r for r in PEOPLE if r.ref != mina.ref), mina, work])
    assert lines_of(document(quiet), "unreachable")[0][2] == "not to be contacted"
    for ref in (work.ref, Ref("field/customer:mina")):
        assert told("unreachable", work, not_texted=(ref,))[0][2] == "texts not wanted"
    assert said("unreachable", work, not_texted=(Ref("field/customer:other"),))


def test_every_block_of_every_view_says_its_zero_aloud():
    for vertical in ("trades", "salon", "generic"):
        for view in ("owner", "dispatcher", "staff"):
            for now in (snapshot_of(PEOPLE), by_noon_content()):
                empty = document(now, vertical=vertical, view=view, audience=LEE)
                text = render("text", empty, pack(vertical))
                for block in empty.blocks:
                    if block.items:
                        assert block.block == "tomorrow"
                    else:
                        assert block.count == 0
                        assert f"\n{block.empty}.\n" in text


def by_noon_content():
    return snapshot_of(PEOPLE, taken_at=at("24 12:00"))
