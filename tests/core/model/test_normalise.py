"""The stored form: the same facts give the same bytes and the same name."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.model.canonical import NotCanonical, canonical_bytes
from claw.core.model.normalise import (
    decode_record,
    normalise,
    settled_form,
    store_form,
    with_volatile,
)
from claw.core.model.records import Appointment, Money, Progress, Record, Segment
from claw_testing.schedules import appointments, at, employee, records, ref, visit


@given(records)
def test_a_stored_record_reads_back_as_what_was_normalised(record: Record) -> None:
    form = store_form(record)
    assert decode_record(form.canonical) == normalise(record)
    assert store_form(decode_record(form.canonical)).content_hash == form.content_hash


@given(appointments(), st.randoms(use_true_random=False))
def test_the_order_a_source_lists_things_in_does_not_matter(
    appointment: Appointment, chance: Random
) -> None:
    shuffled = replace(
        appointment,
        segments=tuple(chance.sample(appointment.segments, len(appointment.segments))),
        progress=tuple(chance.sample(appointment.progress, len(appointment.progress))),
        flags=tuple(chance.sample(appointment.flags, len(appointment.flags))),
        extensions=dict(reversed(appointment.extensions.items())),
    )
    assert store_form(shuffled) == store_form(appointment)


@given(appointments())
def test_volatile_parts_do_not_enter_the_name_and_are_shown_again(
    appointment: Appointment,
) -> None:
    bare = replace(
        appointment,
        source_updated_at=UNSET,
        source_url=UNSET,
        flags=tuple(flag for flag in appointment.flags if flag != "stale_enrichment"),
    )
    form = store_form(appointment)
    assert form.content_hash == store_form(bare).content_hash
    shown = with_volatile(decode_record(form.canonical), form.volatile)
    assert isinstance(shown, Appointment)
    assert shown.source_url == appointment.source_url
    assert ("stale_enrichment" in shown.flags) == ("stale_enrichment" in appointment.flags)


@given(records, records)
def test_different_facts_have_different_names(one: Record, other: Record) -> None:
    same_facts = normalise(one) == normalise(other)
    assert (store_form(one).content_hash == store_form(other).content_hash) == same_facts


def test_two_spellings_of_a_word_are_one_record() -> None:
    composed, decomposed = employee(1, name="Zo\u00eb"), employee(1, name="Zoe\u0308")
    assert store_form(composed) == store_form(decomposed)


def test_a_fraction_of_a_second_is_cut() -> None:
    late = visit(1, datetime(2026, 11, 24, 22, 0, 0, 900_000, tzinfo=UTC))
    assert store_form(late).content_hash == store_form(visit(1)).content_hash


def test_false_is_absent_except_where_it_is_the_sources_own_word() -> None:
    assert store_form(visit(1, fixed=False)) == store_form(visit(1))
    assert b'"active":false' in store_form(employee(1, active=False)).canonical
    kept = visit(1, extensions={"field": {"locked": False}})
    assert b'"locked":false' in store_form(kept).canonical


def test_segments_go_by_time_then_resource() -> None:
    start, later, end = at("2026-11-24T22:00"), at("2026-11-24T22:30"), at("2026-11-24T23:00")
    jumbled = visit(
        1,
        segments=(
            Segment(starts_at=later, ends_at=end),
            Segment(starts_at=start, ends_at=end, resource=ref("employee", 2)),
            Segment(starts_at=start, ends_at=end, resource=ref("employee", 1)),
        ),
    )
    ordered = normalise(jumbled)
    assert isinstance(ordered, Appointment)
    assert [s.resource for s in ordered.segments] == [
        ref("employee", 1),
        ref("employee", 2),
        UNSET,
    ]


def test_progress_goes_by_instant() -> None:
    entries = [
        Progress(state="on_site", at=at("2026-11-24T22:05"), evidence="log:2"),
        Progress(state="travelling", at=at("2026-11-24T21:40"), evidence="log:1"),
    ]
    ordered = normalise(visit(1, progress=tuple(entries)))
    assert isinstance(ordered, Appointment)
    assert [entry.evidence for entry in ordered.progress] == ["log:1", "log:2"]


@pytest.mark.parametrize("bad", [1.5, None, 2**53, {"Site-ID": 1}], ids=repr)
def test_an_extension_outside_the_profile_is_refused_with_its_path(bad: object) -> None:
    with pytest.raises(NotCanonical) as refused:
        store_form(visit(1, extensions={"field": {"depth": bad}}))
    assert refused.value.path.startswith("extensions.field.depth")


def test_there_is_no_null_in_a_stored_record() -> None:
    assert b"null" not in canonical_bytes(normalise(visit(1)))


@given(records)
def test_the_quick_way_gives_the_bytes_of_the_thorough_one(record: Record) -> None:
    settled = settled_form(normalise(record))
    assert settled is None or settled.canonical == canonical_bytes(normalise(record))
    again = settled_form(record)
    assert again is None or again.canonical == canonical_bytes(normalise(record))


def test_a_plain_record_takes_the_quick_way() -> None:
    assert settled_form(visit(1)) == store_form(visit(1))
    assert settled_form(employee(1)) == store_form(employee(1))


@pytest.mark.parametrize(
    "record",
    [
        visit(1, title="Zoe\u0308"),
        visit(1, title="nothing\x00"),
        visit(1, title="half \ud83d"),
        visit(1, fixed=False),
        visit(1, gone=False),
        visit(1, datetime(2026, 11, 24, 22, 0, 0, 900_000, tzinfo=UTC)),
        visit(1, datetime(2026, 11, 24, 22, 0, tzinfo=timezone(timedelta(hours=11)))),
        visit(1, datetime(2026, 11, 24, 22, 0, tzinfo=timezone(timedelta(seconds=20)))),
        visit(1, value=Money(amount_minor=2**53, currency="AUD")),
        visit(1, notes=None),
        visit(1, extensions={"field": {"ratio": 0.5}}),
        visit(1, extensions={"field": {"Key": "x"}}),
        visit(1, extensions={"Field": {"key": "x"}}),
        visit(1, extensions={"field": {"count": 2**53}}),
        visit(1, extensions={"field": {"list": ["b", "a"]}}),
    ],
)
def test_whatever_is_not_in_its_one_form_takes_the_thorough_way(record: Record) -> None:
    assert settled_form(record) is None
