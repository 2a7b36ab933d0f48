"""The jobs, places and people that rows point to: in batches, once a run, or with a reason."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import cast

import pytest

from claw.connectors.simpro import parts
from claw.connectors.simpro.connector import CONNECTOR
from claw.core.model.records import Customer
from claw.ports.connector import Bundle, Missing, Raw
from claw_testing.edge import edge
from claw_testing.simpro_world import TODAY, SimproWorld, appointment_of, env


def part_ids(bundles: list[Bundle], kind: str) -> set[str]:
    return {
        part.source_id
        for bundle in bundles
        for part in bundle.parts.values()
        if part.source_id.startswith(f"{kind}:")
    }


def missing(bundles: list[Bundle]) -> Counter[tuple[str, str]]:
    return Counter(
        (role, part.code)
        for bundle in bundles
        for role, part in bundle.parts.items()
        if isinstance(part, Missing)
    )


def requests_about(world: SimproWorld, resource: str) -> int:
    """How many requests there were for a resource, lists and single objects alike."""
    return sum(f"/{resource}/" in f"{entry.path}/" for entry in world.simulator.log)


def batches(world: SimproWorld, resource: str) -> list[int]:
    """How many ids each list read of a resource asked for."""
    found = [re.search(r"ID=in\(([\d,]*)\)", query) for query in world.asked(resource)]
    return [len(match[1].split(",")) for match in found if match]


def remembered(world: SimproWorld, what: str) -> Mapping[object, object]:
    """What the run keeps to itself under one name."""
    return cast("Mapping[object, object]", world.scratch[what])


async def test_linked_objects_come_in_batches_of_at_most_a_hundred() -> None:
    world = SimproWorld()
    read = await world.read(days=14)
    jobs = part_ids(read.bundles, "job")
    assert len(jobs) > 100
    assert sum(batches(world, "jobs")) == len(jobs)
    assert max(batches(world, "jobs")) == 100
    assert missing(read.bundles) == Counter()
    assert len(world.simulator.log) < 30


async def test_what_was_read_once_is_not_asked_for_again_in_the_run() -> None:
    world = SimproWorld()
    await world.read()
    asked = len(world.asked("jobs"))
    again = await world.read()
    assert len(world.asked("jobs")) == asked
    assert missing(again.bundles) == Counter()
    world.scratch.clear()
    await world.read()
    assert len(world.asked("jobs")) == 2 * asked


async def test_a_long_run_remembers_so_many_objects_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = SimproWorld()
    whole = await plain.read(days=7)
    assert len(remembered(plain, "simpro.parts")) > 50
    monkeypatch.setattr(parts, "MOST_REMEMBERED", 50)
    world = SimproWorld()
    read = await world.read(days=7)
    assert read.bundles == whole.bundles
    assert len(remembered(world, "simpro.parts")) == 50
    assert (await world.read(days=7)).bundles == whole.bundles
    assert len(remembered(world, "simpro.parts")) == 50


async def test_the_rows_of_an_earlier_window_are_let_go() -> None:
    world = SimproWorld()
    await world.read(days=7)
    await world.read(first=TODAY + timedelta(days=7), days=2)
    days = {TODAY + timedelta(days=7), TODAY + timedelta(days=8)}
    assert set(remembered(world, "simpro.rows_of_a_day")) == days


async def test_what_the_field_reported_in_an_earlier_window_is_let_go() -> None:
    world = SimproWorld()
    world.settings["progress"] = "both"
    week = timedelta(days=7)
    await world.read(first=TODAY - week, days=7)
    before = {*remembered(world, "simpro.timelines")}
    read = await world.read(first=TODAY, days=2)
    jobs = {int(identity.partition(":")[2]) for identity in part_ids(read.bundles, "timeline")}
    assert before - jobs
    assert set(remembered(world, "simpro.timelines")) == jobs
    assert set(remembered(world, "simpro.mobile_days")) == {TODAY}


async def test_nothing_is_kept_that_was_not_asked_for() -> None:
    """Whatever an answer holds, a body has the allow-listed columns alone."""
    allowed = {read.template.rstrip("/"): set(read.columns) for read in CONNECTOR.manifest.reads}
    company = "/api/v1.0/companies/{company}"
    world = SimproWorld("narrow_list")
    read = await world.read()
    for bundle in read.bundles:
        assert set(json.loads(bundle.primary.body)) <= allowed[f"{company}/schedules"]
        for role, part in bundle.parts.items():
            if role in ("job", "quote", "lead") and isinstance(part, Raw):
                assert set(json.loads(part.body)) <= allowed[f"{company}/{role}s"]
    assert world.simulator.violations == []


@edge("simpro:36")
async def test_a_customer_is_read_as_the_company_or_person_it_is() -> None:
    world = SimproWorld()
    read = await world.read(days=3)
    real = world.simulator.state().register.customers
    customers = {
        r.ref: r for row in world.map(read.bundles) for r in row if isinstance(r, Customer)
    }
    kinds = Counter(customer.kind for customer in customers.values())
    assert min(kinds["company"], kinds["person"]) > 3
    for ref, customer in customers.items():
        truth = real[int(ref.rpartition(":")[2])]
        assert customer.kind == ("company" if truth.is_company else "person")
        assert customer.name == (truth.company_name or f"{truth.given} {truth.family}")


@edge("simpro:36", "simpro:49")
async def test_a_customer_that_cannot_be_searched_for_is_tried_as_one_and_then_the_other() -> None:
    world, plain = SimproWorld("unsearchable:ID"), SimproWorld()
    read = await world.read()
    assert world.map(read.bundles) == plain.map((await plain.read()).bundles)
    answers = Counter(
        entry.status for entry in world.simulator.log if "/customers/companies/" in entry.path
    )
    assert answers[404] > 0
    assert answers[422] == 1


@edge("simpro:39")
async def test_a_job_that_does_not_exist_is_missing_and_its_visit_is_kept() -> None:
    world = SimproWorld()
    job = min(part_ids((await world.read()).bundles, "job"))
    world = SimproWorld(f"missing:{job}")
    read = await world.read()
    assert sorted(read.ids) == sorted(world.truth())
    gone = Missing(source_id=job, code="not_found")
    touched = [bundle for bundle in read.bundles if bundle.parts.get("job") == gone]
    assert touched
    for bundle in touched:
        found = appointment_of(CONNECTOR.map(bundle, env()))
        assert found.flags[0] == "customer_unresolved"
    number = job.partition(":")[2]
    assert [e.status for e in world.simulator.log if e.path.endswith(f"/jobs/{number}")] == [404]


@edge("simpro:40")
async def test_what_the_key_may_not_read_is_asked_for_once_and_said() -> None:
    world = SimproWorld("forbidden:contacts", "forbidden:employees")
    read = await world.read(days=3)
    await world.read(TODAY, days=5)
    assert requests_about(world, "contacts") == 1
    assert requests_about(world, "employees") == 1
    assert set(missing(read.bundles)) == {
        ("site_contact", "forbidden"),
        ("customer_contact", "forbidden"),
        ("staff", "forbidden"),
    }
    report = await world.check()
    assert [warning.code for warning in report.warnings] == ["forbidden", "forbidden"]
    assert report.capabilities["phones"] == "partly"


@edge("simpro:40")
async def test_a_permission_taken_away_between_two_reads_is_noticed_on_single_objects() -> None:
    world = SimproWorld("unsearchable:ID")
    await world.read()
    world.simulator.faults.set("forbidden:contacts")
    read = await world.read(TODAY, days=2)
    assert set(missing(read.bundles)) == {
        ("site_contact", "forbidden"),
        ("customer_contact", "forbidden"),
    }


@edge("simpro:49")
async def test_a_list_that_cannot_be_searched_by_id_is_not_asked_again_in_the_run() -> None:
    world = SimproWorld("unsearchable:ID")
    await world.read(days=2)
    await world.read(days=3)
    assert len(world.asked("jobs")) == 1


async def test_trouble_with_parts_leaves_the_visits_and_does_not_ask_for_each() -> None:
    world = SimproWorld("html_503:99,on=jobs")
    read = await world.read()
    assert sorted(read.ids) == sorted(world.truth())
    assert set(missing(read.bundles)) == {("job", "unreadable")}
    assert requests_about(world, "jobs") == 4, "the tries of one list, nothing for each job"
    visits = [appointment_of(CONNECTOR.map(b, env())) for b in read.bundles if "job" in b.parts]
    assert {visit.status for visit in visits} == {"unknown"}
    assert all("enrichment_missing" in visit.flags for visit in visits)


async def test_a_list_that_gives_nothing_proves_nothing_about_what_is_asked_for() -> None:
    world, plain = SimproWorld("empty_200:jobs"), SimproWorld()
    read = await world.read()
    assert world.map(read.bundles) == plain.map((await plain.read()).bundles)


@edge("simpro:48")
async def test_parts_are_the_right_ones_when_filters_are_ignored() -> None:
    world, plain = SimproWorld("filter_ignored:ID"), SimproWorld()
    read = await world.read()
    assert world.map(read.bundles) == plain.map((await plain.read()).bundles)


@pytest.mark.parametrize("column", ["Stage", "PrimaryContact", "DoNotCall", "Archived"])
async def test_a_refused_column_of_a_part_costs_that_column_alone(column: str) -> None:
    world = SimproWorld(f"invalid_column:{column}")
    read = await world.read()
    assert missing(read.bundles) == Counter()
    assert sorted(read.ids) == sorted(world.truth())
