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
from claw.core.model.normalise import store_form
from claw.core.model.records import Appointment, Record, Segment, type_of
from claw.core.model.reference import Ref
from claw.core.model.versions import released_versions
from claw.core.summaries.document import SummaryDocument, SummaryInputs, summary_id
from claw.core.verticals import VerticalPack
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.ports.connection_store import Connection
from claw.ports.record_store import CurrentRecord
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.holidays import PackagedHolidays
from claw_testing.bayside import block_of, job, lines_of, pack, person
from claw_testing.sync_world import NOW, OneConnector, World, new_world
from claw_testing.two_streams import VisitsFail, two_streams

# 07:00 on Wednesday 25 November 2026 in Sydney, when the tests begin.
TODAY = date(2026, 11, 25)
ONE = job("1", "25 09:00", "25 10:00", customer=None, place=None)
MORNING, NOON = "2026-11-24T22:00", "2026-11-25T01:00"


def snapshots(world: World) -> SnapshotService:
    return SnapshotService(
        db=PostgresDatabase(world.pool),
        clock=world.clock,
        catalog=OneConnector(world.connector),
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
        holidays=PackagedHolidays(),
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


async def test_a_day_whose_appointments_were_never_read_is_not_told_as_empty(pool: Pool):
    world = await new_world(pool, connector=VisitsFail(two_streams()))
    await world.sync()
    await take(world)
    with pytest.raises(NotFound) as refused:
        await tell(world)
    assert refused.value.code == "day_never_read"


async def test_a_row_that_cannot_be_read_any_more_is_told_on_its_own_date_alone(world: World, told):
    world.vendor.visits[1]["broken"] = True
    await world.sync()
    await take(world)
    today, tomorrow = await tell(world), await tell(world, day=TODAY + timedelta(days=1))
    assert today.headline.appointments == 2
    (banner,) = today.banners
    assert banner.startswith("1 row of field cannot be read any more: the last version")
    assert not tomorrow.banners


async def test_a_row_that_never_could_be_read_may_be_of_any_date(world: World):
    world.vendor.visit(1, MORNING, broken=True)
    await world.sync()
    await take(world)
    for day in (TODAY, TODAY + timedelta(days=1)):
        assert list((await tell(world, day=day)).banners) == [
            "1 row of field cannot be read and may be missing here (see `claw quarantine list`)"
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


async def test_tomorrow_asked_the_evening_before_is_compared_with_the_snapshot_before(world: World):
    world.vendor.visit(1, NOON)
    await world.sync()
    first = await take(world)
    world.vendor.visit(2, NOON)
    await world.sync()
    second = await take(world)
    found = await tell(world, day=date(2026, 11, 26))
    assert (found.snapshot, found.previous) == (second, first)


async def test_a_snapshot_of_other_dates_changes_nothing_about_today(world: World, told):
    far = {"first": date(2026, 12, 20), "last": date(2026, 12, 22)}
    await world.sync("2026-12-20", "2026-12-22")
    of_far = await take(world, **far)
    assert (await tell(world)).snapshot == told.snapshot
    assert (await tell(world, day=far["first"])).snapshot == of_far


async def test_a_day_is_compared_with_the_last_snapshot_that_held_it(world: World):
    world.clock.instant = NOW - timedelta(hours=10)
    await world.sync()
    evening = await take(world)
    await world.sync("2026-12-20", "2026-12-20")
    await take(world, first=date(2026, 12, 20), last=date(2026, 12, 20))
    world.clock.instant = NOW
    await world.sync()
    await take(world)
    assert (await tell(world)).previous == evening


async def test_a_day_that_was_read_but_is_in_no_snapshot_is_asked_for(world: World, told):
    await world.sync("2026-12-20", "2026-12-20")
    with pytest.raises(NotFound) as refused:
        await tell(world, day=date(2026, 12, 20))
    assert refused.value.code == "no_snapshot"
    assert "claw snapshot take" in (refused.value.hint or "")
    assert "--from 2026-12-20 --to 2026-12-20" in (refused.value.hint or "")


async def test_a_pinned_snapshot_of_other_dates_is_not_said_to_be_unread(world: World, told):
    with pytest.raises(NotFound) as refused:
        await tell(world, day=date(2026, 12, 20), snapshot=told.snapshot)
    assert refused.value.code == "no_snapshot"
    assert "does not hold 2026-12-20" in refused.value.message


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


async def test_a_record_that_is_no_longer_there_makes_it_not_replayable(
    world: World, told, owner: Pool
):
    async with owner.tenant(world.tenant.tenant_id) as tx:
        await tx.execute("alter table claw.snapshot_node no force row level security")
        await tx.execute(
            "delete from claw.snapshot_node where tenant_id = $1 and kind = 'part'",
            world.tenant.tenant_id,
        )
        await tx.execute("alter table claw.snapshot_node force row level security")
    verified = await summaries(world).verify(world.tenant, told.id)
    assert (verified.outcome, verified.reason) == ("not replayable", "input expired")


async def test_staff_are_named_by_reference_or_by_a_name_that_only_one_has(world: World, told):
    names = {1: "Lee Nguyen", 2: "Sam Okafor", 3: "Sam Okafor"}
    people = [person(Ref(f"field/employee:{n}"), name) for n, name in names.items()]
    works = [replace(ONE, ref=Ref(f"field/visit:9{n}"), segments=_by(n)) for n in names]
    await _keep(world, *people, *works)
    await take(world)
    for named in ("field/employee:1", "Lee Nguyen", "lee nguyen"):
        found = await tell(world, view="staff", audience=named)
        assert (found.for_, found.for_name) == (people[0].ref, "Lee Nguyen")
        assert found.headline.appointments == 1
    assert (await tell(world, view="staff", audience="field/employee:3")).for_ == people[2].ref
    with pytest.raises(InvalidInput, match="several"):
        await tell(world, view="staff", audience="Sam Okafor")


async def test_the_beginning_of_several_names_is_refused(world: World, told):
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        (kept,) = await uow.summaries.find(told.id)
        twin = told.id[:-1] + ("0" if told.id[-1] != "0" else "1")
        await uow.summaries.put(replace(kept, summary_id=twin))
    with pytest.raises(InvalidInput) as refused:
        await summaries(world).verify(world.tenant, told.id[:-1])
    assert refused.value.code == "id_ambiguous"
    assert (await summaries(world).verify(world.tenant, told.id)).outcome == "identical"


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


def _by(employee: int) -> tuple[Segment, ...]:
    ref = Ref(f"field/employee:{employee}")
    return (Segment(starts_at=ONE.starts_at, ends_at=ONE.ends_at, resource=ref),)


async def _keep(world: World, *records: Record) -> None:
    """Make records current without a source that could send them."""
    forms = {record.ref: store_form(record) for record in records}
    now = world.clock.now()
    async with PostgresDatabase(world.pool).tenant(world.tenant.tenant_id) as uow:
        await uow.records.put_blobs({f.content_hash: f.canonical for f in forms.values()})
        await uow.records.put_current(
            [
                CurrentRecord(
                    ref=record.ref,
                    connection_id=world.connection.connection_id,
                    stream="visits",
                    type=type_of(record),
                    primary_id=None,
                    content_hash=forms[record.ref].content_hash,
                    starts_at=record.starts_at if isinstance(record, Appointment) else None,
                    local_date=TODAY if isinstance(record, Appointment) else None,
                    source_updated_at=None,
                    source_url=None,
                    stale_enrichment=False,
                    gone=False,
                    absences=0,
                    first_seen_at=now,
                    changed_at=now,
                )
                for record in records
            ]
        )
