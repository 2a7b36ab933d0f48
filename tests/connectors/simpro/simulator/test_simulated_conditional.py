"""If-Modified-Since in both forms, and parameters that have no effect."""

import httpx2
import pytest

from claw.connectors.simpro.simulator import Simulator

DAY = {"Date": "2026-11-24", "pageSize": "250"}
BEFORE = ("Tue, 24 Nov 2026 00:00:00 GMT", "2026-11-24T06:00:00")
AFTER = ("Tue, 24 Nov 2026 20:00:00 GMT", "2026-11-24T20:00:00")


@pytest.mark.parametrize("since", BEFORE)
async def test_only_what_changed_since_is_shown_and_a_deletion_never(
    client: httpx2.AsyncClient, simulator: Simulator, since: str
) -> None:
    changed, gone = simulator.schedules(simulator.today, simulator.today)[:2]
    simulator.set_time("12:00")
    simulator.reassign_schedule(changed["ID"], None)
    simulator.delete_schedule(gone["ID"])
    reply = await client.get("/schedules/", params=DAY, headers={"If-Modified-Since": since})
    assert [row["ID"] for row in reply.json()] == [changed["ID"]]
    assert reply.headers["Result-Total"] == "1"


async def test_the_boundary_itself_counts_as_modified(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    row = simulator.schedules(simulator.today, simulator.today)[0]
    simulator.reassign_schedule(row["ID"], None)

    async def status(second: int) -> int:
        header = {"If-Modified-Since": f"2026-11-24T06:00:{second:02d}"}
        return (await client.get("/schedules/", params=DAY, headers=header)).status_code

    assert [await status(1), await status(2)] == [200, 304]


@pytest.mark.parametrize("since", AFTER)
async def test_nothing_modified_is_a_304_without_a_body(
    client: httpx2.AsyncClient, since: str
) -> None:
    reply = await client.get("/schedules/", params=DAY, headers={"If-Modified-Since": since})
    assert (reply.status_code, reply.content) == (304, b"")


@pytest.mark.parametrize("since", ["yesterday", ""])
async def test_a_header_that_says_nothing_has_no_effect(
    client: httpx2.AsyncClient, since: str
) -> None:
    whole = await client.get("/schedules/", params=DAY)
    reply = await client.get("/schedules/", params=DAY, headers={"If-Modified-Since": since})
    assert reply.content == whole.content


async def test_a_list_without_a_date_modified_is_whole(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/setup/zones/", headers={"If-Modified-Since": AFTER[0]})
    assert len(reply.json()) == 3


async def test_the_header_can_be_ignored_or_break_an_order(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    header, query = {"If-Modified-Since": AFTER[0]}, {**DAY, "orderby": "DateModified"}
    assert (await client.get("/schedules/", params=query, headers=header)).status_code == 304
    simulator.faults.set("modified_since_500")
    assert (await client.get("/schedules/", params=query, headers=header)).status_code == 500
    assert (await client.get("/schedules/", params=query)).status_code == 200
    simulator.faults.clear()
    simulator.faults.set("modified_since_ignored")
    assert (await client.get("/schedules/", params=query, headers=header)).status_code == 200


async def test_a_changed_contact_and_a_cancelled_job_count_as_modified(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    header = {"If-Modified-Since": "2026-11-24T05:59:00"}
    assert (await client.get("/contacts/", headers=header)).status_code == 304
    simulator.set_contact(5001, mobile="0491 570 737")
    assert [r["ID"] for r in (await client.get("/contacts/", headers=header)).json()] == [5001]
    job = (await client.get("/jobs/", params={"pageSize": "1"})).json()[0]["ID"]
    simulator.cancel_job(job)
    assert [r["ID"] for r in (await client.get("/jobs/", headers=header)).json()] == [job]


@pytest.mark.parametrize("query", [{"display": "all"}, {"limit": "3"}])
async def test_a_parameter_to_leave_alone_changes_nothing(
    client: httpx2.AsyncClient, simulator: Simulator, query: dict[str, str]
) -> None:
    plain = await client.get("/schedules/", params=DAY)
    assert (await client.get("/schedules/", params={**DAY, **query})).content == plain.content
