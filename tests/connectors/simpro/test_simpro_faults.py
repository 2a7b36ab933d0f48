"""With each fault of the vendor: the same records as without it, or an error; never less.

Waits are skipped and counted, except where only real sockets and real seconds can show it.
"""

import asyncio
from datetime import date, timedelta

import pytest

from claw.connect import ConnectorError
from claw.connectors.simpro.simulator import create_simulator
from claw.core.model.normalise import store_form
from claw_testing.edge import edge
from claw_testing.simpro_reading import read
from claw_testing.simpro_world import TODAY, SimproWorld

ONE_DAY = timedelta(days=1)


async def canonical(world: SimproWorld) -> dict[str, bytes]:
    """Canonical bytes by reference of a read that must be whole."""
    found = await world.read()
    assert found.covered is not None
    assert found.covered.seen == len(found.ids)
    return {
        record.ref: store_form(record).canonical
        for records in world.map(found.bundles)
        for record in records
    }


def world_with(*faults: str) -> SimproWorld:
    """A build with reports from the field, so that every kind of read is made."""
    world = SimproWorld(*faults)
    world.settings["progress"] = "both"
    rows = world.simulator.schedules(TODAY, TODAY)
    for row in [row for row in rows if row["Type"] == "job" and row["Staff"]][:3]:
        staff, job = row["Staff"], int(str(row["Reference"]).partition("-")[0])
        assert isinstance(staff, dict)
        for status, at in (("Travelling", "06:20"), ("Onsite", "06:40")):
            world.simulator.add_mobile_status(
                staff=int(str(staff["ID"])), job=job, status=status, at=at
            )
    return world


@pytest.fixture(scope="module")
def clean() -> dict[str, bytes]:
    """What a read without faults gives."""

    async def unspoilt() -> dict[str, bytes]:
        return await canonical(world_with())

    found = asyncio.run(unspoilt())
    assert len(found) > 30
    assert any(b'"state":"travelling"' in body for body in found.values())
    return found


@edge(
    "simpro:44",
    "simpro:45",
    "simpro:46",
    "simpro:48",
    "simpro:49",
    "simpro:51",
    "simpro:56",
    "simpro:57",
)
@pytest.mark.parametrize(
    "faults",
    [
        ("no_result_headers",),
        ("garbage_result_pages",),
        ("page_cap:7",),
        ("page_cap:7", "no_result_headers"),
        ("filter_ignored",),
        ("orderby_ignored",),
        ("unsearchable:Date",),
        ("unsearchable:DateLogged",),
        ("rate429:3",),
        ("noise429",),
        ("html_503:2",),
        ("html_200:2",),
        ("truncated:2",),
        ("bom",),
        ("gzip",),
        ("link_header",),
    ],
    ids=",".join,
)
async def test_the_records_are_the_same_as_without_the_fault(
    clean: dict[str, bytes], faults: tuple[str, ...]
) -> None:
    world = world_with(*faults)
    assert await canonical(world) == clean
    assert world.simulator.violations == []
    assert world.simulator.max_requests_in_any_second() <= 10


@edge("simpro:42", "simpro:43")
@pytest.mark.parametrize(
    "fault", ["page_shift_delete:1", "page_shift_insert:1", "total_drift:1", "duplicate_row:1"]
)
async def test_a_torn_read_is_repeated_until_it_fits_together(fault: str) -> None:
    world = SimproWorld(fault, "page_cap:7")
    found = {ref for ref in await canonical(world) if "/schedule:" in ref}
    assert found == {f"simpro/{identity}" for identity in world.truth()}


@edge("simpro:42", "simpro:47")
@pytest.mark.parametrize("fault", ["total_drift:99", "skipped_row:99"])
async def test_a_list_that_never_comes_to_rest_is_an_error_and_covers_nothing(fault: str) -> None:
    with pytest.raises(ConnectorError) as caught:
        await SimproWorld(fault, "page_cap:7").read()
    assert caught.value.code == "torn_read"


@edge("simpro:47")
async def test_the_cap_on_pages_is_an_error_and_never_a_shorter_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("claw.connectors.simpro.client.MOST_PAGES", 2)
    with pytest.raises(ConnectorError) as caught:
        await SimproWorld("page_cap:7").read()
    assert caught.value.code == "refused"


async def test_real_sockets_that_break_and_compress_give_the_same_records() -> None:
    """At the real pace of ten requests a second, as a tenant's own sync would go."""
    day = date(2026, 11, 29)  # a Sunday: few visits, few requests
    plain = await read(create_simulator(today=day), day, day)
    assert plain.canonical
    vendor = create_simulator(today=day, faults=("reset:2", "gzip", "slow_drip:1"))
    broken = await read(vendor, day, day)
    assert broken.canonical == plain.canonical
    assert broken.covered == plain.covered
    assert vendor.max_requests_in_any_second() <= 10


@edge("simpro:39", "simpro:62")
async def test_a_row_is_asked_for_by_id_wherever_it_went() -> None:
    world = SimproWorld()
    moved, gone = (int(str(row["ID"])) for row in world.simulator.schedules(TODAY, TODAY)[:2])
    world.simulator.move_schedule(moved, date=date(2027, 2, 1))
    world.simulator.delete_schedule(gone)
    found = await world.read_ids(moved, gone)
    assert found.absent == [f"schedule:{gone}"]
    ((appointment, *_),) = world.map(found.bundles)
    assert b'"starts_at":"2027-0' in store_form(appointment).canonical
