"""What a dispatcher does to the build, by method and over the control endpoints."""

from datetime import date
from typing import Any

import httpx2

from claw.connectors.simpro.simulator import Simulator, create_simulator

TODAY = date(2026, 11, 24)
CONTROL = "http://build.test/_control"


def first_job(simulator: Simulator) -> dict[str, Any]:
    return next(
        row for row in simulator.schedules(TODAY, TODAY) if row["Type"] == "job" and row["Staff"]
    )


async def test_a_moved_row_keeps_its_id_and_leaves_its_day(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    before = first_job(simulator)
    simulator.move_schedule(before["ID"], date=date(2026, 12, 2), start="10:00", staff=49)
    there = (
        await client.get("/schedules/", params={"Date": "2026-12-02", "pageSize": "250"})
    ).json()
    (moved,) = [row for row in there if row["ID"] == before["ID"]]
    assert moved["Blocks"][0]["ISO8601StartTime"] == "2026-12-02T10:00:00+11:00"
    assert (moved["Staff"]["ID"], moved["TotalHours"]) == (49, before["TotalHours"])
    assert before["ID"] not in {row["ID"] for row in simulator.schedules(TODAY, TODAY)}
    item = (await client.get(f"/schedules/{before['ID']}")).json()
    assert item["DateModified"] > before["DateModified"]
    log = (await client.get("/logs/schedules/")).json()
    assert (log[-1]["ScheduleID"], log[-1]["Message"]) == (str(before["ID"]), "Schedule moved")


async def test_a_jobs_technicians_follow_its_rows(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = first_job(simulator)
    path = f"/jobs/{row['Project']['ProjectID']}?columns=ID,Technicians"
    before = (await client.get(path)).json()["Technicians"]
    simulator.reassign_schedule(row["ID"], 12)
    after = (await client.get(path)).json()["Technicians"]
    assert row["Staff"] in before
    assert row["Staff"] not in after
    assert 12 in {member["ID"] for member in after}


async def test_a_deleted_row_is_gone_everywhere(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = first_job(simulator)
    simulator.delete_schedule(row["ID"])
    assert row["ID"] not in {r["ID"] for r in simulator.schedules(TODAY, TODAY)}
    assert (await client.get(f"/schedules/{row['ID']}")).status_code == 404
    assert (await client.get("/logs/schedules/")).json()[-1]["ScheduleID"] is None


async def test_a_cancelled_job_changes_stage_and_keeps_its_rows(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = first_job(simulator)
    job = row["Project"]["ProjectID"]
    simulator.cancel_job(job)
    assert (await client.get(f"/jobs/{job}")).json()["Stage"] == "Archived"
    assert row["ID"] in {r["ID"] for r in simulator.schedules(TODAY, TODAY)}
    assert (await client.get("/logs/jobs/")).json()[-1]["JobID"] == str(job)


async def test_every_operation_works_over_the_control_plane(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = first_job(simulator)
    job = row["Project"]["ProjectID"]

    async def post(name: str, **body: object) -> Any:
        reply = await client.post(f"{CONTROL}/{name}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()["result"]

    await post("move", id=row["ID"], start="08:00")
    await post("reassign", id=row["ID"], staff=None)
    await post("split", id=row["ID"], at="09:00", resume="13:00")
    await post("cancel", job=job)
    added = await post(
        "add_schedule", date="2026-11-24", blocks=[["22:00", "02:00"]], job=job, staff=42
    )
    await post("add_mobile_status", staff=42, job=job, status="Travelling", at="07:41")
    await post("set_time", to="07:45")
    await post("add_timeline_entry", job=job, type="General Message", message="Called", staff=42)
    twin = await post("twin", id=added)
    assert (await client.get(f"/schedules/{twin}")).json()["Staff"]["ID"] == 42
    hook = await post("subscribe", url="http://127.0.0.1:9/", secret="hush", events=["job.updated"])
    await post("burst", job=job, count=2)
    assert [sent["status"] for sent in await post("deliver")] == [None, None]
    assert [sent["method"] for sent in await post("probe", id=hook)] == ["HEAD", "GET"]
    assert [sent["event"] for sent in await post("ping", id=hook, body="x")] == ["ping"]
    contact = (await client.get("/contacts/", params={"pageSize": "1"})).json()[0]["ID"]
    await post("set_contact_phone", id=contact, mobile="0491 570 737")
    assert (await client.get(f"/contacts/{contact}")).json()["CellPhone"] == "0491 570 737"
    changed = (await client.get(f"/schedules/{row['ID']}")).json()
    assert changed["Staff"] is None
    assert [b["StartTime"] for b in changed["Blocks"]] == ["08:00", "13:00", "10:15"]
    night = (await client.get(f"/schedules/{added}")).json()["Blocks"][0]
    assert (night["EndTime"], night["ISO8601EndTime"][:10]) == ("02:00", "2026-11-25")
    timeline = (await client.get(f"/jobs/{job}/timelines/")).json()
    said = [(e["Type"], e["Message"]) for e in timeline]
    assert ("Mobile Status", "Mobile status set to Travelling (07:41)") in said
    assert said.index(("General Message", "Called")) < len(said) - 1
    assert (await client.get("/logs/mobileStatus/")).json()[0]["Status"]["Name"] == "Travelling"
    assert await post("faults", set=["revoked", "bom"]) == ["revoked", "bom"]
    assert (await client.get("/jobs/")).status_code == 401
    await post("reset")
    assert (await client.get("/jobs/")).status_code == 200
    log = (await client.get(f"{CONTROL}/log")).json()
    assert [entry["path"] for entry in log] == ["/api/v1.0/companies/2/jobs/"]
    assert (await client.get(f"{CONTROL}/violations")).json() == []
    assert simulator.schedules(TODAY, TODAY)[0]["DateModified"] == row["DateModified"]


async def test_bad_operations_change_nothing(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    before = simulator.schedules(TODAY, TODAY)
    simulator.faults.set("bom")
    assert (await client.post(f"{CONTROL}/move", json={"id": 9999999})).status_code == 404
    assert (await client.post(f"{CONTROL}/move", json={"oops": 1})).status_code == 400
    assert (await client.post(f"{CONTROL}/faults", json={"set": ["x"]})).status_code == 400
    elsewhere = {"url": "http://example.com/", "secret": "hush"}
    assert (await client.post(f"{CONTROL}/subscribe", json=elsewhere)).status_code == 400
    assert (await client.post(f"{CONTROL}/set_time", json={"to": "05:00"})).status_code == 400
    assert simulator.schedules(TODAY, TODAY) == before
    assert [fault.name for fault in simulator.faults.active] == ["bom"]


def test_the_same_operations_give_the_same_build() -> None:
    def run() -> tuple[object, object]:
        simulator = create_simulator(today=TODAY)
        simulator.move_schedule(first_job(simulator)["ID"], date=date(2026, 11, 25))
        simulator.delete_schedule(first_job(simulator)["ID"])
        state = simulator.state()
        return simulator.schedules(TODAY, date(2026, 11, 26)), state.logs.schedules

    assert run() == run()
