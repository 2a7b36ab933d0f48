"""Every GET the simulator serves, against the vendor's document kept beside this test.

The document is not the one the simulator is built from, so that a slip there shows here.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from claw.connectors.simpro.simulator import Simulator

COMPANY = "/api/v1.0/companies/{companyID}"
DOCUMENT: dict[str, dict[str, Any]] = {
    path: read
    for file in sorted((Path(__file__).parent / "documented").glob("*.json"))
    for path, read in json.loads(file.read_text(encoding="utf-8"))["reads"].items()
}

OBSERVED = {"Project"}
"""Seen on live schedule rows, and in no document."""

BEYOND = {
    ("logs/mobileStatus", "Status.Name"): "text: the document's integer is an evident slip",
    ("schedules", "Staff"): "null: a row nobody is assigned to",
    ("sites", "PrimaryContact.PreferredNotificationMethod"): "null, as of employees",
}
"""Where a default row differs from the document, as live rows were seen to."""

OTHERS_VALUES = {
    ("jobs/timelines", "Type"): "the values are those of Staff.Type",
    ("jobs/sections/costCenters", "LockedInfo.Type"): "the values are those of Total.TaxCode.Type",
}
"""Fields that share the last part of their name with one that has an enum."""


def resource_of(template: str) -> str:
    below = template.removeprefix(COMPANY).removeprefix("/api/v1.0")
    return "/".join(part for part in below.split("/") if part and not part.startswith("{"))


class Shape:
    """Judges values of one endpoint."""

    def __init__(self, template: str) -> None:
        read = DOCUMENT[template]
        self.resource = resource_of(template)
        self.fields: dict[str, str] = read["fields"]
        self.enums: dict[str, list[str]] = read.get("enums", {})

    def faults_of(
        self, row: dict[str, Any], prefix: str = "", columns: Any = None
    ) -> Iterator[str]:
        """Everything about ``row`` that the document does not allow."""
        known = {
            path.removeprefix(prefix)
            for path in self.fields
            if path.startswith(prefix) and "." not in path.removeprefix(prefix)
        }
        for name in sorted(set(row) - known - (set() if prefix else OBSERVED)):
            yield f"{prefix}{name} is not documented"
        for name in sorted(known):
            path = f"{prefix}{name}"
            if name in row:
                yield from self._value(path, row[name])
            elif not self.fields[path].endswith("?"):
                yield f"{path} is absent"

    def _value(self, path: str, value: Any) -> Iterator[str]:
        kind = self.fields[path].rstrip("?")
        differs = (self.resource, path) in BEYOND
        if value is None:
            if "|null" not in kind and not differs:
                yield f"{path} is null"
            return
        if not _fits(kind.removesuffix("|null"), value):
            if not differs:
                yield f"{path} is no {kind}: {value!r}"
            return
        allowed = self.enums.get(path.rpartition(".")[2])
        shared = (self.resource, path) in OTHERS_VALUES
        if allowed and not shared and isinstance(value, (str, int)) and str(value) not in allowed:
            yield f"{path} is none of its values: {value!r}"
        below = any(field.startswith(f"{path}.") for field in self.fields)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and below:
                yield from self.faults_of(one, f"{path}.")


def _fits(kind: str, value: Any) -> bool:
    if kind.startswith("["):
        inner = kind.strip("[]")
        return isinstance(value, list) and all(_fits(inner, one) for one in value)
    if kind == "string(date)":
        return isinstance(value, str) and _parses(date.fromisoformat, value)
    if kind == "string(date-time)":
        return (
            isinstance(value, str)
            and _parses(datetime.fromisoformat, value)
            and datetime.fromisoformat(value).tzinfo is not None
        )
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(
        value,
        {"string": str, "integer": int, "number": (int, float), "object": dict, "boolean": bool}[
            kind
        ],
    )


def _parses(read: Any, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


@pytest.fixture
def lived_in(simulator: Simulator) -> dict[str, int]:
    """A build in which every list has a row, and the ids that its paths take."""
    rows: list[Any] = simulator.schedules(simulator.today, simulator.today)
    job, quote, lead = (
        next(r for r in rows if r["Type"] == kind and r["Staff"])
        for kind in ("job", "quote", "lead")
    )
    simulator.reassign_schedule(quote["ID"], 41)
    simulator.cancel_job(job["Project"]["ProjectID"])
    simulator.add_mobile_status(staff=41, job=job["Project"]["ProjectID"], status="Onsite")
    simulator.webhooks.subscribe("http://127.0.0.1:9/", "hush", events=("job.updated",))
    state = simulator.state()
    company = next(c for c in state.register.customers.values() if c.is_company and c.contact_ids)
    site = next(s for s in state.register.sites.values() if s.contact_id)
    return {
        "jobID": job["Project"]["ProjectID"],
        "quoteID": quote["Project"]["ProjectID"],
        "leadID": int(lead["Reference"]),
        "employeeID": 41,
        "contractorID": 9,
        "plantTypeID": 1,
        "customerID": company.id,
        "siteID": site.id,
    }


def fill(template: str, ids: dict[str, int]) -> str:
    """The template with ids in it; the last one may be still open."""
    kind, base = ("quoteID", 3) if "/quotes/" in template else ("jobID", 1)
    if template.endswith("/contractorJobs/"):
        # The second job of each day is the one that a contractor has work of.
        ids = {**ids, "jobID": ids["jobID"] + 1}
    known = {
        "companyID": 2,
        "sectionID": base * 1_000_000 + ids[kind],
        "costCenterID": (base + 1) * 1_000_000 + ids[kind],
        **ids,
    }
    return re.sub(r"\{(\w+)\}", lambda m: str(known.get(m[1], m[0])), template)


LISTS = [
    path for path, read in DOCUMENT.items() if path.startswith(f"{COMPANY}/") and read["collection"]
]
SINGLES = [path for path in DOCUMENT if not path.startswith(f"{COMPANY}/")]


def item_of(template: str) -> str | None:
    found = [path for path in DOCUMENT if re.fullmatch(re.escape(template) + r"\{\w+\}", path)]
    return found[0] if found and template != f"{COMPANY}/customers/" else None


def faults(template: str, rows: Any) -> list[str]:
    shape = Shape(template)
    return sorted({fault for row in rows for fault in shape.faults_of(row)})


@pytest.mark.parametrize("template", SINGLES, ids=resource_of)
async def test_a_build_wide_read_has_its_documented_shape(
    client: httpx2.AsyncClient, template: str
) -> None:
    reply = await client.get("http://build.test" + template.replace("{companyID}", "2"))
    body = reply.json()
    assert faults(template, body if isinstance(body, list) else [body]) == []


@pytest.mark.parametrize("template", LISTS, ids=resource_of)
async def test_a_list_and_its_item_have_their_documented_shape(
    client: httpx2.AsyncClient, lived_in: dict[str, int], template: str
) -> None:
    path = f"http://build.test{fill(template, lived_in)}"
    rows = (await client.get(path, params={"pageSize": "250"})).json()
    assert rows, "a shape is proved by a row"
    assert faults(template, rows) == []
    item = item_of(template)
    if item is None:
        return
    assert faults(item, [(await client.get(f"{path}{rows[0]['ID']}")).json()]) == []
    if "pageSize" in DOCUMENT[template]["query"]:
        columns = [field for field in DOCUMENT[item]["fields"] if "." not in field]
        query = {"pageSize": "250", "columns": ",".join(columns)}
        assert faults(item, (await client.get(path, params=query)).json()) == []


def test_the_whole_document_is_served() -> None:
    assert len(LISTS) + len(SINGLES) + sum(item_of(path) is not None for path in LISTS) == len(
        DOCUMENT
    )
    assert len(DOCUMENT) == 81


async def test_a_fault_breaks_the_shape_on_purpose(
    client: httpx2.AsyncClient, simulator: Simulator
) -> None:
    template = f"{COMPANY}/schedules/"
    simulator.faults.set("ids_as_strings")
    simulator.faults.set("staff_empty")
    simulator.faults.set("extra_fields")
    rows = (await client.get("/schedules/", params={"Date": "2026-11-24"})).json()
    found = faults(template, rows[:1])
    assert "FutureField is not documented" in found
    assert "Staff.ID is absent" in found
    assert any(fault.startswith("ID is no integer") for fault in found)
