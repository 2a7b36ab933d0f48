"""Linked records: kept when they cannot be read, followed when they change."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from claw.engine.records import RecordService
from claw.ports.connector import Bundle, Context, Covered, Page, ReadEvent, ReadRequest
from claw.ports.connector_errors import Forbidden, Transient
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw_testing.scripted_connector import ScriptedConnector, scripted_manifest
from claw_testing.sync_world import World, new_world

UNREADABLE = Transient("no answer", cause="unreachable")
FORBIDDEN = Forbidden("not permitted", scope="customers")


@pytest.fixture
def visits(world: World) -> World:
    """One visit in the default window, one far outside it, both of one customer."""
    world.vendor.customer(1, "Ada", "0412 345 678")
    world.vendor.visit(1, "2026-11-25T01:00", customer=1)
    world.vendor.visit(2, "2027-02-10T01:00", customer=1)
    return world


async def read_both(world: World) -> None:
    await world.sync()
    await world.sync("2027-02-10", "2027-02-10")


def phone(visit: dict[str, Any]) -> str:
    return visit["contact"]["phones"][0]["raw"]


async def test_a_changed_part_changes_a_record_outside_the_window(visits: World):
    await read_both(visits)
    visits.vendor.customer(1, "Ada", "0498 765 432")
    counts = await visits.counts()
    assert counts.read == 1
    assert counts.changed == 3
    assert phone(await visits.visit(2)) == "0498 765 432"


async def test_a_part_that_is_gone_for_good_changes_a_record_outside_the_window(visits: World):
    await read_both(visits)
    del visits.vendor.customers[1]
    await visits.counts()
    for number in (1, 2):
        visit = await visits.visit(number)
        assert visit["flags"] == ["customer_unresolved"]
        assert "contact" not in visit


@pytest.mark.parametrize(("trouble", "status"), [(UNREADABLE, "degraded"), (FORBIDDEN, "ok")])
async def test_a_part_that_cannot_be_read_keeps_its_last_good_version(
    visits: World, trouble: Transient | Forbidden, status: str
):
    await visits.sync()
    content = (await visits.visible())["record_blob"]
    visits.vendor.faults["/customers/1"] = trouble
    report = await visits.sync()
    assert report.connections[0].status == status
    assert report.connections[0].warnings
    visit = await visits.visit(1)
    assert visit["flags"] == ["stale_enrichment"]
    assert phone(visit) == "0412 345 678"
    assert (await visits.visible())["record_blob"] == content


async def test_a_part_that_is_gone_for_good_is_not_recalled_when_it_cannot_be_read(visits: World):
    await visits.sync()
    del visits.vendor.customers[1]
    await visits.sync()
    visits.vendor.faults["/customers/1"] = UNREADABLE
    await visits.sync()
    assert "contact" not in await visits.visit(1)


async def test_a_stale_part_is_fresh_again_everywhere_after_the_next_good_read(visits: World):
    await read_both(visits)
    visits.vendor.faults["/customers/1"] = UNREADABLE
    await visits.sync()
    await visits.sync("2027-02-10", "2027-02-10")
    assert (await visits.visit(2))["flags"] == ["stale_enrichment"]
    visits.vendor.faults.clear()
    await visits.counts()
    assert (await visits.visit(1))["flags"] == []
    assert (await visits.visit(2))["flags"] == []


async def test_a_part_never_known_leaves_the_field_absent_until_it_is_read(visits: World):
    visits.vendor.faults["/customers/1"] = UNREADABLE
    await read_both(visits)
    visit = await visits.visit(2)
    assert visit["flags"] == ["enrichment_missing"]
    assert "customer" not in visit
    visits.vendor.faults.clear()
    await visits.counts()
    assert phone(await visits.visit(2)) == "0412 345 678"


async def test_a_changed_part_never_revives_what_is_gone(visits: World):
    await read_both(visits)
    del visits.vendor.visits[2]
    await visits.sync("2027-02-10", "2027-02-10")
    visits.vendor.customer(1, "Ada", "0498 765 432")
    await visits.counts()
    assert await visits.gone() == ["field/visit:2"]


async def test_what_a_record_was_made_from_is_printed_on_request(visits: World):
    await visits.sync()
    (line,) = [line for line in await visits.lines(raw=True) if line["type"] == "appointment"]
    assert line["raw"]["customer"] == visits.vendor.customers[1]
    assert line["raw"]["primary"] == visits.vendor.visits[1]


class OddAndEven(ScriptedConnector):
    """One stream of visits with odd numbers, one of the others; customers are shared."""

    def __init__(self) -> None:
        manifest = scripted_manifest()
        streams = [replace(manifest.streams[0], name=name) for name in ("even", "odd")]
        super().__init__(replace(manifest, streams=tuple(streams)))

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        seen = 0
        async for event in super().read(ctx, request):
            match event:
                case Page():
                    wanted = [b for b in event.bundles if self._is_of(b, request.stream)]
                    seen += len(wanted)
                    yield Page(bundles=tuple(wanted))
                case Covered():
                    yield replace(event, seen=seen)
                case _:
                    yield event

    def _is_of(self, bundle: Bundle, stream: str) -> bool:
        number = int(bundle.primary.source_id.split(":")[1])
        return ("odd" if number % 2 else "even") == stream


@pytest.fixture
async def two_streams(pool: Pool) -> World:
    """Visits 1 and 2 of this week and 3 and 4 far away, all of one customer."""
    world = await new_world(pool, connector=OddAndEven())
    world.vendor.customer(1, "Ada", "0412 345 678")
    for number, start in enumerate(("2026-11-25", "2026-11-25", "2027-02-10", "2027-02-10"), 1):
        world.vendor.visit(number, f"{start}T0{number}:00", customer=1)
    await read_both(world)
    return world


async def test_a_changed_part_changes_the_records_of_every_stream(two_streams: World):
    two_streams.vendor.customer(1, "Ada", "0498 765 432")
    await two_streams.sync()
    phones = {phone(await two_streams.visit(number)) for number in (1, 2, 3, 4)}
    assert phones == {"0498 765 432"}


async def test_a_part_that_one_stream_alone_reads_changes_the_records_of_the_other(
    two_streams: World,
):
    two_streams.vendor.visit(5, "2026-12-20T01:00", customer=1)
    two_streams.vendor.customer(1, "Ada", "0498 765 432")
    report = await two_streams.sync("2026-12-20", "2026-12-20")
    even, odd = report.connections[0].streams
    assert (even.read, even.changed, odd.read, odd.changed) == (0, 2, 1, 3)
    phones = {phone(await two_streams.visit(number)) for number in (1, 2, 3, 4, 5)}
    assert phones == {"0498 765 432"}


async def test_a_part_that_one_stream_alone_finds_gone_is_gone_from_the_other(two_streams: World):
    two_streams.vendor.visit(5, "2026-12-20T01:00", customer=1)
    del two_streams.vendor.customers[1]
    await two_streams.sync("2026-12-20", "2026-12-20")
    for number in (1, 2, 3, 4, 5):
        visit = await two_streams.visit(number)
        assert visit["flags"] == ["customer_unresolved"]
        assert "contact" not in visit


async def test_a_part_that_is_gone_is_gone_from_the_records_of_every_stream(two_streams: World):
    del two_streams.vendor.customers[1]
    await two_streams.sync()
    assert not [n for n in (1, 2, 3, 4) if "contact" in await two_streams.visit(n)]


async def test_a_body_that_was_written_over_many_lines_is_printed_on_one(pool: Pool):
    class Pretty(ScriptedConnector):
        async def _bundle(self, ctx: Context, body: bytes) -> Bundle:
            bundle = await super()._bundle(ctx, body)
            text = json.dumps(json.loads(body) | {"price": 1}, indent=2).replace("1\n}", "1.50\n}")
            return replace(bundle, primary=replace(bundle.primary, body=text.encode()))

    world = await new_world(pool, connector=Pretty())
    world.vendor.visit(1, "2026-11-25T01:00")
    await world.sync()
    service = RecordService(PostgresDatabase(pool))
    (line,) = await service.lines(world.tenant, raw=True)
    assert b"\n" not in line
    assert b'"price":1.50' in line


async def test_what_one_row_could_not_read_is_taken_from_another_that_could(world: World):
    world.vendor.customer(1, "Ada", "0412 345 678")
    world.vendor.visit(1, "2026-11-25T01:00", customer=1)
    world.vendor.visit(2, "2026-11-25T02:00", customer=1)
    await world.sync()
    world.vendor.customer(1, "Ada", "0498 765 432")
    world.vendor.passing_faults["/customers/1"] = UNREADABLE
    await world.sync()
    for number in (1, 2):
        visit = await world.visit(number)
        assert (visit["flags"], phone(visit)) == ([], "0498 765 432")


async def test_one_part_that_changes_does_not_make_another_fresh(visits: World):
    visits.vendor.customer(2, "Bo", "0411 111 111")
    visits.vendor.visit(1, "2026-11-25T01:00", agent=2)
    visits.vendor.visit(2, "2027-02-10T01:00", customer=1, agent=2)
    await read_both(visits)
    visits.vendor.faults["/customers/1"] = UNREADABLE
    await visits.sync("2027-02-10", "2027-02-10")
    visits.vendor.customer(2, "Bobbie", "0411 111 111")
    await visits.sync()
    visit = await visits.visit(2)
    assert (visit["notes"], visit["flags"]) == ("Bobbie", ["stale_enrichment"])
