"""Canonical bytes: one form for one value, refused when a value has none."""

import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from claw.core.errors import InvalidInput
from claw.core.model.canonical import (
    NotCanonical,
    canonical_bytes,
    content_hash,
    is_hash,
    nfc,
    parse_hash_prefix,
    short_hash,
)

CORPUS = json.loads((Path(__file__).parent / "frozen_hashes.json").read_text("utf-8"))

keys = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
scalars = st.text().map(nfc) | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_bytes_agree_with_two_independent_encoders(value: object) -> None:
    encoded = canonical_bytes(value)
    assert encoded == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert encoded == orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


@given(values)
def test_what_is_encoded_can_be_read_back(value: object) -> None:
    assert msgspec.json.decode(canonical_bytes(value)) == value


@given(st.dictionaries(keys, values, min_size=2), st.randoms())
def test_order_of_members_does_not_matter(members: dict[str, object], chance) -> None:
    shuffled = list(members.items())
    chance.shuffle(shuffled)
    assert canonical_bytes(dict(shuffled)) == canonical_bytes(members)


@pytest.mark.parametrize(
    "bad",
    [
        1.0,
        float("nan"),
        None,
        2**53,
        -(2**53),
        "\ud800",
        "e\u0301",
        {"Key": 1},
        {"1a": 1},
        {"a-b": 1},
        {"": 1},
        {1: 1},
        datetime(2026, 1, 1),  # noqa: DTZ001  # naive on purpose
        datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=10))),
        datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    ],
    ids=repr,
)
def test_what_is_outside_the_profile_is_refused_at_any_depth(bad: object) -> None:
    for value in (bad, [bad], {"a": bad}, {"a": [{"b": bad}]}):
        with pytest.raises(NotCanonical):
            canonical_bytes(value)


def test_a_refusal_names_the_path() -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical_bytes({"a": [{"b": None}]})
    assert refused.value.path == "a[0].b"
    assert refused.value.code == "not_canonical"


def test_the_largest_integer_is_kept_exactly() -> None:
    assert canonical_bytes([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


def test_instants_are_whole_seconds_of_utc() -> None:
    assert canonical_bytes(datetime(2026, 11, 25, 7, tzinfo=UTC)) == b'"2026-11-25T07:00:00Z"'
    assert canonical_bytes(datetime(99, 1, 1, tzinfo=UTC)) == b'"0099-01-01T00:00:00Z"'


@given(st.text(st.characters()))
def test_any_text_can_be_brought_into_the_profile_once(text: str) -> None:
    cleaned = nfc(text)
    assert canonical_bytes(cleaned)
    assert nfc(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


def test_two_spellings_of_a_word_become_one() -> None:
    assert nfc("Zoe\u0308") == nfc("Zo\u00eb")


def test_what_no_database_can_hold_becomes_the_replacement_character() -> None:
    assert set(nfc("\ud800\x00")) == {"\ufffd"}


KINDS = ["record", "part", "tree", "snapshot", "summary", "plan"]


def test_one_kind_never_passes_for_another() -> None:
    assert len({content_hash(kind, b"{}") for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry["name"])
def test_hashes_never_change(entry: dict[str, str]) -> None:
    """A red test means that everything ever named would get another name: do not mend it."""
    canonical = canonical_bytes(entry["value"])
    assert canonical.decode("utf-8") == entry["canonical"]
    assert content_hash(entry["kind"], canonical) == entry["hash"]


def test_a_name_is_shown_short_and_found_by_its_beginning() -> None:
    name = content_hash("record", b"{}")
    assert is_hash(name)
    assert len(short_hash(name)) == 12
    assert name.startswith(parse_hash_prefix(short_hash(name).upper()))
    assert parse_hash_prefix(name) == name


@pytest.mark.parametrize("text", ["", "1234567", "xyzxyzxyz", "sha256:", "a" * 65, "sha1:12345678"])
def test_what_can_be_no_name_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_hash_prefix(text, field="snapshot")
    assert refused.value.field == "snapshot"
