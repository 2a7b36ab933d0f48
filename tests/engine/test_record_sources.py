"""What is said beside a list of records: never an empty list for what nobody read."""

from collections.abc import Sequence
from datetime import date

import pytest

from claw.core.errors import NotFound
from claw.core.snapshots.content import SnapshotSource
from claw.engine.record_sources import RecordSources
from claw.ports.connector_errors import Transient
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.sync_world import OneConnector, World


async def sources(world: World, **wanted: object) -> Sequence[SnapshotSource]:
    db, catalog = PostgresDatabase(world.pool), OneConnector(world.connector)
    return await RecordSources(db=db, clock=world.clock, catalog=catalog).of(world.tenant, **wanted)


async def test_where_nothing_was_ever_read_nobody_knows_that_there_is_nothing(world: World):
    world.vendor.faults["/visits?"] = Transient("no answer", cause="unreachable")
    await world.sync()
    with pytest.raises(NotFound) as refused:
        await sources(world)
    assert refused.value.code == "nothing_read"


async def test_what_was_read_whole_is_complete_even_when_it_holds_nothing(world: World):
    await world.sync()
    assert [source.complete for source in await sources(world)] == [True]
    assert await sources(world, connection="field") == await sources(world)


async def test_dates_that_were_not_read_are_said_to_be_missing(world: World):
    await world.sync("2026-11-25", "2026-11-25")
    (source,) = await sources(world)
    assert (source.complete, source.note) == (False, "15 of 16 days were never read completely")
    (source,) = await sources(world, first=date(2026, 11, 25), last=date(2026, 11, 25))
    assert source.complete
