"""Reads: projection, filters, order, pages and refusals."""

from typing import Any

import httpx2
import pytest

from claw.connectors.simpro.simulator import Simulator, documented

WEEK = "between(2026-11-23,2026-11-29)"


async def test_a_list_is_narrow_until_columns_are_asked_for(client: httpx2.AsyncClient) -> None:
    narrow = (await client.get("/jobs/", params={"pageSize": "1"})).json()[0]
    assert set(narrow) == {"ID", "Description", "Total"}
    wide = (await client.get("/jobs/", params={"pageSize": "1", "columns": "ID,Stage,Site"})).json()
    assert list(wide[0]) == ["ID", "Stage", "Site"]


async def test_a_name_of_an_unused_kind_is_an_empty_string(client: httpx2.AsyncClient) -> None:
    for row in (await client.get("/customers/", params={"pageSize": "250"})).json():
        if "/companies/" in row["_href"].removeprefix("/api/v1.0/companies/2"):
            assert row["CompanyName"]
            assert row["GivenName"] == row["FamilyName"] == ""
        else:
            assert row["CompanyName"] == ""
            assert row["GivenName"]


@pytest.mark.parametrize("columns", ["JobNumber", "Site.Address"])
async def test_an_unknown_column_is_refused_and_recorded(
    client: httpx2.AsyncClient, simulator: Simulator, columns: str
) -> None:
    reply = await client.get("/jobs/", params={"columns": f"ID,{columns}"})
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["path"] == f"/{columns}"
    assert simulator.violations == [f"jobs has no documented column {columns}"]


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"Type": "quote"}, lambda r: r["Type"] == "quote"),
        ({"Type": "in(quote,lead)"}, lambda r: r["Type"] in ("quote", "lead")),
        ({"Type": "!in(job)"}, lambda r: r["Type"] != "job"),
        ({"Type": "ne(job)"}, lambda r: r["Type"] != "job"),
        ({"Staff.ID": "77"}, lambda r: r["Staff"] and r["Staff"]["ID"] == 77),
        ({"Staff.Name": "Drain%"}, lambda r: r["Staff"] and r["Staff"]["Name"][:5] == "Drain"),
        ({"Staff": "null"}, lambda r: r["Staff"] is None),
        ({"Staff.ID": "ne()"}, lambda r: r["Staff"] is not None),
        ({"TotalHours": "gt(2)"}, lambda r: r["TotalHours"] > 2),
        ({"TotalHours": "le(1)"}, lambda r: r["TotalHours"] <= 1),
        ({"TotalHours": "between(1,2)"}, lambda r: 1 <= r["TotalHours"] <= 2),
        ({"Blocks.StartTime": "lt(07:30)"}, lambda r: r["Blocks"][0]["StartTime"] < "07:30"),
        ({"Date": "ge(2026-11-25)"}, lambda r: r["Date"] >= "2026-11-25"),
        (
            {"search": "any", "Type": "lead", "Staff.ID": "77"},
            lambda r: r["Type"] == "lead" or (r["Staff"] and r["Staff"]["ID"] == 77),
        ),
    ],
)
async def test_a_filter_keeps_exactly_what_it_names(
    client: httpx2.AsyncClient, query: dict[str, str], holds: Any
) -> None:
    base = {"Date": WEEK, "pageSize": "250"}
    if query.get("search") == "any":
        base.pop("Date")
    everything = (await client.get("/schedules/", params=base)).json()
    kept = (await client.get("/schedules/", params={**base, **query})).json()
    if query.get("search") == "any" or "Date" in query:
        assert kept != []
        assert all(holds(row) for row in kept)
    else:
        assert kept == [row for row in everything if holds(row)]
        assert len(kept) < len(everything)


async def test_pages_cover_a_read_once_and_say_how_many(client: httpx2.AsyncClient) -> None:
    query = {"Date": WEEK, "orderby": "Date,ID"}
    first = await client.get("/schedules/", params=query)
    assert first.headers["Result-Count"] == "30"
    ids: list[int] = []
    for page in range(1, int(first.headers["Result-Pages"]) + 1):
        reply = await client.get("/schedules/", params={**query, "page": str(page)})
        ids += [row["ID"] for row in reply.json()]
    assert len(ids) == len(set(ids)) == int(first.headers["Result-Total"])
    beyond = await client.get("/schedules/", params={**query, "page": "999"})
    assert beyond.json() == []


async def test_a_page_never_holds_more_than_250_rows(client: httpx2.AsyncClient) -> None:
    query = {"Date": "between(2026-11-01,2026-11-30)", "pageSize": "500"}
    assert len((await client.get("/schedules/", params=query)).json()) == 250


async def test_order_by_several_columns(client: httpx2.AsyncClient) -> None:
    query = {"Date": WEEK, "orderby": "-Date,Type,-ID", "pageSize": "250"}
    rows = (await client.get("/schedules/", params=query)).json()
    by_id = sorted(rows, key=lambda r: r["ID"], reverse=True)
    by_type = sorted(by_id, key=lambda r: r["Type"])
    assert rows == sorted(by_type, key=lambda r: r["Date"], reverse=True)


async def test_a_money_column_does_not_allow_search(client: httpx2.AsyncClient) -> None:
    reply = await client.get("/jobs/", params={"Total.ExTax": "gt(1)"})
    assert reply.status_code == 422
    assert reply.json() == {
        "errors": [
            {
                "path": "/Total/ExTax",
                "message": "This API Column does not allow search requests.",
                "value": None,
            }
        ]
    }


async def test_an_unknown_parameter_has_no_effect_and_is_recorded(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    reply = await client.get("/schedules/", params={"DateFrom": "2026-11-24", "pageSize": "250"})
    assert int(reply.headers["Result-Total"]) > 250
    assert simulator.violations == ["schedules has no documented parameter DateFrom"]


async def test_jobs_are_read_in_batches_by_id(client: httpx2.AsyncClient) -> None:
    rows = (await client.get("/schedules/", params={"Date": "2026-11-24", "Type": "job"})).json()
    ids = sorted({row["Project"]["ProjectID"] for row in rows} if "Project" in rows[0] else set())
    query = {"ID": f"in({','.join(map(str, ids))})", "columns": "ID,Stage", "pageSize": "250"}
    assert [row["ID"] for row in (await client.get("/jobs/", params=query)).json()] == ids


async def test_past_jobs_are_mostly_done_and_future_ones_never(client: httpx2.AsyncClient) -> None:
    query = {"columns": "ID,Stage,DueDate,CompletedDate", "pageSize": "250"}
    jobs = (await client.get("/jobs/", params={**query, "CompletedDate": "ne(null)"})).json()
    assert jobs
    assert all(job["Stage"] in ("Complete", "Invoiced") for job in jobs)
    assert all(job["CompletedDate"] < "2026-11-24" for job in jobs)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/nonsense/", "Invalid route."),
        ("/schedules", "Invalid route."),
        ("/customers/301", "Invalid route."),
        ("/schedules/5", "Not found."),
        ("/jobs/999999999/timelines/", "Not found."),
    ],
)
async def test_what_is_not_there_is_404(
    client: httpx2.AsyncClient, path: str, message: str
) -> None:
    reply = await client.get(path)
    assert (reply.status_code, reply.json()["errors"][0]["message"]) == (404, message)


async def test_keys_see_their_companies_and_resources_only(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    key = simulator.add_key("narrow", companies=(2,), forbid=("contacts",))
    headers = {"Authorization": f"Bearer {key}"}
    root = "http://build.test/api/v1.0"
    companies = await client.get(f"{root}/companies/", headers=headers)
    assert [row["ID"] for row in companies.json()] == [2]
    other = await client.get(f"{root}/companies/3/schedules/", headers=headers)
    assert other.status_code == 403
    assert (await client.get("/contacts/", headers=headers)).status_code == 403
    assert (await client.get("/jobs/", headers=headers)).status_code == 200
    assert (await client.get("/jobs/", headers={"Authorization": "Bearer no"})).status_code == 401
    assert simulator.log[-2].api_key_label == "narrow"
    assert simulator.log[-1].api_key_label is None


@pytest.mark.parametrize("write", documented.document().writes)
async def test_any_write_is_refused_and_recorded(
    client: httpx2.AsyncClient, simulator: Simulator, write: str
) -> None:
    method, _, template = write.partition(" ")
    path = template.replace("{companyID}", "2")
    while "{" in path:
        path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
    reply = await client.request(method, f"http://build.test{path}", json={})
    assert reply.status_code == 405
    assert simulator.violations == [f"{method} {path} is a documented write"]


async def test_private_columns_are_answered_but_recorded(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    await client.get("/employees/", params={"columns": "ID,Name,DateOfBirth"})
    await client.get("/employees/41")
    assert len(simulator.violations) == 2
