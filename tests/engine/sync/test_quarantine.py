"""Rows that cannot be mapped: kept raw and shown, and never in the way of the others."""

from random import Random
from string import ascii_letters

import pytest

from claw.ports.connector import Bundle, MapEnv, MapResult, Quarantined
from claw.store.tenancy import Pool
from claw_testing.scripted_connector import ScriptedConnector, scripted_manifest
from claw_testing.sync_world import World, new_world

# Random, so that it does not shrink: a key of PostgreSQL takes less.
NO_NAME = "".join(Random(1).choices(ascii_letters, k=6000))

BAD = {
    "broken": ({"broken": True}, "start_unreadable"),
    "raises": ({"explode": True}, "mapping_failed"),
    "maps to nothing": ({"empty": True}, "not_canonical"),
    "another connection's": ({"connection": "other"}, "not_canonical"),
    "no such zone": ({"zone": "Mars/Olympus"}, "not_canonical"),
    "no such status": ({"status": "postponed"}, "not_canonical"),
    "ends first": ({"end": "2026-11-25T00:00:00+00:00"}, "not_canonical"),
    "no zone at all": ({"end": "2026-11-25T03:00:00"}, "not_canonical"),
    "no end in sight": ({"end": "9999-12-31T23:59:59+00:00"}, "not_canonical"),
    "an end that has no UTC": ({"end": "9999-12-31T23:59:59-12:00"}, "not_canonical"),
    "reported long ago": (
        {"progress": [{"state": "on_site", "at": "0001-01-01T00:00:00+00:00", "id": "1"}]},
        "not_canonical",
    ),
    "evidence that is no name": (
        {"progress": [{"state": "on_site", "at": "2026-11-25T02:10:00+00:00", "id": NO_NAME}]},
        "not_canonical",
    ),
}


async def codes(world: World) -> list[tuple[str, str]]:
    rows = await world.service().quarantined(world.tenant)
    return [(row.source_id, row.code) for _, row in rows]


@pytest.mark.parametrize("kind", BAD)
async def test_one_bad_row_is_held_back_and_the_others_are_read(world: World, kind: str):
    more, code = BAD[kind]
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.visit(2, "2026-11-25T02:00", **more)
    counts = await world.counts()
    assert (counts.read, counts.mapped, counts.quarantined, counts.added) == (2, 1, 1, 1)
    assert await codes(world) == [("visit:2", code)]


async def test_what_is_held_back_never_quotes_the_row(world: World):
    world.vendor.visit(1, "2026-11-25T01:00", explode=True, status="secret-of-ada")
    world.vendor.visit(2, "2026-11-25T02:00", status="secret-of-ada")
    await world.sync()
    rows = await world.service().quarantined(world.tenant)
    assert len(rows) == 2
    assert "secret" not in "".join(row.detail + row.path for _, row in rows)


async def test_a_row_that_goes_bad_keeps_its_last_good_record(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    before = await world.visit(1)
    world.vendor.visits[1]["broken"] = True
    counts = await world.counts()
    assert (counts.quarantined, counts.gone) == (1, 0)
    assert await world.visit(1) == before


async def test_a_mended_row_leaves_quarantine(world: World):
    world.vendor.visit(1, "2026-11-25T01:00", broken=True)
    await world.sync()
    world.vendor.visit(1, "2026-11-25T01:00")
    assert (await world.counts()).added == 1
    assert await codes(world) == []


async def test_what_a_connector_says_of_a_bad_row_may_be_no_text_of_a_database(pool: Pool):
    class Hostile(ScriptedConnector):
        def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
            return Quarantined(code="odd", path="a\x00b", detail="half a \ud83d")

    world = await new_world(pool, connector=Hostile())
    world.vendor.visit(1, "2026-11-25T01:00")
    assert (await world.counts()).quarantined == 1
    ((_, row),) = await world.service().quarantined(world.tenant)
    assert row.path == "a\ufffdb"


async def test_since_when_a_row_is_bad_stays(world: World):
    world.vendor.visit(1, "2026-11-25T01:00", broken=True)
    await world.sync()
    ((_, first),) = await world.service().quarantined(world.tenant)
    world.vendor.visits[1]["title"] = "still bad"
    await world.sync()
    ((_, second),) = await world.service().quarantined(world.tenant)
    assert second.since == first.since
    assert second.raw_hash != first.raw_hash


async def test_a_bad_row_that_the_source_deletes_leaves_quarantine(world: World):
    world.vendor.visit(1, "2026-11-25T01:00", broken=True)
    await world.sync()
    world.vendor.visits.clear()
    await world.sync()
    assert await codes(world) == []


async def test_a_bad_row_whose_record_is_gone_leaves_quarantine(pool: Pool):
    connector = ScriptedConnector(scripted_manifest(modes=("window",)))
    world = await new_world(pool, connector=connector)
    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    world.vendor.visits[1]["broken"] = True
    await world.sync()
    world.vendor.visits.clear()
    assert (await world.counts()).gone == 1
    assert await codes(world) == []


async def test_a_bad_row_that_moved_away_is_still_held_back(world: World):
    world.vendor.visit(1, "2026-11-25T01:00", broken=True)
    await world.sync()
    world.vendor.visit(1, "2027-03-01T01:00", broken=True)
    counts = await world.counts()
    assert (counts.read, counts.quarantined) == (1, 1)
    assert await codes(world) == [("visit:1", "start_unreadable")]


async def test_counts_of_rows_add_up(world: World):
    for number, more in enumerate(({}, {"skip": True}, {"broken": True}, {}, {"empty": True}), 1):
        world.vendor.visit(number, f"2026-11-25T0{number}:00", **more)
    counts = await world.counts()
    assert (counts.mapped, counts.skipped, counts.quarantined) == (2, 1, 2)
    assert counts.read == counts.mapped + counts.skipped + counts.quarantined
