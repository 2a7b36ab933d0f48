"""Faults of rows: people who are none, odd texts, odd shapes, odd times."""

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claw.connectors.simpro.simulator import FAULTS, Simulator
from claw.connectors.simpro.simulator.spoiling.texts import HOSTILE

DAY = {"Date": "2026-11-24", "pageSize": "250"}
MONDAY = {"Date": "2026-11-23", "pageSize": "250"}
WIDE = {"columns": "ID,Type,Reference,TotalHours,Notes,Staff,Date,Blocks,Project"}


async def rows(
    client: httpx2.AsyncClient, path: str = "/schedules/", **query: str
) -> list[dict[str, Any]]:
    reply = await client.get(path, params={"pageSize": "250", **query})
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize(
    ("fault", "holds"),
    [
        ("short_times", lambda row: row["Blocks"][0]["StartTime"] == "7:30"),
        ("empty_times", lambda row: row["Blocks"][0]["StartTime"] == ""),
        ("null_times", lambda row: row["Blocks"][0]["EndTime"] is None),
        ("iso_stale", lambda row: row["Blocks"][0]["ISO8601StartTime"][11:] == "07:30:00+10:00"),
        ("hours_differ", lambda row: [b["Hrs"] for b in row["Blocks"]] == [1.5, 0.5]),
        ("reference_odd", lambda row: "-" not in row["Reference"]),
        ("reference_odd:short", lambda row: len(row["Reference"]) == 2),
        ("reference_odd:empty", lambda row: row["Reference"] == ""),
        ("archived_staff", lambda row: row["Staff"]["Name"] == "Wes Harlan"),
        ("dummy_staff", lambda row: row["Staff"]["Name"] == "Tentative - Plumber"),
        ("dummy_staff:training", lambda row: row["Staff"]["Name"] == "Training"),
        ("big_ids", lambda row: row["ID"] > 2**53),
        ("extra_fields", lambda row: "FutureField" in row),
        ("latin1", lambda row: row["Notes"] == "Key at the caf�"),
        ("note_megabytes:2", lambda row: 1_900_000 < len(row["Notes"]) < 2_100_000),
        ("hostile_text:nul", lambda row: "\x00" in row["Notes"]),
    ],
)
async def test_the_first_row_of_a_date_is_spoilt_and_heals(
    client: httpx2.AsyncClient, simulator: Simulator, fault: str, holds: Any
) -> None:
    async def first() -> dict[str, Any]:
        reply = await client.get("/schedules/", params={**DAY, **WIDE, "pageSize": "1"})
        return json.loads(reply.content.decode(errors="replace"))[0]

    sound = await first()
    simulator.faults.set(fault)
    spoilt = await first()
    assert holds(spoilt)
    assert not holds(sound)
    simulator.faults.clear()
    assert await first() == sound


@pytest.mark.parametrize("kind", HOSTILE)
async def test_every_hostile_text_survives_as_json(
    client: httpx2.AsyncClient, simulator: Simulator, kind: str
) -> None:
    simulator.faults.set(f"hostile_text:{kind}")
    for path, column in (
        ("/schedules/", "Notes"),
        ("/jobs/", "Name"),
        ("/sites/", "Name"),
        ("/contacts/", "GivenName"),
        ("/customers/companies/", "CompanyName"),
    ):
        found = await rows(client, path, columns=f"ID,{column}", pageSize="3")
        assert {row[column] for row in found} == {HOSTILE[kind]}


async def test_hostile_texts_take_turns(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    simulator.faults.set("hostile_text")
    assert {row["Notes"] for row in await rows(client, **DAY, columns="ID,Notes")} == set(
        HOSTILE.values()
    )


async def test_a_row_with_a_large_id_is_found_by_it(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("big_ids")
    large = (await rows(client, **DAY))[0]["ID"]
    assert (await client.get(f"/schedules/{large}")).json()["ID"] == large
    assert [row["ID"] for row in await rows(client, ID=f"in({large})")] == [large]


async def test_who_left_is_still_an_employee_unless_removed(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    path = "/employees/39?columns=ID,Name,Archived"
    assert (await client.get(path)).status_code == 404
    simulator.faults.set("archived_staff")
    assert (await client.get(path)).json()["Archived"] is True
    simulator.faults.set("missing:employees:39")
    assert (await client.get(path)).status_code == 404


async def test_staff_that_is_nobody_is_in_the_staff_index(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("dummy_staff")
    assert {"Tentative - Plumber", "Training", "Non-billable"} <= {
        row["Name"] for row in await rows(client, "/staff/")
    }


async def test_activities_mean_leave_or_billed_work(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    def billed(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in found if row["Activity"]["Name"] == "Client Meeting"]

    query = {"Date": "between(2026-11-01,2026-12-31)"}
    before = await rows(client, "/activitySchedules/", **query)
    assert any(row["Activity"]["Name"] == "Annual Leave" for row in before)
    assert not billed(before)
    simulator.faults.set("billable_activity")
    (activity,) = {
        row["Activity"]["ID"] for row in billed(await rows(client, "/activitySchedules/", **query))
    }
    table = await rows(client, "/setup/activities/", columns="ID,Billable")
    assert [row["ID"] for row in table if row["Billable"]] == [activity]


async def test_recurring_and_locked_rows_say_so_in_their_detail(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("recurring")
    simulator.faults.set("locked")
    query = {**MONDAY, "columns": "ID,Activity,RecurringScheduleID,IsLocked"}
    found = await rows(client, "/activitySchedules/", **query)
    talks = [row for row in found if row["Activity"]["Name"] == "Toolbox Talk"]
    assert {row["RecurringScheduleID"] for row in talks} == {700}
    assert {row["RecurringScheduleID"] for row in found if row not in talks} <= {0}
    assert {row["IsLocked"] for row in found} == {True, False}
    item = (await client.get(f"/activitySchedules/{talks[0]['ID']}")).json()
    assert item["RecurringScheduleID"] == 700


async def test_a_placeholder_job_leads_each_day(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("placeholder_job")
    job = next(r for r in await rows(client, **DAY, **WIDE) if r["Type"] == "job")["Project"]
    item = (await client.get(f"/jobs/{job['ProjectID']}")).json()
    assert item["Name"] == "YOU ARE ON CALL****"
    other = (await client.get(f"/jobs/{job['ProjectID'] + 1}")).json()
    assert other["Name"] != item["Name"]


async def test_statuses_are_renamed_everywhere_or_null(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("status_renamed")
    named = (await rows(client, "/jobs/", columns="ID,Status"))[0]["Status"]
    table = await rows(client, "/setup/statusCodes/projects/")
    assert named["Name"].endswith(" (new)")
    assert named["Name"] in {row["Name"] for row in table}
    simulator.faults.set("status_null")
    assert {row["Status"] for row in await rows(client, "/jobs/", columns="ID,Status")} == {None}


async def test_a_long_timeline_has_every_kind_of_entry(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    job = next(r for r in await rows(client, **DAY, **WIDE) if r["Type"] == "job")["Project"]
    path = f"/jobs/{job['ProjectID']}/timelines/"
    (only,) = (await client.get(path)).json()
    simulator.faults.set("long_timeline:400")
    entries = (await client.get(path)).json()
    assert len(entries) == 401
    assert entries[0] == only
    assert [e["Date"] for e in entries] == sorted((e["Date"] for e in entries), reverse=True)
    assert len([e for e in entries[1:] if e["Staff"] is None]) == 134
    assert len({e["Type"] for e in entries}) == 5
    assert any("<br />Mobile status set to" in e["Message"] for e in entries)


async def test_unused_names_are_a_space_and_optional_fields_are_left_out(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("names_blank")
    assert " " in {row["CompanyName"] for row in await rows(client, "/customers/")}
    simulator.faults.set("optional_absent")
    jobs = await rows(client, "/jobs/", columns="ID,DueDate,CompletedDate,SiteContact")
    assert all("DueDate" not in row or row["DueDate"] for row in jobs)
    assert any("DueDate" not in row for row in jobs)


@pytest.mark.parametrize(
    ("shape", "holds"),
    [
        ("wrapped", lambda body: body["data"]["errors"][0]["message"] == "Invalid route."),
        ("list", lambda body: body[0]["message"] == "Invalid route."),
        ("no_errors", lambda body: body == {"message": "Invalid route."}),
        ("oauth", lambda body: body["error_description"] == "Invalid route."),
    ],
)
async def test_an_error_has_any_of_the_seen_shapes(
    client: httpx2.AsyncClient, simulator: Simulator, shape: str, holds: Any
) -> None:
    simulator.faults.set(f"error_shape:{shape}")
    reply = await client.get("/nonsense/")
    assert reply.status_code == 404
    assert holds(reply.json())
    assert simulator.api_key not in reply.text


async def test_an_error_may_be_text_or_nothing(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("error_shape:text")
    assert (await client.get("/nonsense/")).text == "Invalid route."
    simulator.faults.set("error_shape:empty")
    assert (await client.get("/nonsense/")).content == b""


async def test_a_body_can_be_missing(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    simulator.faults.set("empty_body:1,on=jobs")
    first = await client.get("/jobs/")
    assert (first.status_code, first.content) == (200, b"")
    assert (await client.get("/jobs/")).json()


async def test_twins_start_together_with_the_same_technician(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = next(r for r in await rows(client, **DAY, **WIDE) if r["Type"] == "job" and r["Staff"])
    twin = simulator.twin_schedule(row["ID"])
    shown = (await client.get(f"/schedules/{twin}")).json()
    assert (shown["Staff"], shown["Blocks"]) == (row["Staff"], row["Blocks"])
    assert shown["Reference"] != row["Reference"]


async def test_the_company_states_its_standard_offset_all_year(
    client: httpx2.AsyncClient,
) -> None:
    company = (await client.get("http://build.test/api/v1.0/companies/2")).json()
    blocks = (await rows(client, **DAY))[0]["Blocks"]
    assert company["TimezoneOffset"] == "+10:00"
    assert blocks[0]["ISO8601StartTime"].endswith("+11:00")


async def test_a_contractor_job_has_no_schedule_row(client: httpx2.AsyncClient) -> None:
    found = await rows(client, "/contractorJobs/")
    assert found
    dates = [row["DueDate"] for row in await rows(client, "/contractorJobs/", columns="ID,DueDate")]
    assert len(dates) == len(set(dates)), "one job a date is subcontracted"
    item = (await client.get(f"/contractorJobs/{found[0]['ID']}")).json()
    assert item["Status"] in ("Pending", "Complete")
    job, section, center = (
        int(part) for part in found[0]["_href"].split("/")[6:12] if part.isdigit()
    )
    nested = f"/jobs/{job}/sections/{section}/costCenters/{center}"
    own = await rows(client, f"{nested}/contractorJobs/")
    assert [row["ID"] for row in own] == [found[0]["ID"]]
    assert found[0]["ID"] not in {row["ID"] for row in await rows(client, f"{nested}/schedules/")}


async def test_a_fault_of_one_row_can_name_the_row(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    sound = await rows(client, **DAY)
    simulator.faults.set(f"date_absent:x,id={sound[3]['ID']}")
    spoilt = await rows(client, Type="in(job,quote,lead,activity)", **DAY)
    assert [n for n, row in enumerate(spoilt) if "Date" not in row] == [3]
    assert "ISO8601StartTime" not in spoilt[3]["Blocks"][0]


async def test_a_page_can_come_empty_though_its_rows_are_counted(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("empty_page:1")
    reply = await client.get("/schedules/", params=DAY)
    assert reply.json() == []
    assert int(reply.headers["Result-Total"]) == len(await rows(client, **DAY)) > 0


def test_every_fault_is_named_in_a_test() -> None:
    here = Path(__file__).parent
    tests = "\n".join(file.read_text(encoding="utf-8") for file in sorted(here.glob("test_*.py")))
    unproved = [name for name in FAULTS if name not in tests and not name.startswith("token_")]
    assert unproved == []
