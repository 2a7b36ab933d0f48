"""Changing a connection's settings: what is stored follows, without asking the source."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from claw.core.errors import InvalidInput, Refused
from claw.ports.connection_store import Connection
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase, TenantStores
from claw_testing.operations import ME, operations, settled_world
from claw_testing.sync_world import World


@pytest.fixture
async def world(pool: Pool) -> World:
    made = await settled_world(pool)
    made.vendor.customer(7, "Kim", "0412 345 678")
    made.vendor.visit(1, "2026-11-25T01:00", customer=7)
    made.vendor.visit(2, "2026-11-26T01:00")
    await made.sync()
    made.vendor.log.clear()
    return made


async def stored(world: World) -> Connection:
    return await operations(world).connections.get(world.tenant, "field")


async def statuses(world: World) -> list[str]:
    return [line["status"] for line in await world.lines() if line["type"] == "appointment"]


async def test_a_changed_mapping_changes_what_is_stored_without_a_request(world: World):
    done = await operations(world).settings.change(
        world.tenant, "field", {"status": "tentative"}, actor=ME
    )
    assert await statuses(world) == ["tentative", "tentative"]
    assert world.vendor.log == []
    assert done.changed == ("status",)
    assert done.remapped is not None
    assert (done.remapped.rows, done.remapped.changed) == (2, 2)
    assert (await stored(world)).settings == {"status": "tentative"}


async def test_the_next_sync_agrees_with_what_was_mapped_again(world: World):
    await operations(world).settings.change(
        world.tenant, "field", {"status": "tentative"}, actor=ME
    )
    before = await world.visible()
    counts = await world.counts()
    assert (counts.changed, counts.unchanged) == (0, 3)
    after = await world.visible()
    assert after["record_current"] == before["record_current"]


async def test_a_setting_goes_back_to_its_default_and_the_records_with_it(world: World):
    change = operations(world).settings.change
    before = await world.visible()
    await change(world.tenant, "field", {"status": "tentative"}, actor=ME)
    done = await change(world.tenant, "field", {}, unset=["status"], actor=ME)
    assert done.connection.settings == {}
    assert await statuses(world) == ["confirmed", "confirmed"]
    assert (await world.visible())["bundle_part"] == before["bundle_part"]


async def test_what_a_person_leaves_out_is_gone_and_returns_when_it_is_read(world: World):
    change = operations(world).settings.change
    done = await change(world.tenant, "field", {"leave_out": "visit 1"}, actor=ME)
    assert done.remapped is not None
    assert done.remapped.gone == 1
    assert await world.gone() == ["field/visit:1"]
    await change(world.tenant, "field", {}, unset=["leave_out"], actor=ME)
    assert await world.gone() == ["field/visit:1"], "the source may have dropped it meanwhile"
    assert (await world.counts()).returned == 1
    assert await world.gone() == []


async def test_what_the_source_dropped_stays_gone_when_it_is_mapped_again(world: World):
    del world.vendor.visits[1]
    await world.sync()
    await operations(world).settings.change(world.tenant, "field", {"status": "unknown"}, actor=ME)
    assert await world.gone() == ["field/visit:1"]


async def test_a_part_that_is_old_is_still_old_after_mapping_again(world: World):
    from claw.ports.connector_errors import Transient

    world.vendor.faults["/customers/7"] = Transient("no answer", cause="unreachable")
    await world.sync()
    assert "stale_enrichment" in (await world.visit(1))["flags"]
    await operations(world).settings.change(world.tenant, "field", {"status": "unknown"}, actor=ME)
    visit = await world.visit(1)
    assert "stale_enrichment" in visit["flags"]
    assert visit["contact"]["name"] == "Kim"


async def test_a_setting_of_the_reading_maps_nothing_again(world: World):
    done = await operations(world).settings.change(world.tenant, "field", {"rate": "3"}, actor=ME)
    assert (done.changed, done.remapped) == (("rate",), None)
    # The connector of these tests fails where mapping sees such a setting.
    assert (await world.counts()).quarantined == 0


async def test_the_same_value_again_changes_nothing_and_is_not_audited(world: World):
    ops = operations(world)
    await ops.settings.change(world.tenant, "field", {"rate": "3"}, actor=ME)
    again = await ops.settings.change(world.tenant, "field", {"rate": "3"}, actor=ME)
    assert again.changed == ()
    assert [action for _, action, _, _ in await ops.audited()] == ["connection.set"]


async def test_who_changed_which_setting_is_audited_without_the_value(world: World):
    ops = operations(world)
    await ops.settings.change(world.tenant, "field", {"rate": "3", "status": "unknown"}, actor=ME)
    assert await ops.audited() == [
        (ME, "connection.set", "field", {"settings": "rate, status"}),
    ]


@pytest.mark.parametrize("field", ["company", "base_url"])
async def test_another_account_is_refused_once_something_was_read(world: World, field: str):
    with pytest.raises(Refused) as refused:
        await operations(world).settings.change(
            world.tenant, "field", {field: "https://b.example"}, actor=ME
        )
    assert (refused.value.code, refused.value.field) == ("account_changed", field)
    assert "claw connection add" in (refused.value.hint or "")
    assert (await stored(world)).settings == {}


async def test_another_account_is_fine_before_anything_was_read(pool: Pool):
    world = await settled_world(pool)
    done = await operations(world).settings.change(
        world.tenant, "field", {"company": "2", "base_url": "https://b.example"}, actor=ME
    )
    assert done.changed == ("base_url", "company")


async def test_the_same_account_may_move_to_another_address_and_no_further(world: World):
    change = operations(world).settings.change
    done = await change(
        world.tenant, "field", {"base_url": "https://b.example"}, actor=ME, moved=True
    )
    assert done.changed == ("base_url",)
    ((_, _, _, detail),) = await operations(world).audited()
    assert detail == {"settings": "base_url", "moved": "yes"}
    with pytest.raises(Refused):
        await change(world.tenant, "field", {"company": "2"}, actor=ME, moved=True)


async def test_while_a_sync_maps_with_the_old_settings_none_change(world: World):
    ops = operations(world)

    async def change_now() -> None:
        with pytest.raises(Refused) as refused:
            await ops.settings.change(world.tenant, "field", {"status": "unknown"}, actor=ME)
        assert refused.value.code == "sync_running"
        world.vendor.log.append("refused")

    world.vendor.pauses["/visits?"] = change_now
    await world.sync()
    assert "refused" in world.vendor.log
    assert (await stored(world)).settings == {}
    assert await statuses(world) == ["confirmed", "confirmed"]


@pytest.mark.parametrize(
    ("changes", "unset"), [({}, ["nosuch"]), ({"status": "unknown"}, ["status"])]
)
async def test_what_cannot_be_unset_is_named(
    world: World, changes: dict[str, str], unset: list[str]
):
    with pytest.raises(InvalidInput) as refused:
        await operations(world).settings.change(
            world.tenant, "field", changes, unset=unset, actor=ME
        )
    assert refused.value.field == unset[0]


async def test_mapping_that_fails_half_way_changes_nothing(world: World):
    async with world.pool.tenant(world.tenant.tenant_id) as tx:
        await tx.execute("delete from claw.raw_current where source_id = 'customer:7'")
    before = await world.visible()
    broken = world.connector.map

    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    world.connector.map = fails  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        await operations(world).settings.change(
            world.tenant, "field", {"status": "unknown"}, actor=ME
        )
    world.connector.map = broken  # type: ignore[method-assign]
    assert await world.visible() == before
    assert (await stored(world)).settings == {}


async def test_many_rows_are_mapped_in_one_go(pool: Pool):
    world = await settled_world(pool)
    for number in range(1, 603):
        world.vendor.visit(number, f"2026-11-25T{number % 10:02}:00")
    await world.sync("2026-11-25", "2026-11-26")
    async with PostgresDatabase(pool).tenant(world.tenant.tenant_id) as uow:
        ids = await uow.raws.primaries(world.connection.connection_id, "visits")
    done = await operations(world).settings.change(
        world.tenant, "field", {"status": "unknown"}, actor=ME
    )
    assert done.remapped is not None
    assert done.remapped.rows == done.remapped.changed == len(ids) == 602


@pytest.mark.parametrize("setting", ["rate", "status"])
async def test_two_people_at_once_do_not_undo_each_other(world: World, setting: str):
    class Beaten(PostgresDatabase):
        """Somebody else sets something between looking and writing."""

        looked = 0

        @asynccontextmanager
        async def tenant(self, tenant_id: UUID) -> AsyncGenerator[TenantStores]:
            self.looked += 1
            if self.looked == 3:
                await operations(world).settings.change(
                    world.tenant, "field", {"rate": "9"}, actor="cli:other"
                )
            async with super().tenant(tenant_id) as uow:
                yield uow

    mine = operations(world, Beaten(world.pool)).settings
    with pytest.raises(Refused) as refused:
        await mine.change(world.tenant, "field", {setting: "unknown"}, actor=ME)
    assert refused.value.code == "settings_changed"
    assert (await stored(world)).settings == {"rate": "9"}
    assert await statuses(world) == ["confirmed", "confirmed"]
