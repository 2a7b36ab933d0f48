"""Verticals are data: one TOML text each."""

from importlib import resources

import pytest

from claw.core.errors import InvalidInput
from claw.core.verticals import VIEWS, pack_hash, parse_pack

PHYSIO = """
name = "physio"

[vocabulary]
appointment = { one = "session", many = "sessions" }
resource = { one = "physiotherapist", many = "physiotherapists" }
resource_short = { one = "physio", many = "physios" }
customer = { one = "patient", many = "patients" }

[thresholds]
idle_gap_minutes = 45
most_actions = 5

[blocks]
owner = ["needs_action", "people"]
dispatcher = ["needs_action", "schedule"]
staff = ["schedule"]
"""


def test_a_vertical_is_added_as_one_text():
    pack = parse_pack(PHYSIO.encode())

    assert pack.name == "physio"
    assert pack.vocabulary.appointment.counted(1) == "1 session"
    assert pack.vocabulary.appointment.counted(0) == "0 sessions"
    assert pack.thresholds.idle_gap_minutes == 45
    assert pack.blocks["dispatcher"] == ("needs_action", "schedule")


@pytest.mark.parametrize("name", ["trades", "salon", "generic"])
def test_each_shipped_vertical_reads_and_shows_no_block_twice(name):
    data = resources.files("claw.core.verticals").joinpath(f"{name}.toml").read_bytes()
    pack = parse_pack(data)

    assert pack.name == name
    for view in VIEWS:
        assert pack.blocks[view]
        assert len(set(pack.blocks[view])) == len(pack.blocks[view])


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("idle_gap_minutes = 45", "idle_gap_minutes = 'long'", "idle_gap_minutes"),
        ("idle_gap_minutes = 45", "idle_gap_minuets = 45", "idle_gap_minu"),
        ("most_actions = 5", "", "most_actions"),
        ('"people"', '"peeple"', "peeple"),
        ('staff = ["schedule"]', "", "staff"),
        ('staff = ["schedule"]', 'stuff = ["schedule"]', "stuff"),
        ('name = "physio"', "name = ", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_vertical_is_named(right, wrong, named):
    assert right in PHYSIO
    with pytest.raises(InvalidInput) as refused:
        parse_pack(PHYSIO.replace(right, wrong).encode())
    assert named in f"{refused.value.field} {refused.value.message}"


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(InvalidInput):
        parse_pack(b"\xff\xfe")


def test_the_hash_follows_the_meaning_and_not_the_layout_of_the_file():
    pack = parse_pack(PHYSIO.encode())
    swapped = PHYSIO.replace(
        "idle_gap_minutes = 45\nmost_actions = 5", "most_actions=5 # few\nidle_gap_minutes=45"
    )

    assert pack_hash(parse_pack(swapped.encode())) == pack_hash(pack)
    assert pack_hash(parse_pack(PHYSIO.replace("45", "46").encode())) != pack_hash(pack)
