"""Change feeds, mobile statuses and timelines: what a mutation leaves for a reader to find."""

from typing import Any

import httpx2
import pytest

from claw.connectors.simpro.simulator import Simulator


def job_of(simulator: Simulator, staff: int | None = None) -> dict[str, Any]:
    return next(
        row
        for row in simulator.schedules(simulator.today, simulator.today)
        if row["Type"] == "job" and row["Staff"] and staff in (None, row["Staff"]["ID"])
    )


async def feed(client: httpx2.AsyncClient, name: str, **query: str) -> list[dict[str, Any]]:
    reply = await client.get(f"/logs/{name}/", params={"pageSize": "250", **query})
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_each_mutation_writes_a_feed_row_with_the_id_as_text(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = job_of(simulator)
    simulator.move_schedule(row["ID"], start="10:00")
    simulator.reassign_schedule(row["ID"], None)
    simulator.split_schedule(row["ID"], "10:30", "14:00")
    simulator.delete_schedule(row["ID"])
    simulator.cancel_job(row["Project"]["ProjectID"])
    rows = await feed(client, "schedules")
    assert [r["ScheduleID"] for r in rows] == [str(row["ID"])] * 3 + [None]
    assert set(rows[0]) == {"ID", "ScheduleID", "Message", "Staff", "DateLogged"}
    jobs = await feed(client, "jobs")
    assert [r["JobID"] for r in jobs] == [str(row["Project"]["ProjectID"])] * 5
    assert jobs[-1]["Message"] == "Job moved to Archived"
    item = (await client.get(f"/logs/schedules/{rows[0]['ID']}")).json()
    assert (item["Type"], item["ScheduleEmployee"]["ID"]) == ("Job", row["Staff"]["ID"])


async def test_a_quotes_schedule_is_in_the_quotes_feed(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    quote = next(
        r for r in simulator.schedules(simulator.today, simulator.today) if r["Type"] == "quote"
    )
    simulator.move_schedule(quote["ID"], start="15:00")
    (row,) = await feed(client, "quotes")
    assert row["QuoteID"] == str(quote["Project"]["ProjectID"])
    assert await feed(client, "jobs") == []


async def test_a_feed_is_read_from_a_moment_on_in_order(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = job_of(simulator)
    for time, start in (("09:00", "10:00"), ("11:30", "11:00"), ("13:15", "12:00")):
        simulator.set_time(time)
        simulator.move_schedule(row["ID"], start=start)
    late = await feed(
        client, "schedules", DateLogged="ge(2026-11-24T11:00:00+11:00)", orderby="-DateLogged,ID"
    )
    assert [r["DateLogged"] for r in late] == [
        "2026-11-24T13:15:01+11:00",
        "2026-11-24T11:30:01+11:00",
    ]
    between = await feed(
        client, "schedules", DateLogged="between(2026-11-23T21:00:00Z,2026-11-24T00:59:59Z)"
    )
    assert [r["DateLogged"][11:16] for r in between] == ["09:00", "11:30"]
    with pytest.raises(ValueError, match="later than 09:00"):
        simulator.set_time("09:00")


async def test_a_tap_is_logged_with_its_work_order_and_place(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = job_of(simulator, staff=44)
    project = row["Project"]
    simulator.add_mobile_status(staff=44, job=project["ProjectID"], status="Travelling", at="07:41")
    (log,) = await feed(client, "mobileStatus")
    assert log["WorkOrder"]["ID"] == row["ID"]
    assert log["WorkOrder"]["ProjectID"] == project["ProjectID"]
    assert (log["Status"]["Name"], log["DateLogged"]) == ("Travelling", "2026-11-24T07:41:00+11:00")
    assert -34 < log["Latitude"] < -33
    assert (await client.get(f"/logs/mobileStatus/{log['ID']}")).json() == log
    simulator.faults.set("status_number")
    assert (await feed(client, "mobileStatus"))[0]["Status"]["Name"] == 51


async def test_an_offline_phone_syncs_hours_late_and_bundles(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    job = job_of(simulator, staff=44)["Project"]["ProjectID"]
    tap = {"staff": 44, "job": job, "logged": "11:02"}
    simulator.add_mobile_status(**tap, status="Travelling", at="07:41")
    simulator.add_mobile_status(**tap, status="Onsite", at="07:58", bundle=True)
    assert {r["DateLogged"][11:16] for r in await feed(client, "mobileStatus")} == {"11:02"}
    newest, *_ = (await client.get(f"/jobs/{job}/timelines/")).json()
    assert newest["Message"] == (
        "Mobile status set to Onsite (07:58)<br />Mobile status set to Travelling (07:41)"
    )
    assert newest["Date"] == "2026-11-24T11:02:00+11:00"


async def test_a_tap_may_come_from_the_future_and_of_a_quote(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    quote = next(
        r for r in simulator.schedules(simulator.today, simulator.today) if r["Type"] == "quote"
    )
    simulator.add_mobile_status(
        staff=44,
        job=quote["Project"]["ProjectID"],
        kind="quote",
        status="Waiting for parts",
        logged="2026-11-26T09:00",
    )
    (log,) = await feed(client, "mobileStatus")
    assert log["DateLogged"] == "2026-11-26T09:00:00+11:00"
    assert log["WorkOrder"]["Type"] == "Quote"
    assert "/quotes/" in log["WorkOrder"]["_href"]


def test_a_tap_of_a_stranger_or_on_no_job_is_refused(simulator: Simulator) -> None:
    job = job_of(simulator)["Project"]["ProjectID"]
    with pytest.raises(KeyError):
        simulator.add_mobile_status(staff=999, job=job, status="Onsite")
    with pytest.raises(KeyError):
        simulator.add_mobile_status(staff=44, job=5, status="Onsite", kind="lead")


async def test_something_can_happen_between_two_pages(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    query = {"Date": "between(2026-11-23,2026-11-29)", "orderby": "Date,ID", "pageSize": "40"}
    whole = [
        row["ID"]
        for page in ("1", "2", "3")
        for row in (await client.get("/schedules/", params={**query, "page": page})).json()
    ]
    simulator.before_page(3, lambda: simulator.delete_schedule(whole[0]))
    torn = [
        row["ID"]
        for page in ("1", "2", "3")
        for row in (await client.get("/schedules/", params={**query, "page": page})).json()
    ]
    assert torn[:80] == whole[:80]
    assert torn[80:119] == whole[81:120]
    assert simulator.state().hooks == []


async def test_a_304_nobody_asked_for(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    simulator.faults.set("not_modified:1,on=logs/jobs")
    replies = [await client.get("/logs/jobs/") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [304, 200]
    assert replies[0].content == b""


async def test_half_a_surrogate_pair_arrives_as_an_escape(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("lone_surrogate")
    query = {"Date": "2026-11-24", "columns": "ID,Notes"}
    reply = await client.get("/schedules/", params=query)
    assert reply.content.count(rb"\ud83d") == 1
    assert reply.json()[0]["Notes"] == "Back gate \ud83d"
