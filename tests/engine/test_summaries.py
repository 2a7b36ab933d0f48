"""Summaries on a real database: from the newest snapshot, kept, and made again."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from claw.core.errors import CheckFailed, InvalidInput, NotFound
from claw.core.model.canonical import canonical_bytes, short_hash
from claw.core.model.versions import released_versions
from claw.core.summaries.document import SummaryDocument, SummaryInputs, summary_id
from claw.core.verticals import VerticalPack
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.ports.connection_store import Connection
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.bayside import block_of, lines_of, pack
from claw_testing.sync_world import NOW, World, new_world

# 07:00 on Wednesday 25 November 2026 in Sydney, when the tests begin.
TODAY = date(2026, 11, 25)
MORNING, NOON = "2026-11-24T22:00", "2026-11-25T01:00"


def snapshots(world: World) -> SnapshotService:
    return SnapshotService(
        db=PostgresDatabase(world.pool),
        clock=world.clock,
        versions=released_versions(),
        tzdata_version="2026f",
    )


def summaries(
    world: World, words: VerticalPack | None = None, tzdata: str = "2026f"
) -> SummaryService:
    return SummaryService(
        db=PostgresDatabase(world.pool),
        clock=world.clock,
        snapshots=snapshots(world),
        verticals={"trades": words or pack()},
        tzdata_version=tzdata,
    )


async def take(world: World, **dates: date) -> str:
    world.clock.pass_minutes(1)
    return (await snapshots(world).take(world.tenant, **dates)).id


async def tell(world: World, **wanted: Any) -> SummaryDocument:
    return await summaries(world).summarise(world.tenant, **wanted)


@pytest.fixture
async def told(world: World) -> SummaryDocument:
    """Two visits of today, synced, kept and told."""
    world.vendor.customer(7, "Kim", "0412 345 678")
    world.vendor.visit(1, MORNING, customer=7)
    world.vendor.visit(2, NOON)
    await world.sync()
    await take(world)
    return await tell(world)


async def test_today_is_the_tenants_today_and_the_newest_snapshot_is_told(world: World, told):
    assert told.date == TODAY
    assert (told.headline.appointments, told.headline.first) == (2, "9:00 am")
    world.vendor.visit(3, NOON)
    await world.sync()
    assert (await tell(world)).headline.appointments == 2, "a summary takes no snapshot"
    newest = await take(world)
    later = await tell(world)
    assert (later.headline.appointments, later.snapshot) == (3, newest)
    assert not later.degraded


async def test_without_a_snapshot_there_is_no_empty_day(world: World):
    await world.sync()
    with pytest.raises(NotFound) as refused:
        await tell(world)
    assert refused.value.code == "no_snapshot"
    assert refused.value.hint is not None
    assert "claw snapshot take" in refused.value.hint


async def test_a_day_that_nobody_read_is_not_told_as_empty(world: World, told):
    with pytest.raises(NotFound) as refused:
        await tell(world, day=date(2027, 3, 1))
    assert refused.value.code == "day_never_read"
    assert refused.value.hint is not None
    assert "claw sync --from 2027-03-01" in refused.value.hint


async def test_when_one_of_two_sources_was_read_its_counts_stand_under_a_banner(world: World):
    world.vendor.visit(1, MORNING)
    await world.sync()
    other = Connection(
        connection_id=UUID(int=7),
        name="rooms",
        connector="scripted",
        settings={},
        status="paused",
        paused_reason="by hand",
        facts=None,
        created_at=NOW,
    )
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.connections.add(other)
    await take(world)
    found = await tell(world)
    assert found.degraded
    assert found.headline.appointments == 1
    assert found.banners == (
        "rooms was not read completely for this day: what it holds may be missing here",
    )
    assert [(row.connection, row.data_as_of is None) for row in found.data] == [
        ("field", False),
        ("rooms", True),
    ]


async def test_a_snapshot_that_got_old_is_told_under_a_banner(world: World, told):
    world.clock.instant += timedelta(hours=7)
    late = await tell(world)
    assert late.degraded
    assert late.banners == ("field is old: as of Wed 25 Nov 7:01 am",)
    assert late.id != told.id
    assert (await summaries(world).verify(world.tenant, late.id)).outcome == "identical"


async def test_the_same_question_twice_is_one_summary(world: World, told):
    world.clock.pass_minutes(5)
    assert (await tell(world)) == told


async def test_previous_is_the_last_snapshot_before_the_local_day_began(world: World):
    world.vendor.visit(1, MORNING)
    world.clock.instant = NOW - timedelta(hours=10)
    await world.sync()
    evening = await take(world)
    world.clock.instant = NOW
    assert (await tell(world)).previous is UNSET, "the newest is not compared with itself"
    world.vendor.visit(1, NOON)
    await world.sync()
    await take(world)
    world.vendor.visit(2, NOON)
    await world.sync()
    await take(world)
    found = await tell(world)
    assert found.previous == evening
    assert [note for _, _, note in lines_of(found, "changes")] == [
        "3 h later (was 9:00 am)",
        "new",
    ]
    assert block_of(found, "changes").title == "Changed since Tue 24 Nov 9:02 pm"


async def test_a_kept_summary_is_made_again_byte_for_byte(world: World, told):
    world.vendor.visit(2, "2026-11-25T04:00")
    await world.sync()
    await take(world)
    world.clock.instant += timedelta(days=3)
    verified = await summaries(world).verify(world.tenant, short_hash(told.id))
    assert (verified.id, verified.outcome, verified.reason) == (told.id, "identical", UNSET)


async def test_changed_bytes_are_found(world: World, told, owner: Pool):
    await _damage(owner, world, "summary", "document = document || ' '::bytea")
    with pytest.raises(CheckFailed) as found:
        await summaries(world).verify(world.tenant, told.id)
    assert found.value.code == "summary_changed"


async def test_changed_inputs_are_found(world: World, told, owner: Pool):
    await _damage(
        owner,
        world,
        "summary",
        "inputs = convert_to(replace(convert_from(inputs, 'UTF8'), 'owner', 'staff'), 'UTF8')",
    )
    with pytest.raises(CheckFailed) as found:
        await summaries(world).verify(world.tenant, told.id)
    assert found.value.code == "summary_changed"


async def test_a_record_that_was_altered_since_gives_a_different_summary(
    world: World, told, owner: Pool
):
    await _damage(
        owner,
        world,
        "record_blob",
        "canonical = convert_to(replace(convert_from(canonical, 'UTF8'), "
        "'visit 1', 'visit 9'), 'UTF8')",
    )
    with pytest.raises(CheckFailed) as found:
        await summaries(world).verify(world.tenant, told.id)
    assert found.value.code == "summary_different"
    assert found.value.hint is not None
    assert short_hash(told.snapshot) in found.value.hint


async def test_other_words_of_the_vertical_make_it_not_replayable(world: World, told):
    words = replace(pack(), thresholds=replace(pack().thresholds, most_actions=3))
    verified = await summaries(world, words).verify(world.tenant, told.id)
    assert (verified.outcome, verified.reason) == ("not replayable", "input expired")


async def test_a_retired_renderer_makes_it_not_replayable(world: World, told):
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        (kept,) = await uow.summaries.find(told.id)
        inputs = replace(msgspec.json.decode(kept.inputs, type=SummaryInputs), renderer="0")
        old = replace(kept, summary_id=summary_id(inputs), inputs=canonical_bytes(inputs))
        await uow.summaries.put(old)
    verified = await summaries(world).verify(world.tenant, old.summary_id)
    assert (verified.outcome, verified.reason) == ("not replayable", "renderer retired")


async def test_other_zone_data_makes_it_not_replayable(world: World, told):
    verified = await summaries(world, tzdata="2027a").verify(world.tenant, told.id)
    assert (verified.outcome, verified.reason) == ("not replayable", "input expired")


async def test_nobody_has_a_staff_view_and_strangers_are_refused(world: World, told):
    for wanted, field in (
        ({"view": "staff"}, "for"),
        ({"view": "boss"}, "view"),
        ({"audience": "Nobody Known"}, "for"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await tell(world, **wanted)
        assert refused.value.field == field


@pytest.mark.parametrize(
    ("wanted", "error"), [("00000000", NotFound), ("x", InvalidInput), ("", InvalidInput)]
)
async def test_a_name_that_leads_nowhere_says_so(world: World, told, wanted: str, error):
    with pytest.raises(error):
        await summaries(world).verify(world.tenant, wanted)


async def test_another_tenant_sees_nothing_of_it(world: World, told, pool: Pool):
    stranger = await new_world(pool)
    with pytest.raises(NotFound):
        await summaries(stranger).verify(stranger.tenant, told.id)


async def _damage(owner: Pool, world: World, table: str, change: str) -> None:
    """Change rows as only the owner of the tables can, and only with its guards off."""
    async with owner.tenant(world.tenant.tenant_id) as tx:
        await tx.execute(f"alter table claw.{table} no force row level security")
        await tx.execute(
            f"update claw.{table} set {change} where tenant_id = $1", world.tenant.tenant_id
        )
        await tx.execute(f"alter table claw.{table} force row level security")
