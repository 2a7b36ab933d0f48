"""Reading what the field reported: when it is asked for, of what, and at what cost."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from claw.connectors.simpro.connector import CONNECTOR
from claw.core.model.records import Appointment
from claw.core.model.reference import source_id_of
from claw.ports.connector import Bundle, Missing, Raw, Response
from claw_testing.edge import edge
from claw_testing.simpro_world import TODAY, Read, SimproWorld

ONE_DAY = timedelta(days=1)
YESTERDAY = TODAY - ONE_DAY


def world(progress: str, *faults: str) -> SimproWorld:
    """The build at seven in the morning, and a connection that reads progress."""
    found = SimproWorld(*faults)
    found.settings["progress"] = progress
    return found


def a_visit(world: SimproWorld, day: date = TODAY, *, shared: bool = False) -> tuple[int, int, int]:
    """A visit of a job with a technician: schedule, job and staff index."""
    rows = [row for row in world.simulator.schedules(day, day) if row["Type"] == "job"]
    jobs = Counter(_number(row, "Project", "ProjectID") for row in rows)
    for row in rows:
        staff, job = row["Staff"], _number(row, "Project", "ProjectID")
        if isinstance(staff, dict) and staff["Type"] == "employee" and (jobs[job] > 1) == shared:
            return int(str(row["ID"])), job, int(staff["ID"])
    raise AssertionError("the simulated day has no such visit")


def _number(row: Any, *path: str) -> int:
    for name in path:
        row = row[name]
    return int(row)


def progress_of(world: SimproWorld, read: Read, schedule: int) -> list[tuple[str, str]]:
    """State and kind of evidence of each report of a visit."""
    for row in world.map(read.bundles):
        for found in row:
            if isinstance(found, Appointment) and source_id_of(found.ref) == f"schedule:{schedule}":
                return sorted((p.state, p.evidence.partition(":")[0]) for p in found.progress)
    raise AssertionError("the visit was not read")


def bundle_of(read: Read, schedule: int) -> Bundle:
    (found,) = [b for b in read.bundles if b.primary.source_id == f"schedule:{schedule}"]
    return found


async def test_off_reads_nothing_of_the_field() -> None:
    quiet = world("off")
    await quiet.read(YESTERDAY, 3)
    assert quiet.asked("mobileStatus") == quiet.asked("timelines") == []


async def test_mobile_statuses_are_one_list_for_all_visits_of_the_days_that_have_come() -> None:
    build = world("mobile_status")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Travelling", at="06:20")
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:40")
    read = await build.read(YESTERDAY, 5)
    assert progress_of(build, read, schedule) == [
        ("on_site", "mobile_status"),
        ("travelling", "mobile_status"),
    ]
    assert len(build.asked("mobileStatus")) == 1
    assert build.asked("timelines") == []
    assert build.simulator.violations == []
    dates = {b.parts["mobile_status"].source_id[-10:] for b in read.bundles
             if "mobile_status" in b.parts}  # fmt: skip
    assert dates == {YESTERDAY.isoformat(), TODAY.isoformat()}


async def test_the_position_of_a_person_is_never_asked_for_and_never_kept() -> None:
    def careless(response: Response) -> Response:
        rows = [{**row, "Latitude": -33.7, "Longitude": 151.2} for row in json.loads(response.body)]
        return replace(response, body=json.dumps(rows).encode())

    build = world("mobile_status")
    build.tampering["/logs/mobileStatus/"] = careless
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Travelling", at="06:20")
    read = await build.read()
    (query,) = build.asked("mobileStatus")
    asked = parse_qs(query)["columns"][0].split(",")
    assert asked == ["ID", "Staff", "WorkOrder", "Status", "DateLogged"]
    part = bundle_of(read, schedule).parts["mobile_status"]
    assert isinstance(part, Raw)
    (entry,) = json.loads(part.body)
    assert set(entry) == set(asked)
    for declared in CONNECTOR.manifest.reads:
        assert not {"Latitude", "Longitude"} & set(declared.columns)


async def test_a_part_holds_the_entries_of_its_job_and_day_alone() -> None:
    build = world("mobile_status")
    schedule, job, staff = a_visit(build)
    for status, at in (("Travelling", "06:20"), ("Onsite", "06:40")):
        build.simulator.add_mobile_status(staff=staff, job=job, status=status, at=at)
    read = await build.read()
    part = bundle_of(read, schedule).parts["mobile_status"]
    assert isinstance(part, Raw)
    assert part.source_id == f"mobile_status:job:{job}:{TODAY.isoformat()}"
    assert [entry["Status"]["Name"] for entry in json.loads(part.body)] == ["Travelling", "Onsite"]
    others = [
        other
        for b in read.bundles
        if (other := b.parts.get("mobile_status")) and f":{job}:" not in other.source_id
    ]
    assert {part.body for part in others if isinstance(part, Raw)} == {b"[]"}


async def test_a_window_that_lies_ahead_asks_nothing() -> None:
    build = world("both")
    read = await build.read(TODAY + ONE_DAY, 3)
    assert build.asked("mobileStatus") == build.asked("timelines") == []
    assert not any("mobile_status" in b.parts or "timeline" in b.parts for b in read.bundles)


async def test_timelines_are_read_once_for_each_job_of_the_days_that_have_come() -> None:
    build = world("timelines")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Travelling", at="06:20")
    build.simulator.add_mobile_status(
        staff=staff, job=job, status="Onsite", at="06:40", bundle=True
    )
    read = await build.read(TODAY, 3)
    assert progress_of(build, read, schedule) == [
        ("on_site", "timeline"),
        ("travelling", "timeline"),
    ]
    jobs = {b.parts["timeline"].source_id for b in read.bundles if "timeline" in b.parts}
    assert len(build.asked("timelines")) == len(jobs)
    part = bundle_of(read, schedule).parts["timeline"]
    assert isinstance(part, Raw)
    assert {entry["Type"] for entry in json.loads(part.body)} == {"Mobile Status"}
    assert build.asked("mobileStatus") == []
    assert build.simulator.violations == []


async def test_both_sources_are_both_evidence() -> None:
    build = world("both")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Paused", at="06:20")
    read = await build.read()
    assert progress_of(build, read, schedule) == [
        ("paused", "mobile_status"),
        ("paused", "timeline"),
    ]


async def test_a_shared_job_gives_each_report_to_whoever_made_it() -> None:
    build = world("both")
    schedule, job, staff = a_visit(build, shared=True)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    read = await build.read()
    assert progress_of(build, read, schedule) == [
        ("on_site", "mobile_status"),
        ("on_site", "timeline"),
    ]
    others = [
        b
        for b in read.bundles
        if (part := b.parts.get("timeline"))
        and part.source_id == f"timeline:{job}"
        and b.primary.source_id != f"schedule:{schedule}"
    ]
    assert others
    for other in others:
        assert progress_of(build, read, int(other.primary.source_id[9:])) == []
    # Everybody is named, so nobody has to ask who else was there.
    assert not any(role.startswith("alongside") for b in read.bundles for role in b.parts)


@pytest.mark.parametrize("shared", [True, False])
async def test_a_report_of_nobody_brings_along_who_else_is_on_the_job(shared: bool) -> None:
    build = world("timelines")
    schedule, job, staff = a_visit(build, shared=shared)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    build.simulator.state().logs.timelines[job][0]["Staff"] = None
    window, single = await build.read(), await build.read_ids(schedule)
    for read in (window, single):
        found = bundle_of(read, schedule)
        alongside = [role for role in found.parts if role.startswith("alongside")]
        assert bool(alongside) == shared
        assert progress_of(build, read, schedule) == ([] if shared else [("on_site", "timeline")])
    assert bundle_of(single, schedule) == bundle_of(window, schedule)


async def test_a_row_read_by_its_id_has_the_reports_of_its_own_day() -> None:
    build = world("both")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    read = await build.read_ids(schedule)
    assert len(progress_of(build, read, schedule)) == 2
    build.simulator.move_schedule(schedule, date=TODAY + 7 * ONE_DAY)
    moved = await build.read_ids(schedule)
    assert progress_of(build, moved, schedule) == []
    assert "mobile_status" not in bundle_of(moved, schedule).parts


async def test_a_placeholder_job_is_not_asked_about() -> None:
    build = world("both")
    schedule, job, _ = a_visit(build)
    name = json.loads(_raw(bundle_of(await build.read(), schedule), "job"))["Name"]
    build.settings["exclude_jobs"] = name
    build.scratch.clear()
    build.simulator.log.clear()
    found = bundle_of(await build.read(), schedule)
    assert not {"mobile_status", "timeline"} & set(found.parts)
    assert not any(f"/jobs/{job}/timelines" in entry.path for entry in build.simulator.log)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("forbidden:logs/mobileStatus", "forbidden"),
        ("html_503:99,on=logs/mobileStatus", "unreadable"),
        ("unsearchable:DateLogged", None),
        ("filter_ignored:DateLogged", None),
        ("orderby_ignored", None),
        ("no_result_headers", None),
        ("page_cap:1", None),
    ],
)
async def test_trouble_with_mobile_statuses_costs_no_visit(fault: str, code: str | None) -> None:
    build = world("mobile_status", fault)
    if fault == "page_cap:1":
        build.simulator.faults.clear()
        build.simulator.faults.set("page_cap:20")
    schedule, job, staff = a_visit(build)
    for minute in range(10, 40):
        build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at=f"06:{minute}")
    read = await build.read()
    assert sorted(read.ids) == sorted(build.truth())
    part = bundle_of(read, schedule).parts["mobile_status"]
    if code is None:
        assert len(progress_of(build, read, schedule)) == 30
    else:
        assert isinstance(part, Missing)
        assert part.code == code
        assert progress_of(build, read, schedule) == []


@pytest.mark.parametrize(
    ("fault", "code", "requests"),
    [
        ("forbidden:jobs/timelines", "forbidden", 1),
        ("html_503:99,on=jobs/timelines", "unreadable", None),
        ("", "unreadable", None),
    ],
)
async def test_trouble_with_timelines_costs_no_visit(
    fault: str, code: str, requests: int | None
) -> None:
    build = world("timelines", *([fault] if fault else []))
    if not fault:
        build.tampering["/timelines/"] = lambda response: replace(response, body=b'{"Result": []}')
    read = await build.read()
    assert sorted(read.ids) == sorted(build.truth())
    codes = {b.parts["timeline"].code for b in read.bundles
             if isinstance(b.parts.get("timeline"), Missing)}  # fmt: skip
    assert codes == {code}
    if requests is not None:
        assert len(build.asked("timelines")) == requests


@edge("simpro:35")
async def test_a_timeline_of_hundreds_of_entries_is_read_whole() -> None:
    build = world("timelines")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    noise = {"Type": "General Message", "Message": "x" * 500, "Staff": None,
             "Date": f"{YESTERDAY.isoformat()}T09:00:00+11:00"}  # fmt: skip
    build.simulator.state().logs.timelines[job] += [dict(noise) for _ in range(800)]
    read = await build.read()
    assert progress_of(build, read, schedule) == [("on_site", "timeline")]
    assert len(_raw(bundle_of(read, schedule), "timeline")) < 1000


@edge("simpro:35")
async def test_a_timeline_past_the_cap_is_unreadable_and_the_visit_stays() -> None:
    build = world("timelines")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    noise = {"Type": "General Message", "Message": "x" * 25_000, "Staff": None,
             "Date": f"{YESTERDAY.isoformat()}T09:00:00+11:00"}  # fmt: skip
    build.simulator.state().logs.timelines[job] += [dict(noise) for _ in range(100)]
    read = await build.read()
    assert sorted(read.ids) == sorted(build.truth())
    part = bundle_of(read, schedule).parts["timeline"]
    assert isinstance(part, Missing)
    assert part.code == "unreadable"
    assert progress_of(build, read, schedule) == []


@pytest.mark.parametrize("logged", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "soon", None])
async def test_an_entry_without_a_time_of_ours_is_passed_over(logged: object) -> None:
    build = world("mobile_status", "filter_ignored")
    schedule, job, staff = a_visit(build)
    build.simulator.add_mobile_status(staff=staff, job=job, status="Onsite", at="06:20")
    build.simulator.add_mobile_status(staff=staff, job=job, status="Paused", at="06:30")
    build.simulator.state().logs.mobile_status[-1]["DateLogged"] = logged
    assert progress_of(build, await build.read(), schedule) == [("on_site", "mobile_status")]


async def test_a_job_that_is_gone_has_no_timeline_and_the_visit_stays() -> None:
    build = world("timelines")
    schedule, job, _ = a_visit(build)
    build.simulator.faults.set(f"missing:jobs:{job}")
    found = bundle_of(await build.read(), schedule)
    assert isinstance(found.parts["job"], Missing)


def _raw(bundle: Bundle, role: str) -> bytes:
    part = bundle.parts[role]
    assert isinstance(part, Raw)
    return part.body
