"""However much there is, a summary takes bounded time and has bounded length."""

import re
import time
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.model.records import Appointment, Record, Segment
from claw.core.model.reference import Ref
from claw.core.snapshots.content import SnapshotContent
from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.forms import FORMS, render
from claw.core.summaries.item import MOST_LINES, lines_more
from claw_testing.bayside import (
    LEE,
    PEOPLE,
    SAM,
    at,
    block_of,
    document,
    job,
    pack,
    person,
    snapshot_of,
)
from claw_testing.edge import edge

LONGEST = 100_000
"""Characters of the longest text: some hundred lines of each of a few blocks."""

MANY = 5_000
ONE = job("1", "24 00:00", "24 01:00", LEE, status="tentative")


def at_second(number: int, second: int, long: int, who: Ref = LEE, **more) -> Appointment:
    """A visit that begins so many seconds into the day."""
    start = at("24 00:00") + timedelta(seconds=second)
    end = start + timedelta(seconds=long)
    return replace(
        ONE,
        ref=Ref(f"field/schedule:{number:06}"),
        starts_at=start,
        ends_at=end,
        segments=(Segment(starts_at=start, ends_at=end, resource=who),),
        **more,
    )


def content_of(records: Iterable[Record]) -> SnapshotContent:
    """These records, as if a snapshot held them; none is normalised or hashed."""
    base = snapshot_of(PEOPLE)
    found = {record.ref: record for record in (*PEOPLE, *records)}
    return SnapshotContent(snapshot=base.snapshot, records=found)


def texts(told: SummaryDocument) -> list[str]:
    return [render(form, told, pack()) for form in FORMS]


@pytest.mark.parametrize("view", ["owner", "dispatcher", "staff"])
@pytest.mark.parametrize("long", [1, 3600, 80_000], ids=["apart", "some at once", "all at once"])
@edge("time:62")
def test_five_thousand_visits_of_one_person_fit_in_bounded_text(view: str, long: int):
    visits = [at_second(n, n, long) for n in range(MANY)]
    began = time.process_time()
    told = document(content_of(visits), view=view, audience=LEE if view == "staff" else UNSET)
    assert all(len(text) < LONGEST for text in texts(told))
    assert len(render("sms", told, pack())) <= 160
    assert time.process_time() - began < 10
    assert "5,000 jobs" in render("text", told, pack())
    for block in told.blocks:
        assert len(block.items) <= MOST_LINES


def test_a_hundred_thousand_records_are_told_in_bounded_time_and_text():
    people = [person(Ref(f"field/employee:{n}"), f"Person {n}") for n in range(1000)]
    visits = [
        at_second(n, (n % 14) * 86_400 + (n % 80) * 1000, 900, who=people[n % 1000].ref)
        for n in range(99_000)
    ]
    now = content_of([*people, *visits])
    before = replace(
        now, records={ref: r for ref, r in now.records.items() if not ref.endswith("7")}
    )
    began = time.process_time()
    told = document(now, before, view="dispatcher")
    assert all(len(text) < LONGEST for text in texts(told))
    assert time.process_time() - began < 60
    assert told.headline.appointments == len(range(0, 99_000, 14))


def test_what_is_not_listed_is_counted():
    visits = [at_second(n, n * 10, 5) for n in range(MANY)]
    told = document(content_of(visits), view="dispatcher")
    found = block_of(told, "unconfirmed")
    assert (found.count, len(found.items), lines_more(found)) == (5_000, 100, 4_900)
    for form, more in (("text", "  and 4,900 more"), ("markdown", "- and 4,900 more")):
        assert f"\n{more}\n" in render(form, told, pack())
    assert "and 4,900 more" in render("html", told, pack())
    urgent = block_of(told, "needs_action")
    assert urgent.count == 5_000
    assert "Needs action (7 of 5,000)" in render("text", told, pack())


def test_clashes_beyond_those_that_are_named_are_counted_exactly():
    visits = [at_second(n, n, 300) for n in range(400)]
    pairs = sum(1 for a in range(400) for b in range(a + 1, 400) if b - a < 300)
    found = block_of(document(content_of(visits)), "overlaps")
    assert found.count == pairs
    assert found.count == len(found.items) + lines_more(found)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60), st.integers(0, 5)), max_size=40))
def test_clashes_are_counted_as_a_look_at_each_pair_counts_them(rows: list[tuple[int, int, int]]):
    visits = [
        at_second(n, start, long, group=f"field/job:{piece}")
        for n, (start, long, piece) in enumerate(rows)
    ]
    pairs = sum(
        1
        for n, (a, la, pa) in enumerate(rows)
        for b, lb, pb in rows[n + 1 :]
        if pa != pb and max(a, b) < min(a + la, b + lb)
    )
    assert block_of(document(content_of(visits)), "overlaps").count == pairs


@settings(max_examples=20)
@given(st.text(min_size=1, max_size=5000), st.text(max_size=5000))
def test_long_words_of_a_source_are_cut_and_said_to_be(title: str, name: str):
    work = job("1", "24 08:00", "24 09:00", LEE, title=title, status="tentative")
    told = document(snapshot_of([*PEOPLE, work]), view="dispatcher", tenant_name=f"x{name}")
    longest = max(len(line) for line in render("text", told, pack()).splitlines())
    assert longest < 700


def test_many_people_on_one_visit_are_named_up_to_six():
    crew = [person(Ref(f"field/employee:{n:03}"), f"Person {n:03}") for n in range(500)]
    work = job("1", "24 08:00", "24 09:00", *(p.ref for p in crew))
    told = document(snapshot_of([*PEOPLE, *crew, work]), view="dispatcher")
    assert block_of(told, "schedule").items[0].note == (
        "Person 000, Person 001, Person 002, Person 003, Person 004, Person 005 and 494 more"
    )


def test_gaps_beyond_the_first_six_are_counted():
    visits = [at_second(n, n * 7200, 60) for n in range(12)]
    (line,) = block_of(document(content_of(visits)), "people").items
    assert re.search(r"free .*, 5 more gaps$", str(line.note))


def test_an_empty_tenant_and_one_record_are_told():
    assert "No jobs" in render("text", document(snapshot_of([])), pack())
    assert "1 job" in render("text", document(snapshot_of([ONE])), pack())
    assert document(content_of([at_second(1, 0, 60, who=SAM)])).headline.resources == 1
