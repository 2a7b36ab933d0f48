"""What a schedule row and its linked objects mean in canonical words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from claw.connectors.simpro.mapping import map_bundle
from claw.core.model.normalise import decode_record, store_form
from claw.core.model.records import Customer, Location, Resource
from claw.ports.connector import Bundle, Mapped, Quarantined, Raw, Skipped
from claw_testing.edge import edge
from claw_testing.simpro_bundles import (
    OMIT,
    block,
    bundle,
    company,
    contact,
    job,
    mapped,
    person,
    row,
    site,
)
from claw_testing.simpro_world import env, records_of


def resource_of(primary: dict[str, Any], **parts: Any) -> Resource:
    (found,) = [
        record
        for record in records_of(map_bundle(bundle(primary, **parts), env()))
        if isinstance(record, Resource)
    ]
    return found


def whole_visit() -> Bundle:
    """A visit with everything it can have."""
    return bundle(
        row(Notes="<p>Gate code 1234</p>"),
        job=job(),
        site=site(),
        site_contact=contact(),
        customer=person(),
        staff={"ID": 41, "Name": "Ava Tran", "PrimaryContact": {"CellPhone": "0491 570 157"}},
    )


def test_a_job_is_a_visit_with_its_customer_place_and_person() -> None:
    appointment, customer, location, resource = records_of(map_bundle(whole_visit(), env()))
    assert appointment.ref == "simpro/schedule:90101"
    assert (appointment.kind, appointment.status) == ("visit", "confirmed")
    assert appointment.source_status == "Progress / Job : Scheduled"
    assert appointment.title == "Hot water unit replacement"
    assert appointment.notes == "Gate code 1234"
    assert (appointment.customer, appointment.location) == (customer.ref, location.ref)
    assert (customer.ref, location.ref) == ("simpro/customer:301", "simpro/site:2001")
    assert isinstance(location, Location)
    assert location.address.suburb == "Manly"
    assert location.address.country == "AU"
    assert location.contact is not UNSET
    assert location.contact.name == "Thu Nguyen"
    assert location.extensions == {"simpro": {"preferred_channel": "sms"}}
    assert isinstance(resource, Resource)
    assert (resource.ref, resource.kind) == ("simpro/employee:41", "person")
    assert resource.phones[0].e164 == "+61491570157"
    own = appointment.extensions["simpro"]
    assert (own["project_id"], own["cost_center_id"]) == (5001, 7001)
    assert own["reference"] == "5001-7001"


@pytest.mark.parametrize(
    ("kind", "part", "expected"),
    [
        ("job", {"Stage": "Pending"}, ("visit", "confirmed")),
        ("job", {"Stage": "Progress"}, ("visit", "confirmed")),
        ("job", {"Stage": "Complete"}, ("visit", "completed")),
        ("job", {"Stage": "Invoiced"}, ("visit", "completed")),
        ("job", {"Stage": "Archived"}, ("visit", "completed")),
        ("job", {"Stage": "Dreaming"}, ("visit", "unknown")),
        ("job", {"Stage": None}, ("visit", "unknown")),
        ("quote", {"Stage": "InProgress"}, ("consultation", "confirmed")),
        ("quote", {"Stage": "InProgress", "IsClosed": True}, ("consultation", "completed")),
        ("quote", {"Stage": "Approved"}, ("consultation", "completed")),
        ("lead", {"Stage": "Open", "Status": None}, ("consultation", "confirmed")),
        ("lead", {"Stage": "Closed"}, ("consultation", "completed")),
    ],
)
def test_kind_and_status_come_from_what_the_row_is_about(
    kind: str, part: dict[str, Any], expected: tuple[str, str]
) -> None:
    found = mapped(row(Type=kind, Reference="5001"), **{kind: job(**part)})
    assert (found.kind, found.status) == expected


def test_an_activity_is_a_confirmed_absence_with_the_activitys_name() -> None:
    leave = row(Type="activity", Reference="11", Project=None)
    found = mapped(leave, activity={"ID": 11, "Name": "Annual Leave"})
    assert (found.kind, found.status, found.title) == ("absence", "confirmed", "Annual Leave")
    assert (found.customer, found.group, found.source_status) == (UNSET, UNSET, UNSET)


@edge("simpro:25")
@pytest.mark.parametrize("written", ["job", "Job", "JOB", " job "])
def test_a_type_is_compared_without_case(written: str) -> None:
    assert mapped(row(Type=written), job=job()) == mapped(row(), job=job())


@edge("simpro:25")
def test_an_unknown_type_is_kept_as_other() -> None:
    found = mapped(row(Type="Maintenance"))
    assert (found.kind, found.status, found.group) == ("other", "unknown", UNSET)
    assert found.extensions["simpro"]["type"] == "maintenance"
    assert found.title == "Maintenance 5001"


@edge("simpro:26")
@pytest.mark.parametrize("project", [OMIT, None, "", "5001-7001", {}], ids=repr)
def test_the_project_may_be_absent_null_or_text(project: object) -> None:
    assert mapped(row(Project=project), job=job()) == mapped(row(), job=job())


@edge("simpro:23")
@pytest.mark.parametrize(
    ("reference", "project", "center"),
    [
        ("5001", 5001, None),
        ("5001-", 5001, None),
        ("21-x", 21, None),
        ("", None, None),
        ("Q-17", None, None),
        (None, None, None),
        ("²1-7", None, None),
    ],
)
def test_a_reference_is_read_exactly_or_kept_as_text(
    reference: object, project: int | None, center: int | None
) -> None:
    own = mapped(row(Reference=reference, Project=None)).extensions["simpro"]
    assert (own.get("project_id"), own.get("cost_center_id")) == (project, center)
    assert own.get("reference", "") == (reference or "")


@edge("simpro:16")
@pytest.mark.parametrize("staff", [None, {}, 41, "", [], OMIT], ids=repr)
def test_staff_that_names_nobody_leaves_the_work_unassigned(staff: object) -> None:
    records = records_of(map_bundle(bundle(row(Staff=staff)), env()))
    assert [record.ref for record in records] == ["simpro/schedule:90101"]
    found = mapped(row(Staff=staff))
    assert found.flags == ("unassigned",)
    assert [segment.resource for segment in found.segments] == [UNSET]


@edge("simpro:17")
def test_plant_is_equipment_and_never_a_person() -> None:
    staff = {"ID": 95, "Name": "Drain Camera 2", "Type": "plant", "TypeId": 5}
    found = resource_of(row(Staff=staff))
    assert (found.ref, found.kind, found.name) == (
        "simpro/plant:5",
        "equipment",
        "Drain Camera 2",
    )


@edge("simpro:18")
def test_a_contractor_and_an_employee_with_one_number_are_two() -> None:
    contractor = row(Staff={"ID": 78, "Name": "Tideline", "Type": "contractor", "TypeId": 41})
    employee = row(Staff={"ID": 41, "Name": "Ava Tran", "Type": "employee", "TypeId": 41})
    assert resource_of(contractor).ref == "simpro/contractor:41"
    assert resource_of(contractor).kind == "crew"
    shouted = row(Staff={"ID": 78, "Name": "Tideline", "Type": "Contractor", "TypeId": "41"})
    assert resource_of(shouted) == resource_of(contractor)
    assert resource_of(employee).ref == "simpro/employee:41"


@edge("simpro:18")
@pytest.mark.parametrize("kind", ["contractor", "plant"])
@pytest.mark.parametrize("own", ["nine", True, 1.5, None, 0], ids=repr)
def test_the_staff_index_never_stands_in_for_a_contractors_or_plants_own_id(
    kind: str, own: object
) -> None:
    staff = {"ID": 77, "Name": "Somebody", "Type": kind, "TypeId": own}
    assert mapped(row(Staff=staff)).flags == ("unassigned",)


@edge("simpro:15")
def test_staff_whose_record_is_gone_is_named_as_on_the_row() -> None:
    found = resource_of(row(), staff="not_found")
    assert (found.name, found.active) == ("Ava Tran", True)
    archived = resource_of(row(), staff={"ID": 41, "Name": "Ava Tran", "Archived": True})
    assert archived.active is False


@edge("simpro:27")
@pytest.mark.parametrize("nothing", ["", "  ", None], ids=repr)
def test_names_that_hold_nothing_are_absent(nothing: object) -> None:
    fields = {"Email": nothing, "Phone": nothing, "AltPhone": nothing}
    firm = company(GivenName=nothing, FamilyName=nothing, **fields)
    _, customer, *_ = records_of(map_bundle(bundle(row(), job=job(), customer=firm), env()))
    assert isinstance(customer, Customer)
    assert (customer.kind, customer.name, customer.company) == (
        "company",
        "Bluegum Realty",
        "Bluegum Realty",
    )
    assert (customer.given_name, customer.family_name) == (UNSET, UNSET)
    assert (customer.phones, customer.emails) == ((), ())
    somebody = person(CompanyName=nothing)
    _, customer, *_ = records_of(map_bundle(bundle(row(), job=job(), customer=somebody), env()))
    assert isinstance(customer, Customer)
    assert (customer.kind, customer.name, customer.company) == ("person", "Mina O'Dell", UNSET)


@edge("simpro:28")
def test_a_key_that_is_left_out_is_one_that_is_null() -> None:
    def stripped(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: stripped(v) for k, v in value.items() if v is not None and k != "Color"}
        return [stripped(item) for item in value] if isinstance(value, list) else value

    full = row(Notes=None, DateModified=None, TotalHours=None, Project=None)
    parts: dict[str, Any] = {
        "job": job(CustomerContact=None, SiteContact=None, Status=None),
        "site": site(PrimaryContact=None),
        "customer": person(Phone=None, AltPhone=None, DoNotCall=None),
    }
    bare = {name: stripped(value) for name, value in parts.items()}
    assert map_bundle(bundle(full, **parts), env()) == map_bundle(
        bundle(stripped(full), **bare), env()
    )


@edge("simpro:29")
def test_ids_written_as_text_are_the_same_ids() -> None:
    def as_text(value: Any) -> Any:
        if isinstance(value, dict):
            ids = {"ID", "TypeId", "ProjectID", "SectionID", "CostCenterID"}
            return {k: str(v) if k in ids else as_text(v) for k, v in value.items()}
        return [as_text(item) for item in value] if isinstance(value, list) else value

    parts: dict[str, Any] = {"job": job(), "site": site(), "customer": person()}
    texts = {name: as_text(value) for name, value in parts.items()}
    plain = map_bundle(bundle(row(), **parts), env())
    assert map_bundle(bundle(as_text(row()), **texts), env()) == plain


@edge("simpro:29")
@pytest.mark.parametrize("junk", ["abc", "", "12a", "1.5", None, {}, True], ids=repr)
def test_an_id_that_is_no_number_is_rejected(junk: object) -> None:
    body = json.dumps(row(ID=junk)).encode()
    result = map_bundle(Bundle(primary=Raw(source_id="schedule:1", body=body), parts={}), env())
    assert isinstance(result, Quarantined)
    assert (result.code, result.path) == ("shape_unknown", "ID")


@edge("simpro:30")
@pytest.mark.parametrize(
    ("status", "said"),
    [(None, "Progress"), ({"ID": 5, "Name": 51}, "Progress / 51"), ({"ID": 5}, "Progress")],
)
def test_a_status_may_be_null_or_named_by_a_number(status: object, said: str) -> None:
    assert mapped(row(), job=job(Status=status)).source_status == said


@edge("simpro:31")
@pytest.mark.parametrize("said", ["30=cancelled", "job : cancelled = cancelled"])
def test_a_builds_own_status_means_what_the_tenant_says(said: str) -> None:
    told = env(status_map=f"99=tentative\n{said}")
    stopped = job(Status={"ID": 30, "Name": "Job : Cancelled"})
    assert mapped(row(), told, job=stopped).status == "cancelled"
    assert mapped(row(), told, job=job()).status == "confirmed"


@edge("simpro:37")
def test_the_person_to_reach_is_the_nearest_with_a_mobile() -> None:
    landline = contact(5103, GivenName="Noor", FamilyName="Abadi", CellPhone="")
    nearest = mapped(
        row(), job=job(), site=site(), site_contact=contact(), customer=person()
    ).contact
    assert nearest is not UNSET
    assert (nearest.name, nearest.phones[0].kind) == ("Raj Patel", "mobile")
    further = mapped(row(), job=job(), site=site(), site_contact=landline, customer=person())
    assert further.contact is not UNSET
    assert further.contact.name == "Mina O'Dell"


@edge("simpro:37")
def test_a_company_with_a_landline_is_reached_by_it_or_by_whoever_is_nearer() -> None:
    found = mapped(row(), job=job(), customer=company())
    assert found.contact is not UNSET
    assert found.contact.name == "Bluegum Realty"
    assert [phone.kind for phone in found.contact.phones] == ["landline"]
    nearer = mapped(row(), job=job(), site=site(), customer=company())
    assert nearer.contact is not UNSET
    assert nearer.contact.name == "Thu Nguyen"
    shared = mapped(row(), job=job(), customer=company(Phone="1300 975 707"))
    assert shared.contact is not UNSET
    assert [phone.kind for phone in shared.contact.phones] == ["shared"]


@edge("simpro:37")
def test_nobody_to_reach_leaves_no_contact_and_says_why() -> None:
    found = mapped(row(), job=job(), site="forbidden", customer="not_found")
    assert found.contact is UNSET
    assert found.flags == ("customer_unresolved", "enrichment_missing")


@edge("simpro:38")
def test_a_customer_who_must_not_be_called_says_so() -> None:
    quiet = bundle(row(), job=job(), customer=person(DoNotCall=True))
    customers = [r for r in records_of(map_bundle(quiet, env())) if isinstance(r, Customer)]
    assert [customer.do_not_contact for customer in customers] == [True]


@edge("simpro:39")
def test_a_visit_whose_job_does_not_exist_is_kept_and_says_why() -> None:
    found = mapped(row(), job="not_found")
    assert (found.kind, found.status, found.title) == ("visit", "unknown", "Job 5001")
    assert found.flags == ("customer_unresolved",)
    assert found.group == "simpro/job:5001@2026-11-24"


def test_a_part_that_could_not_be_read_is_no_reason_to_lose_the_visit() -> None:
    found = mapped(row(), job="unreadable")
    assert (found.status, found.flags) == ("unknown", ("enrichment_missing",))


def test_a_part_in_a_shape_nobody_knows_is_left_out_and_flagged() -> None:
    found = mapped(row(), job=job(), site=site(Address="12 Wharf St"))
    assert (found.title, found.location) == ("Hot water unit replacement", UNSET)
    assert found.flags == ("enrichment_missing",)


@edge("simpro:21")
def test_two_people_on_one_job_are_two_visits_and_one_group() -> None:
    first = mapped(row())
    ben = {"ID": 42, "Name": "Ben Ruiz", "Type": "employee", "TypeId": 42}
    second = mapped(row(ID=90102, Staff=ben))
    assert first.ref != second.ref
    assert first.segments[0].resource != second.segments[0].resource
    assert first.group == second.group == "simpro/job:5001@2026-11-24"
    next_day = mapped(row(ID=90103, Date="2026-11-25", Blocks=[]))
    assert next_day.group == "simpro/job:5001@2026-11-25"


@edge("simpro:24")
def test_a_job_and_a_quote_with_one_number_are_not_one_piece_of_work() -> None:
    quote = mapped(row(ID=90102, Type="quote"), quote=job(Name="New bathroom"))
    assert (quote.title, quote.group) == ("New bathroom", UNSET)


@edge("simpro:62")
def test_a_row_that_moved_is_the_same_appointment_changed() -> None:
    before = mapped(row(), job=job())
    moved = row(
        Date="2026-11-26",
        Blocks=[block("13:00", "15:00", ISO8601StartTime=OMIT, ISO8601EndTime=OMIT)],
        Staff={"ID": 44, "Name": "Dion Marsh", "Type": "employee", "TypeId": 44},
    )
    after = mapped(moved, job=job())
    assert after.ref == before.ref
    assert after.starts_at != before.starts_at
    assert after.segments[0].resource == "simpro/employee:44"
    assert after.status == before.status
    assert store_form(after).canonical != store_form(before).canonical


@edge("simpro:19")
@pytest.mark.parametrize("pattern", ["Tentative*", "tentative - drains", "Training\nTent*"])
def test_placeholder_staff_is_left_out_by_name(pattern: str) -> None:
    staff = {"ID": 90, "Name": "Tentative - Drains", "Type": "employee", "TypeId": 90}
    told = env(exclude_staff=pattern)
    assert map_bundle(bundle(row(Staff=staff)), told) == Skipped(code="excluded_staff")
    assert isinstance(map_bundle(bundle(row()), told), Mapped)


@edge("simpro:32")
def test_markup_in_notes_and_names_becomes_plain_text() -> None:
    notes = "<div>Dog &amp; gate<br />Ring <b>first</b></div><script>alert(1)</script>"
    found = mapped(row(Notes=notes), job=job(Name="Tap &lt;leaking&gt;\n"))
    assert found.notes == "Dog & gate\nRing first"
    assert "script" not in found.title
    assert "\n" not in found.title


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ({"job": job(Name=""), "customer": person()}, "Job 5001, Mina O'Dell"),
        ({"job": job(Name=" "), "site": site()}, "Job 5001, 12 Wharf St"),
        ({"job": job(Name=None)}, "Job 5001"),
    ],
)
def test_work_without_a_name_is_called_by_its_number_and_whose_it_is(
    parts: dict[str, Any], title: str
) -> None:
    assert mapped(row(), **parts).title == title


def test_one_number_written_twice_is_one_phone() -> None:
    twice = person(Phone="+61 491 570 006", AltPhone="0491570006 / (02) 5550 4321")
    customers = [
        record
        for record in records_of(map_bundle(bundle(row(), job=job(), customer=twice), env()))
        if isinstance(record, Customer)
    ]
    assert [phone.e164 for phone in customers[0].phones] == ["+61491570006", "+61255504321"]


def test_a_complaint_about_a_shape_names_the_field_and_quotes_nobody() -> None:
    result = map_bundle(bundle(row(Notes={"secret": "Mina O'Dell 0491570006"})), env())
    assert isinstance(result, Quarantined)
    assert (result.code, result.path) == ("shape_unknown", "Notes")
    assert "Mina" not in result.detail
    assert "0491570006" not in result.detail


@edge("simpro:72")
def test_unknown_fields_change_nothing() -> None:
    newer = row(Surprise={"Deep": [1]}, Blocks=[block("08:00", "10:00", Colour="red")])
    assert mapped(newer, job=job(Surprise=1)) == mapped(row(), job=job())


@given(order=st.permutations(["job", "site", "site_contact", "customer", "staff"]))
def test_mapping_depends_on_nothing_but_its_input(order: list[str]) -> None:
    visit = whole_visit()
    shuffled = Bundle(primary=visit.primary, parts={role: visit.parts[role] for role in order})
    first, second = map_bundle(visit, env()), map_bundle(shuffled, env())
    assert first == second
    for record in records_of(first):
        form = store_form(record)
        assert store_form(decode_record(form.canonical)).canonical == form.canonical


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_FIELDS = sorted(set(row()) - {"ID"})


@given(field=st.sampled_from(_FIELDS), value=_JSON)
def test_no_value_of_any_field_breaks_the_mapper(field: str, value: object) -> None:
    result = map_bundle(bundle(row(**{field: value}), job=job(), customer=person()), env())
    if isinstance(result, Mapped):
        for record in result.records:
            store_form(record)


@given(role=st.sampled_from(["job", "site", "customer", "site_contact", "staff"]), value=_JSON)
def test_no_part_breaks_the_mapper(role: str, value: object) -> None:
    visit = whole_visit()
    broken = Raw(source_id=visit.parts[role].source_id, body=json.dumps(value).encode())
    result = map_bundle(Bundle(primary=visit.primary, parts={**visit.parts, role: broken}), env())
    assert isinstance(result, Mapped)
