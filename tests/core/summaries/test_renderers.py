"""The forms: what a reader sees, and what no source can do to it."""

import json
from html.parser import HTMLParser

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claw.core.summaries.document import Headline
from claw.core.summaries.forms import FORMS, as_json, render
from claw.core.verticals import Noun
from claw_testing.bayside import (
    LEE,
    PEOPLE,
    document,
    job,
    lines_of,
    morning,
    pack,
    snapshot_of,
    source,
)

PACK = pack()
MORNING = document(*morning())
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def text_of(*records, **more) -> str:
    return render("text", document(snapshot_of([*PEOPLE, *records]), **more), PACK)


def test_zero_is_said_aloud():
    text = text_of()
    assert "No jobs\n" in text
    for sentence in (
        "Nothing needs action.",
        "Nothing is unassigned.",
        "Nobody is double booked.",
        "No working hours known.",
        "Everything is confirmed.",
        "Everybody can be texted.",
        "Every visit has an address.",
        "There is no earlier snapshot to compare with.",
        "Nothing is left from yesterday.",
        "No technicians are scheduled.",
        "No clock change this week.",
    ):
        assert f"\n{sentence}\n" in text


def test_what_needs_action_is_not_listed_a_second_time_but_counted():
    text = text_of(job("1", "24 08:00", "24 09:00"))
    assert text.count("Blocked drain, Mina O'Dell, Manly") == 1
    assert "In all: unassigned 1." in text


def test_what_needs_action_does_not_fit_is_listed_in_full_further_down():
    many = [job(str(n), f"24 {n:02}:00", f"24 {n:02}:30", title=f"T{n}") for n in range(6, 16)]
    text = text_of(*many)
    assert "Needs action (7 of 10)" in text
    assert "Unassigned (10)" in text
    assert text.count("T15, ") == 1


def test_columns_are_aligned_and_no_line_ends_in_blanks():
    lines = text_of(
        job("1", "24 07:00", "24 12:30", LEE, title="Long"),
        job("2", "24 10:00", "24 11:00", LEE, title="In it"),
        job("3", "23 22:00", "24 02:00", LEE, title="Night"),
        view="dispatcher",
    ).splitlines()
    ends = {line.index(end) + len(end) for line, end in (
        (next(x for x in lines if x.lstrip().startswith("until")), "2:00 am"),
        (next(x for x in lines if "Long, " in x), "12:30 pm"),
        (next(x for x in lines if "In it, " in x), "11:00 am"),
    )}  # fmt: skip
    assert len(ends) == 1
    assert all(line == line.rstrip() for line in lines)


def test_the_age_of_each_source_stands_in_the_head():
    never = source(connection="rooms", complete=False, covered_days=(), data_as_of=None)
    told = document(snapshot_of(PEOPLE, sources=(source(), never)))
    assert render("text", told, PACK).splitlines()[3] == (
        "Read: field Tue 24 Nov 5:52 am, complete; rooms never completely"
    )


def test_an_sms_reads_as_one_sentence_of_the_day():
    assert render("sms", MORNING, PACK) == (
        "Tue 24 Nov: 6 jobs, 3 techs, first 7:00 am. 1 unassigned, 1 double booking, "
        "1 over capacity, 1 time in doubt, 1 unconfirmed, 2 cannot be texted, 8 changes."
    )
    assert render("sms", document(snapshot_of(PEOPLE)), PACK) == "Tue 24 Nov: no jobs."


@given(
    jobs=st.integers(0, 10**9),
    people=st.integers(0, 10**9),
    counts=st.lists(st.integers(0, 10**12), min_size=len(MORNING.blocks), max_size=99),
    word=st.text(min_size=1, max_size=30),
    degraded=st.booleans(),
)
def test_an_sms_is_one_gsm_7_segment_whatever_the_day(jobs, people, counts, word, degraded):
    blocks = tuple(replace(b, count=c) for b, c in zip(MORNING.blocks, counts, strict=False))
    told = replace(
        MORNING,
        blocks=blocks,
        degraded=degraded,
        headline=Headline(appointments=jobs, resources=people),
    )
    noun = Noun(one=word, many=word)
    vocabulary = replace(PACK.vocabulary, appointment=noun, resource_short=noun)
    sms = render("sms", told, replace(PACK, vocabulary=vocabulary))
    assert len(sms) <= 160
    assert set(sms) <= GSM_7


def test_an_sms_warns_before_it_counts_anything_but_the_day():
    told = replace(MORNING, degraded=True)
    assert render("sms", told, PACK).startswith(
        "Tue 24 Nov: 6 jobs, 3 techs, first 7:00 am. INCOMPLETE OR OLD DATA. 1 unassigned"
    )


def test_a_count_that_does_not_fit_an_sms_is_left_out_whole():
    blocks = tuple(replace(block, count=10**12) for block in MORNING.blocks)
    sms = render("sms", replace(MORNING, blocks=blocks), PACK)
    assert len(sms) <= 160
    assert sms.endswith(".")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        assert not any(name.startswith("on") or name in ("src", "href") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


OURS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "br", "section", "table",
    "tr", "td", "footer",
}  # fmt: skip


@settings(max_examples=25)
@given(title=st.text(max_size=60), tenant=st.text(min_size=1, max_size=40))
def test_no_words_of_a_source_become_markup(title: str, tenant: str):
    hostile = title + '<img src=x onerror="alert(1)">[a](javascript:b)`x`'
    work = job("1", "24 08:00", "24 09:00", LEE, title=hostile, status="tentative")
    told = document(
        snapshot_of([*PEOPLE, work]), tenant_name=tenant.encode("utf-8", "replace").decode()
    )
    page = _Tags()
    page.feed(render("html", told, PACK))
    assert set(page.seen) <= OURS
    assert '<img src=x onerror="alert(1)">' in page.text
    markdown = render("markdown", told, PACK)
    assert "\\<img src=x onerror" in markdown
    assert "\\[a\\]\\(javascript:b\\)" in markdown


def test_json_is_what_scripts_rely_on():
    now, before = morning()
    told = document(now, before, view="staff", audience=LEE)
    plain = json.loads(msgspec.json.encode(as_json(told)))
    assert set(plain) == {
        "id", "snapshot", "previous", "tenant", "date", "zone", "view", "for", "degraded",
        "banners", "blocks", "data",
    }  # fmt: skip
    assert (plain["date"], plain["for"], plain["tenant"]) == ("2026-11-24", LEE, "bayside")
    assert {"block", "title", "count", "items"} <= set(plain["blocks"][0])
    assert plain["data"] == [
        {"connection": "field", "data_as_of": "2026-11-23T18:52:00Z", "complete": True}
    ]
    alone = json.loads(msgspec.json.encode(as_json(document(now))))
    assert {"previous", "for"}.isdisjoint(alone)


def test_every_form_ends_as_its_medium_wants():
    for form in FORMS:
        body = render(form, MORNING, PACK)
        assert "\r" not in body
        assert body.endswith("\n") == (form != "sms")


def test_the_lines_of_a_block_rest_on_records_of_the_snapshot():
    now, before = morning()
    told = document(now, before)
    known = set(now.records) | set(before.records)
    assert lines_of(told, "changes")
    assert {ref for block in told.blocks for item in block.items for ref in item.refs} <= known
