"""A simulated build synced by the whole engine: what is late, what is old, what has changed."""

from datetime import timedelta
from typing import Any

import pytest

from claw.core.model.versions import released_versions
from claw.core.time import format_instant
from claw.engine.snapshots import SnapshotService
from claw.engine.summaries import SummaryService
from claw.ports.connector import Response
from claw.store.tenancy import Pool
from claw.store.unit_of_work import PostgresDatabase
from claw.system.holidays import PackagedHolidays
from claw_testing.bayside import pack
from claw_testing.edge import edge
from claw_testing.simpro_sync import SimproCatalog, SimproSync, new_simpro_sync
from claw_testing.simpro_world import TODAY

ONE_DAY = timedelta(days=1)
TZDATA = "2026f"


async def record(sync: SimproSync, identity: str) -> dict[str, Any]:
    """One record as ``claw records`` prints it."""
    ref = f"{sync.world.connection.name}/{identity}"
    (line,) = [line for line in await sync.world.lines() if line["ref"] == ref]
    return line


def a_visit(sync: SimproSync) -> tuple[int, int, int]:
    """A visit of today by one technician alone: schedule, job and staff index."""
    rows = sync.build.simulator.schedules(TODAY, TODAY)
    for row in rows:
        staff, reference = row["Staff"], row["Reference"]
        alone = [other for other in rows if other["Reference"] == reference] == [row]
        if not alone or row["Type"] != "job" or not isinstance(staff, dict):
            continue
        if staff["Type"] == "employee":
            job = int(str(reference).partition("-")[0])
            return int(str(row["ID"])), job, int(str(staff["ID"]))
    raise AssertionError("the simulated day has no such visit")


@edge("simpro:34")
async def test_a_late_report_happened_when_it_says_and_was_seen_when_it_came(pool: Pool) -> None:
    sync = await new_simpro_sync(pool, progress="timelines")
    schedule, job, staff = a_visit(sync)
    await sync.sync()
    assert (
        "progress" not in (await record(sync, f"schedule:{schedule}"))
        or not (await record(sync, f"schedule:{schedule}"))["progress"]
    )
    sync.build.simulator.add_mobile_status(
        staff=staff, job=job, status="Travelling", at="06:20", logged="11:45"
    )
    sync.clock.pass_minutes(5 * 60)
    await sync.sync()
    seen_at = sync.clock.now()
    (entry,) = (await record(sync, f"schedule:{schedule}"))["progress"]
    assert (entry["state"], entry["at"]) == ("travelling", "2026-11-23T19:20:00Z")
    assert entry["seen_at"] == format_instant(seen_at)
    sync.clock.pass_minutes(60)
    await sync.sync()
    (again,) = (await record(sync, f"schedule:{schedule}"))["progress"]
    assert again == entry


@edge("simpro:34")
async def test_a_report_that_comes_while_a_long_run_reads_is_of_the_earlier_visit_too(
    pool: Pool,
) -> None:
    sync = await new_simpro_sync(pool, progress="timelines")
    schedule, job, staff = a_visit(sync)
    a_week_later = TODAY + 7 * ONE_DAY
    sync.build.simulator.add_schedule(
        date=a_week_later, blocks=[("08:00", "09:00")], job=job, staff=staff
    )
    sync.clock.pass_minutes(7 * 24 * 60)

    taps = 0

    def tapped(response: Response) -> Response:
        nonlocal taps
        read = any(f"/jobs/{job}/timelines" in e.path for e in sync.build.simulator.log)
        if read and not taps:
            taps += 1
            sync.build.simulator.add_mobile_status(
                staff=staff, job=job, status="Travelling", at="06:20", logged="11:45"
            )
        return response

    sync.build.tampering["/schedules/"] = tapped
    await sync.sync(days=8)

    assert taps == 1
    (entry,) = (await record(sync, f"schedule:{schedule}"))["progress"]
    assert (entry["state"], entry["at"]) == ("travelling", "2026-11-23T19:20:00Z")


async def test_reports_that_cannot_be_read_today_are_the_last_known_ones(pool: Pool) -> None:
    sync = await new_simpro_sync(pool, progress="mobile_status")
    schedule, job, staff = a_visit(sync)
    sync.build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    await sync.sync()
    before = await record(sync, f"schedule:{schedule}")
    assert [entry["state"] for entry in before["progress"]] == ["on_site"]
    sync.build.simulator.faults.set("html_503:99,on=logs/mobileStatus")
    report = await sync.sync()
    assert report.status == "degraded"
    assert "part_unreadable" in [w.code for w in report.connections[0].warnings]
    after = await record(sync, f"schedule:{schedule}")
    assert after["progress"] == before["progress"]
    assert after["flags"] == [*before["flags"], "stale_enrichment"]


async def test_reading_another_day_leaves_the_reports_of_a_day_alone(pool: Pool) -> None:
    sync = await new_simpro_sync(pool, progress="mobile_status")
    schedule, job, staff = a_visit(sync)
    sync.build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    await sync.sync()
    before = await record(sync, f"schedule:{schedule}")
    sync.clock.pass_minutes(24 * 60)
    await sync.sync(TODAY + ONE_DAY)
    assert await record(sync, f"schedule:{schedule}") == before
    assert len(before["progress"]) == 1


@edge("simpro:50")
async def test_a_refused_column_of_a_linked_object_reaches_the_tenant(pool: Pool) -> None:
    sync = await new_simpro_sync(pool, "invalid_column:SiteContact,on=jobs")
    report = await sync.sync()
    told = [w.message for w in report.connections[0].warnings if w.code == "columns_refused"]
    assert told == [
        "the build refuses SiteContact of jobs; records are without until it answers them again"
    ]
    assert report.status == "ok"


async def test_changes_bring_what_a_whole_read_would_have_brought(pool: Pool) -> None:
    sync = await new_simpro_sync(pool)
    await sync.sync()
    moved, job, _ = a_visit(sync)
    simulator = sync.build.simulator
    simulator.move_schedule(moved, start="15:00", date=TODAY + ONE_DAY)
    cancelled = next(row for row in simulator.schedules(TODAY, TODAY) if row["Type"] == "job")
    simulator.cancel_job(int(str(cancelled["Reference"]).partition("-")[0]))
    added = simulator.add_schedule(
        date=TODAY + ONE_DAY, blocks=[("08:00", "09:00")], job=job, staff=41
    )
    before = len(simulator.log)
    report = await sync.changes()
    assert (report.status, report.mode) == ("ok", "changes")
    assert len(simulator.log) - before < 40
    (counts,) = report.connections[0].streams
    assert counts.added == 1
    assert (await record(sync, f"schedule:{added}"))["kind"] == "visit"
    assert (await record(sync, f"schedule:{cancelled['ID']}"))["status"] == "completed"
    assert simulator.violations == []
    found = await sync.world.lines()
    whole = (await sync.sync()).connections[0].streams[0]
    assert (whole.added, whole.changed, whole.gone) == (0, 0, 0)
    assert await sync.world.lines() == found
    nothing = (await sync.changes()).connections[0].streams[0]
    assert (nothing.read, nothing.requests) == (0, 3)


@pytest.mark.parametrize("progress", ["mobile_status", "timelines"])
async def test_a_tap_is_progress_as_soon_as_changes_are_followed(pool: Pool, progress: str) -> None:
    sync = await new_simpro_sync(pool, progress=progress)
    schedule, job, staff = a_visit(sync)
    await sync.sync()
    sync.build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    (counts,) = (await sync.changes()).connections[0].streams
    assert (counts.read, counts.changed) == (1, 1)
    (entry,) = (await record(sync, f"schedule:{schedule}"))["progress"]
    assert entry["state"] == "on_site"


async def test_a_deleted_row_is_only_gone_because_it_was_asked_for(pool: Pool) -> None:
    """Its own log names no row; its job's log hints at the job, and so at the row."""
    sync = await new_simpro_sync(pool)
    await sync.sync()
    schedule, _, _ = a_visit(sync)
    sync.build.simulator.delete_schedule(schedule)
    (counts,) = (await sync.changes()).connections[0].streams
    assert counts.gone == 1
    assert (await record(sync, f"schedule:{schedule}"))["gone"] is True
    asked = [entry for entry in sync.build.simulator.log if entry.status == 404]
    assert [entry.path.rpartition("/")[2] for entry in asked] == [str(schedule)]


@edge("simpro:22")
async def test_one_technician_booked_twice_is_two_visits_and_the_overlap_is_told(
    pool: Pool,
) -> None:
    sync = await new_simpro_sync(pool)
    schedule, job, staff = a_visit(sync)
    twin = sync.build.simulator.add_schedule(
        date=TODAY, blocks=[("00:00", "24:00")], job=job, staff=staff
    )
    await sync.sync()
    first, second = [await record(sync, f"schedule:{n}") for n in (schedule, twin)]
    assert first["segments"][0]["resource"] == second["segments"][0]["resource"]
    told = await morning_summary(sync)
    (overlaps,) = [block for block in told.blocks if block.block == "overlaps"]
    assert any(first["title"] in str(item) for item in overlaps.items), overlaps


@edge("simpro:71")
@pytest.mark.parametrize("fault", ["html_503:9999", "html_200:9999", "truncated:9999"])
async def test_in_a_maintenance_window_the_morning_is_told_from_the_last_good_data(
    pool: Pool, fault: str
) -> None:
    sync = await new_simpro_sync(pool)
    assert (await sync.sync()).status == "ok"
    read_at = sync.clock.now()
    before = await sync.world.lines()
    sync.clock.pass_minutes(23 * 60)  # the next morning at six
    sync.build.simulator.faults.set(fault)
    sent = len(sync.build.simulator.log)
    report = await sync.sync()
    assert report.status == "failed"
    (connection,) = report.connections
    assert connection.error is not None
    assert len(sync.build.simulator.log) - sent <= 10
    assert await sync.world.lines() == before
    told = await morning_summary(sync)
    assert told.date == TODAY + ONE_DAY
    assert told.degraded
    assert told.headline.appointments > 0
    assert [row.data_as_of for row in told.data] == [format_instant(read_at)]
    assert any("is old: as of Tue 24 Nov" in banner for banner in told.banners), told.banners


async def morning_summary(sync: SimproSync) -> Any:
    """A snapshot now and the summary of today, as the morning's routine makes them."""
    db = PostgresDatabase(sync.world.pool)
    snapshots = SnapshotService(
        db=db,
        clock=sync.clock,
        catalog=SimproCatalog(),
        versions=released_versions(),
        tzdata_version=TZDATA,
    )
    await snapshots.take(sync.world.tenant)
    summaries = SummaryService(
        db=db,
        clock=sync.clock,
        snapshots=snapshots,
        verticals={"trades": pack()},
        holidays=PackagedHolidays(),
        tzdata_version=TZDATA,
    )
    return await summaries.summarise(sync.world.tenant)
