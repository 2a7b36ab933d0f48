"""Each fault misbehaves as it says, and a counted one recovers."""

import gzip
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claw.connectors.simpro.simulator import FAULTS, Simulator
from claw.core.errors import InvalidInput

REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "simulator-simpro.md"
DAY = {"Date": "2026-11-24", "pageSize": "250"}
WEEK = {"Date": "between(2026-11-23,2026-11-29)", "orderby": "Date,ID", "pageSize": "100"}


async def day(client: httpx2.AsyncClient) -> list[dict[str, Any]]:
    reply = await client.get("/schedules/", params=DAY)
    assert reply.status_code == 200
    return reply.json()


async def pages(client: httpx2.AsyncClient) -> tuple[list[int], list[int]]:
    ids: list[int] = []
    totals: list[int] = []
    for page in ("1", "2"):
        reply = await client.get("/schedules/", params={**WEEK, "page": page})
        ids += [row["ID"] for row in reply.json()]
        totals.append(int(reply.headers["Result-Total"]))
    return ids, totals


def test_an_unknown_fault_names_the_known_ones(simulator: Simulator) -> None:
    with pytest.raises(InvalidInput) as caught:
        simulator.faults.set("gremlins")
    assert "narrow_list" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("fault", "holds"),
    [
        ("project_absent", lambda rows: all("Project" not in r for r in rows)),
        ("project_null", lambda rows: all(r["Project"] is None for r in rows)),
        ("project_string", lambda rows: isinstance(rows[0]["Project"], str)),
        ("type_capitalised", lambda rows: all(r["Type"][0].isupper() for r in rows)),
        ("blocks_empty", lambda rows: all(r["Blocks"] == [] for r in rows)),
        ("blocks_absent", lambda rows: all("Blocks" not in r for r in rows)),
        ("iso_missing", lambda rows: "ISO8601StartTime" not in rows[0]["Blocks"][0]),
        ("iso_z", lambda rows: rows[0]["Blocks"][0]["ISO8601StartTime"][-1] == "Z"),
        ("iso_wrong", lambda rows: "+12:00" in rows[0]["Blocks"][0]["ISO8601StartTime"]),
        ("clock_24", lambda rows: rows[0]["Blocks"][-1]["EndTime"] == "24:00"),
        ("ampm_times", lambda rows: rows[0]["Blocks"][0]["StartTime"] == "07:30 AM"),
        ("night_shift", lambda rows: rows[0]["Blocks"][0]["EndTime"] == "02:00"),
        ("zero_block", lambda rows: rows[0]["TotalHours"] == 0),
        ("staff_integer", lambda rows: isinstance(rows[0]["Staff"], int)),
        ("staff_empty", lambda rows: rows[0]["Staff"] == {}),
        ("ids_as_strings", lambda rows: isinstance(rows[0]["ID"], str)),
        ("unknown_type", lambda rows: rows[0]["Type"] == "maintenance"),
    ],
)
async def test_a_row_fault_spoils_rows_and_lifts_again(
    client: httpx2.AsyncClient, simulator: Simulator, fault: str, holds: Any
) -> None:
    columns = {"columns": "ID,Type,TotalHours,Staff,Date,Blocks,Project"}
    sound = (await client.get("/schedules/", params={**DAY, **columns})).json()
    simulator.faults.set(fault)
    spoilt = (await client.get("/schedules/", params={**DAY, **columns})).json()
    assert holds(spoilt)
    assert not holds(sound)
    simulator.faults.clear()
    assert (await client.get("/schedules/", params={**DAY, **columns})).json() == sound


@pytest.mark.parametrize(
    ("fault", "status"), [("html_503:2", 503), ("no_content:2", 204), ("rate429:2", 429)]
)
async def test_a_counted_fault_recovers(
    client: httpx2.AsyncClient, simulator: Simulator, fault: str, status: int
) -> None:
    simulator.faults.set(fault)
    seen = [(await client.get("/schedules/", params=DAY)).status_code for _ in range(3)]
    assert seen == [status, status, 200]


async def test_a_fault_can_wait_and_pick_its_resource(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("html_503:1,on=jobs,after=1")
    assert (await client.get("/schedules/", params=DAY)).status_code == 200
    assert [(await client.get("/jobs/")).status_code for _ in range(3)] == [200, 503, 200]


@pytest.mark.parametrize(
    ("form", "header"),
    [("7", "7"), ("zero", "0"), ("garbage", "soon"), ("absent", None), ("seconds", "1")],
)
async def test_retry_after_takes_every_form(
    client: httpx2.AsyncClient, simulator: Simulator, form: str, header: str | None
) -> None:
    simulator.faults.set(f"rate429:1,retry_after={form}")
    assert (await client.get("/jobs/")).headers.get("Retry-After") == header


async def test_a_deletion_between_pages_hides_a_row_once(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    whole, _ = await pages(client)
    simulator.faults.set("page_shift_delete:1")
    torn, totals = await pages(client)
    assert len(torn) == len(whole) - 1
    assert totals[1] == totals[0] - 1
    again, totals = await pages(client)
    assert again == whole[1:]
    assert totals[0] == totals[1] == len(again)


async def test_an_insertion_between_pages_shows_a_row_twice_once(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("page_shift_insert:1")
    torn, _ = await pages(client)
    assert len(torn) == len(set(torn)) + 1
    again, totals = await pages(client)
    assert len(again) == len(set(again)) == totals[0] == totals[1]


@pytest.mark.parametrize("fault", ["total_drift", "duplicate_row", "skipped_row"])
async def test_a_torn_read_heals_on_the_next(
    client: httpx2.AsyncClient, simulator: Simulator, fault: str
) -> None:
    whole, _ = await pages(client)
    simulator.faults.set(fault)
    torn, totals = await pages(client)
    assert torn != whole or totals[0] != totals[1]
    assert (await pages(client))[0] == whole


async def test_a_filter_can_be_ignored_wholly_or_by_field(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("filter_ignored:Type")
    rows = (await client.get("/schedules/", params={**DAY, "Type": "lead"})).json()
    assert {row["Type"] for row in rows} > {"lead"}
    assert {row["Date"] for row in rows} == {"2026-11-24"}
    simulator.faults.set("filter_ignored")
    assert len({row["Date"] for row in await day(client)}) > 1


async def test_paging_and_order_faults(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    simulator.faults.set("page_cap:10")
    assert len(await day(client)) == 10
    simulator.faults.clear()
    simulator.faults.set("between_exclusive")
    rows = (await client.get("/schedules/", params={**WEEK, "pageSize": "250"})).json()
    assert max(row["Date"] for row in rows) == "2026-11-28"
    simulator.faults.clear()
    simulator.faults.set("orderby_ignored")
    rows = (await client.get("/schedules/", params={**WEEK, "pageSize": "250"})).json()
    assert rows != sorted(rows, key=lambda row: row["ID"])


async def test_header_faults(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    simulator.faults.set("no_result_headers")
    assert "Result-Total" not in (await client.get("/schedules/", params=DAY)).headers
    simulator.faults.clear()
    simulator.faults.set("garbage_result_pages")
    simulator.faults.set("link_header")
    headers = (await client.get("/schedules/", params={**DAY, "pageSize": "5"})).headers
    assert headers["Result-Pages"] == "many"
    assert 'rel="next"' in headers["Link"]


async def test_body_faults(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    sound = await day(client)
    simulator.faults.set("bom")
    assert (await client.get("/schedules/", params=DAY)).content[:3] == b"\xef\xbb\xbf"
    simulator.faults.clear()
    simulator.faults.set("truncated")
    with pytest.raises(json.JSONDecodeError):
        (await client.get("/schedules/", params=DAY)).json()
    simulator.faults.clear()
    simulator.faults.set("gzip")
    async with client.stream("GET", "/schedules/", params=DAY) as reply:
        raw = b"".join([part async for part in reply.aiter_raw()])
    assert json.loads(gzip.decompress(raw)) == sound
    simulator.faults.clear()
    simulator.faults.set("slow_drip:1")
    assert await day(client) == sound
    simulator.faults.clear()
    simulator.faults.set("html_200")
    assert "text/html" in (await client.get("/jobs/")).headers["Content-Type"]
    simulator.faults.set("object_for_array")
    assert (await client.get("/schedules/", params=DAY)).json() == {"Result": sound}
    simulator.faults.clear()
    simulator.faults.set("empty_200:schedules")
    assert await day(client) == []
    assert (await client.get("/jobs/")).json() != []


async def test_access_faults(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    async def status(path: str = "/jobs/") -> int:
        return (await client.get(path)).status_code

    simulator.faults.set("unauthorized_mid:2")
    assert [await status() for _ in range(3)] == [200, 401, 200]
    simulator.faults.clear()
    simulator.faults.set("revoked")
    assert [await status() for _ in range(3)] == [401] * 3
    simulator.faults.clear()
    simulator.faults.set("forbidden:contacts")
    assert [await status("/contacts/"), await status("/jobs/")] == [403, 200]
    simulator.faults.clear()
    simulator.faults.set("fail_after:2")
    assert [await status() for _ in range(3)] == [200, 503, 503]
    simulator.faults.clear()
    simulator.faults.set("redirect_other_host")
    reply = await client.get("/jobs/")
    assert (reply.status_code, reply.headers["Location"][:29]) == (
        302,
        "https://renamed-build.invalid",
    )


async def test_a_missing_item_is_404_and_in_no_list(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    job = (await client.get("/jobs/", params={"pageSize": "1"})).json()[0]["ID"]
    simulator.faults.set(f"missing:job:{job}")
    assert (await client.get(f"/jobs/{job}")).status_code == 404
    assert (await client.get("/jobs/", params={"ID": f"in({job})"})).json() == []


async def test_query_faults_are_422(client: httpx2.AsyncClient, simulator: Simulator) -> None:
    simulator.faults.set("unsearchable:Date")
    simulator.faults.set("invalid_column:Notes,status=400")
    assert (await client.get("/schedules/", params=DAY)).status_code == 422
    assert (await client.get("/schedules/", params={"columns": "ID,Notes"})).status_code == 400
    assert simulator.violations == []


async def test_an_error_body_can_echo_the_token(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("echo_authorization")
    body = (await client.get("/nonsense/")).json()
    assert simulator.api_key in body["header"]["Authorization"]
    assert body["data"]["errors"][0]["message"] == "Invalid route."


async def test_clock_change_days_have_rows_in_the_changed_hour(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("dst_gap")
    simulator.faults.set("dst_overlap")
    gap = (await client.get("/schedules/", params={"Date": "2026-10-04"})).json()[0]
    twice = (await client.get("/schedules/", params={"Date": "2026-04-05"})).json()[0]
    assert gap["Blocks"][0]["StartTime"] == twice["Blocks"][0]["StartTime"] == "02:30"
    assert twice["Blocks"][0]["ISO8601StartTime"] == "2026-04-05T02:30:00+10:00"


async def test_narrow_lists_ignore_the_columns_asked_for(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("narrow_list")
    row = (await client.get("/jobs/", params={"columns": "ID,Stage"})).json()[0]
    assert set(row) == {"ID", "Description", "Total"}


async def test_a_reset_reaches_the_caller_as_a_broken_connection(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    simulator.faults.set("reset:1")
    with pytest.raises(ConnectionResetError):
        await client.get("/jobs/")
    assert (await client.get("/jobs/")).status_code == 200
    assert [entry.status for entry in simulator.log] == [0, 200]


def test_the_reference_page_lists_every_fault_as_the_simulator_describes_it() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    for name, effect in FAULTS.items():
        assert f"| `{name}` | {effect} |" in page
