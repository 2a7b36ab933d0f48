"""Trying quarantined rows again: with the code and settings of now, without the source."""

from typing import Any

import pytest
from msgspec.structs import replace

from claw.core.errors import NotFound, Refused
from claw.engine.quarantine import Retried
from claw.ports.connector import Bundle, MapEnv, MapResult
from claw.store.tenancy import Pool
from claw_testing.operations import ME, operations, second_connection
from claw_testing.scripted_connector import ScriptedConnector
from claw_testing.sync_world import World, new_world


class Mended(ScriptedConnector):
    """The connector of the next release: it reads rows that are broken."""

    def map(self, bundle: Bundle, env: MapEnv) -> MapResult:
        body = bundle.primary.body.replace(b'"broken": true', b'"broken": false')
        return super().map(replace(bundle, primary=replace(bundle.primary, body=body)), env)


@pytest.fixture
async def world(pool: Pool) -> World:
    made = await new_world(pool)
    made.vendor.visit(1, "2026-11-25T01:00", broken=True)
    made.vendor.visit(2, "2026-11-25T02:00", broken=True, explode=True)
    made.vendor.visit(3, "2026-11-25T03:00")
    await made.sync()
    made.vendor.log.clear()
    return made


async def retry(world: World, **wanted: Any) -> list[Retried]:
    return [*await operations(world).quarantine.retry(world.tenant, actor=ME, **wanted)]


async def waiting(world: World) -> list[tuple[str, str]]:
    rows = await world.service().quarantined(world.tenant)
    return [(row.source_id, row.code) for _, row in rows]


async def test_a_better_connector_releases_what_it_can_read(world: World):
    world.connector = Mended()
    (done,) = await retry(world)
    assert (done.connection, done.remapped.rows, done.released) == ("field", 2, 1)
    assert await waiting(world) == [("visit:2", "mapping_failed")], "and says what is wrong now"
    assert (await world.visit(1))["status"] == "confirmed"
    assert world.vendor.log == []


async def test_what_still_cannot_be_read_stays_since_when_it_did(world: World):
    ((_, before), _) = await world.service().quarantined(world.tenant)
    world.clock.pass_minutes(60)
    (done,) = await retry(world)
    assert done.released == 0
    ((_, after), _) = await world.service().quarantined(world.tenant)
    assert after == before


async def test_a_released_row_is_seen_by_the_next_sync_as_it_is(world: World):
    world.connector = Mended()
    await retry(world)
    counts = await world.counts()
    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 2)


async def test_only_the_connection_asked_for_is_tried(world: World):
    await second_connection(world)
    await world.sync()
    world.connector = Mended()
    assert [one.connection for one in await retry(world, connection="rooms")] == ["rooms"]
    assert {row[0].name for row in await world.service().quarantined(world.tenant)} == {
        "field",
        "rooms",
    }
    assert [one.connection for one in await retry(world)] == ["field", "rooms"]


async def test_it_is_audited_and_an_empty_quarantine_is_not(world: World):
    ops = operations(world)
    await retry(world)
    assert await ops.audited() == [
        (ME, "quarantine.retry", "field", {"rows": "2", "released": "0"}),
    ]
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute("delete from claw.quarantine")
    assert await retry(world) == []
    assert len(await ops.audited()) == 1


async def test_it_waits_for_no_sync_and_knows_its_connections(world: World):
    async def now() -> None:
        with pytest.raises(Refused) as refused:
            await retry(world)
        assert refused.value.code == "sync_running"
        world.vendor.log.append("refused")

    world.vendor.pauses["/visits?"] = now
    await world.sync()
    assert "refused" in world.vendor.log
    with pytest.raises(NotFound):
        await retry(world, connection="nowhere")
