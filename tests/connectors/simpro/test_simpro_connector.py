"""Proving a connection, and the two ways of reading it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import UNSET

from claw.connectors.simpro.connector import CONNECTOR
from claw.core.model.records import Appointment
from claw.core.model.reference import source_id_of
from claw.core.time import local_date
from claw.ports.connector import Mode, ReadRequest
from claw.ports.connector_errors import ConfigInvalid, ConnectorBug, ConnectorError
from claw_testing.edge import edge
from claw_testing.simpro_world import SYDNEY, TODAY, Read, SimproWorld

ONE_DAY = timedelta(days=1)
BRISBANE = "Australia/Brisbane"


def appointments(world: SimproWorld, read: Read) -> dict[str, Appointment]:
    """The appointments of a read by source id."""
    found = [record for row in world.map(read.bundles) for record in row]
    return {source_id_of(r.ref): r for r in found if isinstance(r, Appointment)}


async def test_a_check_says_whose_account_it_is_and_what_can_be_read() -> None:
    world = SimproWorld()
    report = await world.check()
    account = report.account
    assert (account.id, account.name, account.zone) == ("2", "Harbour Plumbing", SYDNEY)
    assert (account.country, account.currency) == ("AU", "AUD")
    assert report.warnings == ()
    assert report.capabilities["date_filter"] == "works"
    assert world.simulator.violations == []


@edge("simpro:41")
async def test_a_company_the_key_does_not_see_is_an_error_that_names_those_it_sees() -> None:
    world = SimproWorld()
    world.api_key = world.simulator.add_key("electrical", companies=[3])
    with pytest.raises(ConfigInvalid) as invalid:
        await world.check()
    assert invalid.value.field == "company_id"
    assert invalid.value.hint == "it sees: 3 (Harbour Electrical)"


@edge("simpro:41")
async def test_reading_a_company_the_key_does_not_see_is_never_an_empty_day() -> None:
    world = SimproWorld()
    world.api_key = world.simulator.add_key("electrical", companies=[3])
    with pytest.raises(ConnectorError):
        await world.read()


@edge("simpro:48", "simpro:49")
@pytest.mark.parametrize(
    ("fault", "said"), [("filter_ignored", "ignored"), ("unsearchable:Date", "refused")]
)
async def test_a_check_finds_out_that_dates_are_not_filtered(fault: str, said: str) -> None:
    report = await SimproWorld(fault).check()
    assert report.capabilities["date_filter"] == said
    assert [warning.code for warning in report.warnings] == ["date_filter"]


async def test_reads_that_tell_only_of_the_build_may_be_forbidden() -> None:
    world = SimproWorld("forbidden:info", "forbidden:currentUser")
    report = await world.check()
    assert "build_version" not in report.capabilities


@pytest.mark.parametrize(
    ("progress", "said", "warned"),
    [("off", "off", []), ("timelines", "timelines", []), ("both", "forbidden", ["forbidden"])],
)
async def test_a_check_finds_out_whether_mobile_statuses_may_be_read(
    progress: str, said: str, warned: list[str]
) -> None:
    world = SimproWorld("forbidden:logs/mobileStatus")
    world.settings["progress"] = progress
    report = await world.check()
    assert report.capabilities["progress"] == said
    assert report.capabilities["phones"] == "read"
    assert [warning.code for warning in report.warnings] == warned
    assert world.simulator.violations == []


@edge("simpro:14")
@pytest.mark.parametrize(
    ("day", "utc_hour"), [(date(2026, 10, 3), 22), (date(2026, 10, 4), 21), (TODAY, 21)]
)
async def test_the_stated_offset_is_stale_half_of_the_year_and_never_read(
    day: date, utc_hour: int
) -> None:
    """Clocks went forward on 4 October 2026; the company's own offset still says +10:00."""
    world = SimproWorld("iso_missing")
    company = next(c for c in world.simulator.companies if c.id == 2)
    assert (company.timezone, company.standard_offset) == (SYDNEY, "+10:00")
    number = world.simulator.add_schedule(
        date=day, blocks=[("08:00", "09:00")], job=a_job(world), staff=41
    )
    (found,) = appointments(world, await world.read_ids(number)).values()
    assert found.starts_at.hour == utc_hour
    assert local_date(found.starts_at, SYDNEY) == day
    assert found.flags == ()
    await world.check()
    assert not any("TimezoneOffset" in entry.query for entry in world.simulator.log)


def a_job(world: SimproWorld) -> int:
    row = next(row for row in world.simulator.schedules(TODAY, TODAY) if row["Type"] == "job")
    return int(str(row["Reference"]).partition("-")[0])


@edge("simpro:12")
async def test_each_company_of_a_build_lives_in_its_own_zone() -> None:
    """Brisbane does not shift its clocks: in November its day begins an hour later."""
    world = SimproWorld()
    world.settings["company_id"] = "3"
    world.zone = (await world.check()).account.zone
    assert world.zone == BRISBANE
    read = await world.read()
    # A day of the Sydney tenant touches two days of Brisbane.
    assert sorted(read.ids) == sorted(world.truth(TODAY - ONE_DAY, 2, company=3))
    assert read.covered is not None
    assert read.covered.slice is not None
    assert read.covered.slice.start == datetime(2026, 11, 22, 14, tzinfo=UTC)
    assert read.covered.slice.end == datetime(2026, 11, 24, 14, tzinfo=UTC)
    truth = {f"schedule:{row['ID']}": row["Date"] for row in world.simulator.schedules(
        TODAY - ONE_DAY, TODAY, 3)}  # fmt: skip
    for key, found in appointments(world, read).items():
        assert found.zone == BRISBANE
        assert local_date(found.starts_at, BRISBANE).isoformat() == truth[key]


@edge("simpro:13")
async def test_the_mornings_run_reads_the_local_day_while_utc_is_still_on_the_day_before() -> None:
    world = SimproWorld()
    read = await world.read(TODAY)
    found = appointments(world, read)
    early = [a for a in found.values() if a.starts_at.date() == TODAY - ONE_DAY]
    assert early, "some visits start before 11:00 in Sydney"
    assert {local_date(a.starts_at, SYDNEY) for a in found.values()} == {TODAY}
    assert sorted(found) == sorted(world.truth(TODAY))


@edge("simpro:12", "simpro:13")
@pytest.mark.parametrize("day", [date(2026, 4, 5), date(2026, 10, 4)])
async def test_a_day_on_which_the_clocks_change_is_read_whole(day: date) -> None:
    world = SimproWorld("dst_gap", "dst_overlap")
    read = await world.read(day)
    assert sorted(read.ids) == sorted(world.truth(day))
    assert read.covered is not None
    assert read.covered.slice is not None
    hours = (read.covered.slice.end - read.covered.slice.start) / timedelta(hours=1)
    assert hours == (25 if day.month == 4 else 23)


@edge("simpro:21")
async def test_two_technicians_of_one_job_share_a_group_with_one_customer() -> None:
    world = SimproWorld()
    groups: dict[str, list[Appointment]] = {}
    for found in appointments(world, await world.read()).values():
        if found.group is not UNSET:
            groups.setdefault(found.group, []).append(found)
    together = [g for g in groups.values() if len({a.starts_at for a in g}) < len(g)]
    assert together
    for group in together:
        assert len({a.ref for a in group}) == len(group)
        assert len({a.segments[0].resource for a in group}) == len(group)
        assert len({a.customer for a in group}) == 1


@edge("simpro:62")
async def test_a_row_that_moved_to_another_day_and_person_is_found_under_its_id() -> None:
    world = SimproWorld()
    before = appointments(world, await world.read())
    key, old = next((k, a) for k, a in sorted(before.items()) if a.kind == "visit" and a.segments)
    number = int(key.partition(":")[2])
    world.simulator.move_schedule(number, date=TODAY + ONE_DAY, start="13:00", staff=12)
    assert key not in appointments(world, await world.read())
    moved = appointments(world, await world.read(TODAY + ONE_DAY))[key]
    assert appointments(world, await world.read_ids(number))[key] == moved
    assert moved.ref == old.ref
    assert moved.status == old.status
    assert local_date(moved.starts_at, SYDNEY) == TODAY + ONE_DAY
    assert {segment.resource for segment in moved.segments} == {"simpro/employee:12"}


async def test_a_deleted_row_is_absent_and_others_are_there() -> None:
    world = SimproWorld()
    first, second, *_ = [int(key.partition(":")[2]) for key in world.truth()]
    world.simulator.delete_schedule(first)
    read = await world.read_ids(first, second)
    assert read.absent == [f"schedule:{first}"]
    assert read.ids == [f"schedule:{second}"]
    assert read.covered is None


async def test_a_row_asked_for_by_id_means_the_same_as_in_a_window() -> None:
    world = SimproWorld()
    window = await world.read()
    ids = [int(key.partition(":")[2]) for key in window.ids[:5]]
    assert world.map((await world.read_ids(*ids)).bundles) == world.map(window.bundles[:5])


async def test_rows_asked_for_by_id_come_in_lists_and_only_what_those_leave_out_singly() -> None:
    world = SimproWorld()
    ids = [int(key.partition(":")[2]) for key in world.truth(TODAY, 7)]
    assert len(ids) > 100
    gone, *there = ids
    world.simulator.delete_schedule(gone)
    read = await world.read_ids(*ids)
    assert sorted(read.ids) == sorted(f"schedule:{number}" for number in there)
    assert read.absent == [f"schedule:{gone}"]
    lists = [query for query in world.asked("schedules") if "ID=in" in query]
    assert len(lists) == -(-len(ids) // 100)
    singles = [entry.path for entry in world.simulator.log if "/schedules/" in entry.path
               and not entry.path.endswith("/")]  # fmt: skip
    assert singles == [f"/api/v1.0/companies/2/schedules/{gone}"]


@edge("simpro:48", "simpro:49")
@pytest.mark.parametrize("fault", ["empty_200:schedules", "unsearchable:ID", "filter_ignored:ID"])
async def test_a_list_that_leaves_rows_out_proves_nothing_of_them(fault: str) -> None:
    plain, world = SimproWorld(), SimproWorld(fault)
    gone, *ids = [int(key.partition(":")[2]) for key in world.truth()[:6]]
    world.simulator.delete_schedule(gone)
    read = await world.read_ids(gone, *ids)
    assert read.absent == [f"schedule:{gone}"]
    assert world.map(read.bundles) == plain.map((await plain.read_ids(*ids)).bundles)


async def test_trouble_with_a_row_asked_for_by_id_is_not_its_absence() -> None:
    world = SimproWorld("html_503:99,on=schedules")
    with pytest.raises(ConnectorError):
        await world.read_ids(982403)


@pytest.mark.parametrize("identity", ["job:1", "schedule:x", "schedule"])
async def test_only_schedules_can_be_asked_for_by_id(identity: str) -> None:
    async with SimproWorld().context() as ctx:
        request = ReadRequest(stream="appointments", mode=Mode.BY_ID, ids=(identity,))
        with pytest.raises(ConnectorBug):
            [event async for event in CONNECTOR.read(ctx, request)]


def test_every_column_that_is_read_is_harmless() -> None:
    private = {"Banking", "PayRates", "DateOfBirth", "EmergencyContact", "MaskedSSN", "Total"}
    for read in CONNECTOR.manifest.reads:
        assert not private & set(read.columns)
        if "employees" in read.template or "contractors" in read.template:
            assert read.columns
    assert {read.method for read in CONNECTOR.manifest.reads} == {"GET"}
