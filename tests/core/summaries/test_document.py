"""What a summary is named by, what it warns of, and that nothing else enters it."""

import hashlib
import json
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.summaries.context import SummaryContext
from claw.core.summaries.document import (
    SummaryInputs,
    stale_connections,
    summary_id,
)
from claw.core.summaries.forms import render
from claw.core.verticals import parse_pack
from claw_testing.bayside import (
    DAYS,
    LEE,
    PEOPLE,
    at,
    document,
    job,
    morning,
    pack,
    snapshot_of,
    source,
    today,
    yesterday,
)

CONTEXT = SummaryContext(
    tenant="bayside",
    tenant_name="Bayside Plumbing",
    zone="Australia/Sydney",
    locale="en-AU",
    vertical="trades",
    vertical_hash="sha256:" + "0" * 64,
    renderer="1",
    tzdata="2026f",
    phones="9.0.43",
)
INPUTS = SummaryInputs(
    snapshot="sha256:" + "1" * 64,
    date=date(2026, 11, 24),
    view="owner",
    locale="en-AU",
    renderer="1",
    context=CONTEXT,
)


@pytest.mark.parametrize(
    "other",
    [
        replace(INPUTS, snapshot="sha256:" + "2" * 64),
        replace(INPUTS, previous="sha256:" + "2" * 64),
        replace(INPUTS, date=date(2026, 11, 25)),
        replace(INPUTS, view="dispatcher"),
        replace(INPUTS, audience=LEE),
        replace(INPUTS, locale="en-NZ"),
        replace(INPUTS, renderer="2"),
        replace(INPUTS, context=replace(CONTEXT, tenant_name="Other")),
        replace(INPUTS, context=replace(CONTEXT, stale=("field",))),
    ],
)
def test_every_input_enters_the_name(other: SummaryInputs):
    assert summary_id(other) != summary_id(INPUTS)


def test_the_name_is_a_hash_anyone_can_compute():
    context = _hash("context", json.loads(msgspec.json.encode(CONTEXT)))
    named = {
        "snapshot": INPUTS.snapshot,
        "date": "2026-11-24",
        "view": "owner",
        "locale": "en-AU",
        "renderer": "1",
        "context": context,
    }
    assert summary_id(INPUTS) == _hash("summary", named)


def _hash(kind: str, value: object) -> str:
    body = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return "sha256:" + hashlib.sha256(f"claw.{kind}.1".encode() + b"\0" + body).hexdigest()


@settings(max_examples=10)
@given(st.permutations(today()), st.permutations(yesterday()))
def test_the_order_in_which_records_come_shows_nowhere(now, before):
    expected = document(*morning())
    found = document(snapshot_of(now), snapshot_of(before, taken_at=at("23 18:00")))
    assert found == expected


def test_a_source_read_completely_needs_no_banner():
    told = document(snapshot_of(PEOPLE))
    assert told.banners == ()
    assert not told.degraded


def test_a_source_not_read_for_the_day_is_named_on_top_and_no_emptiness_is_claimed():
    missing = source(connection="rooms", complete=False, covered_days=DAYS[:1], data_as_of=None)
    told = document(snapshot_of(PEOPLE, sources=(source(), missing)))
    assert told.degraded
    assert told.banners == (
        "rooms was not read completely for this day: what it holds may be missing here",
    )
    words = pack()
    assert "No jobs known\n" in render("text", told, words)
    assert "no jobs known." in render("sms", told, words)


def test_a_source_not_read_for_another_day_does_not_taint_this_one():
    told = document(snapshot_of(PEOPLE, sources=(source(complete=False, covered_days=DAYS[:3]),)))
    assert told.banners == ()
    assert [(row.connection, row.complete) for row in told.data] == [("field", False)]


def test_data_older_than_six_hours_when_asked_is_bannered():
    snapshot = snapshot_of(PEOPLE).snapshot
    read = at("24 05:52")
    assert stale_connections(snapshot, read + timedelta(hours=6)) == ()
    assert stale_connections(snapshot, read + timedelta(hours=6, seconds=1)) == ("field",)
    told = document(snapshot_of(PEOPLE), stale=("field",))
    assert told.degraded
    assert told.banners == ("field is old: as of Tue 24 Nov 5:52 am",)


@pytest.mark.parametrize(("rows", "words"), [(1, "1 row of"), (2, "2 rows of")])
def test_rows_that_cannot_be_read_are_said_to_be_missing(rows: int, words: str):
    told = document(snapshot_of(PEOPLE, sources=(source(held_back=rows),)))
    assert told.banners[0].startswith(f"{words} field cannot be read")


def test_two_streams_of_one_connection_give_one_age_the_older():
    streams = (source(), source(stream="leave", data_as_of=at("24 04:00"), complete=False))
    (row,) = document(snapshot_of(PEOPLE, sources=streams)).data
    assert (row.data_as_of, row.complete) == ("2026-11-23T17:00:00Z", False)


def test_two_streams_that_were_not_read_are_one_warning():
    streams = [source(stream=name, complete=False, covered_days=()) for name in ("visits", "leave")]
    assert len(document(snapshot_of(PEOPLE, sources=streams)).banners) == 1


def test_a_group_is_one_job_in_the_headline():
    parts = [
        job(n, f"24 0{n}:00", f"24 0{n}:30", LEE, group="field/job:9@2026-11-24") for n in "89"
    ]
    assert document(snapshot_of([*PEOPLE, *parts])).headline.appointments == 1


@pytest.mark.parametrize("vertical", ["generic", "salon", "trades"])
@pytest.mark.parametrize("view", ["owner", "dispatcher", "staff"])
def test_every_vertical_tells_every_view(vertical: str, view: str):
    now, before = morning()
    told = document(now, before, view=view, audience=LEE, vertical=vertical)
    assert [block.block for block in told.blocks] == list(pack(vertical).blocks[view])
    assert told.previous == before.snapshot.snapshot_id


def test_a_new_vertical_is_words_and_a_list_of_blocks():
    text = (
        'name = "kennels"\n[vocabulary]\n'
        'appointment = { one = "stay", many = "stays" }\n'
        'resource = { one = "keeper", many = "keepers" }\n'
        'resource_short = { one = "keeper", many = "keepers" }\n'
        'customer = { one = "owner", many = "owners" }\n'
        "[thresholds]\nidle_gap_minutes = 60\nlate_minutes = 15\nmost_actions = 3\n"
        '[blocks]\nowner = ["people"]\ndispatcher = ["people"]\nstaff = ["schedule"]\n'
    )
    words = parse_pack(text.encode())
    told = document(snapshot_of([*PEOPLE, job("1", "24 08:00", "24 09:00", LEE)]))
    assert "1 stay, 1 keeper, first 8:00 am" in render("text", told, words)


def test_nobody_is_named_unless_it_is_for_somebody():
    now, before = morning()
    assert document(now, before).for_name is UNSET
    told = document(now, before, view="staff", audience=LEE)
    assert (told.for_, told.for_name, told.headline.resources) == (LEE, "Lee Nguyen", UNSET)
