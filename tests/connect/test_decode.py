"""Bodies: what spells no character costs that character, and nothing else."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claw.connect.decode import Undecodable, json_body

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(st.lists(ANY_TEXT))
def test_half_of_a_surrogate_pair_becomes_one_replacement_character(texts: list[str]) -> None:
    body = json.dumps(texts).encode()

    read: object = msgspec.json.decode(json_body(body, "application/json").text)

    # UTF-16 joins two halves that meet, as JSON does.
    whole = [t.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for t in texts]
    assert read == whole


def test_a_body_of_whole_characters_is_kept_byte_for_byte() -> None:
    body = rb'[ {"Notes": "\ud83d\ude00 \\ud83d \u00e9"} ]'

    assert json_body(body, "application/json").text == body


@pytest.mark.parametrize(
    ("body", "items"),
    [
        (b' [{"ID": 1},[],"a" ]', [b'{"ID": 1}', b"[]", b'"a"']),
        (b"[]", []),
        (rb'["\ud83d"]', [rb'"\ufffd"']),
        (b'{"ID": [1]}', None),
        (b'"text"', None),
    ],
)
def test_an_array_comes_with_its_items_as_their_own_bytes(
    body: bytes, items: list[bytes] | None
) -> None:
    found = json_body(body, "application/json").items
    assert (None if found is None else [bytes(item) for item in found]) == items


def test_a_body_that_is_broken_besides_stays_broken() -> None:
    with pytest.raises(Undecodable, match="invalid_json"):
        json_body(rb'[{"Notes": "\ud83d"', "application/json")
