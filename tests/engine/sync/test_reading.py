"""Reading a window: what it brings, what a second read of it does, what a failure leaves."""

import pytest

from claw.ports.connector_errors import Transient
from claw_testing.edge import edge
from claw_testing.sync_world import World


@pytest.fixture
def schedule(world: World) -> World:
    """Seven visits over three days, which is three pages; one customer has two of them."""
    world.vendor.customer(1, "Ada", "0412 345 678")
    for number in range(1, 8):
        day = 24 + number % 3
        more = {"customer": 1} if number in (2, 5) else {}
        world.vendor.visit(number, f"2026-11-{day}T0{number}:00", **more)
    return world


async def test_a_sync_reads_every_row_of_the_window_and_its_linked_records(schedule: World):
    counts = await schedule.counts()
    assert (counts.read, counts.mapped, counts.added) == (7, 7, 8)
    lines = await schedule.lines()
    assert [line["type"] for line in lines] == ["appointment"] * 7 + ["customer"]
    starts = [line["starts_at"] for line in lines[:7]]
    assert starts == sorted(starts)
    assert all(line["schema"] == "claw.schedule/1" for line in lines)


@edge("time:55")
async def test_a_second_sync_adds_nothing_and_changes_nothing(schedule: World):
    await schedule.sync()
    before = await schedule.lines(raw=True)
    counts = await schedule.counts()
    assert (counts.added, counts.changed, counts.gone, counts.returned) == (0, 0, 0, 0)
    assert counts.unchanged == 8
    assert await schedule.lines(raw=True) == before


async def test_a_row_outside_the_window_is_not_read(schedule: World):
    schedule.vendor.visit(9, "2027-01-25T01:00")
    assert (await schedule.counts()).read == 7


async def test_a_failed_slice_leaves_the_last_good_state_byte_for_byte(schedule: World):
    await schedule.sync()
    before = await schedule.visible()
    del schedule.vendor.visits[1]
    schedule.vendor.visit(2, "2026-11-26T02:30")
    schedule.vendor.faults["page=3"] = Transient("no answer", cause="unreachable")
    report = await schedule.sync()
    assert report.connections[0].status == "failed"
    assert report.connections[0].error.code == "transient"
    assert await schedule.visible() == before


async def test_after_a_failed_read_the_next_one_makes_good(schedule: World):
    schedule.vendor.faults["page=2"] = Transient("no answer", cause="unreachable")
    await schedule.sync()
    assert await schedule.lines() == []
    schedule.vendor.faults.clear()
    assert (await schedule.counts()).added == 8


@pytest.mark.parametrize("breach", ["never_covers", "counts_wrong", "covers_less", "covers_twice"])
async def test_a_connector_that_breaks_the_contract_changes_nothing(schedule: World, breach: str):
    await schedule.sync()
    before = await schedule.visible()
    schedule.vendor.visits.clear()
    schedule.connector.breach = breach
    report = await schedule.sync()
    assert report.connections[0].error.code == "connector_bug"
    assert await schedule.visible() == before


async def test_what_the_field_reported_is_printed_with_when_it_was_first_seen(world: World):
    entry = {"id": "log:1", "state": "on_site", "at": "2026-11-24T19:30:00+00:00"}
    world.vendor.visit(1, "2026-11-25T01:00", progress=[entry])
    await world.sync()
    seen = (await world.visit(1))["progress"][0]["seen_at"]
    assert seen == "2026-11-24T20:01:00Z"
    await world.sync()
    assert (await world.visit(1))["progress"][0]["seen_at"] == seen


@edge("time:56")
async def test_what_is_volatile_is_shown_and_not_hashed(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    assert (await world.visit(1))["source_url"] == "https://scripted.example/visits/1"
    stored = "".join((await world.visible())["record_blob"])
    assert b"scripted.example".hex() not in stored
