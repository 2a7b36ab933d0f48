"""What the field reported: whose it is, of which visit, when it happened and what it means."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from claw.connectors.simpro.mapping import map_bundle
from claw.connectors.simpro.reports import mobile_reports, timeline_reports
from claw.core.model.normalise import store_form
from claw.core.model.records import Appointment
from claw.core.time import local_date, local_wall, resolve_local
from claw.ports.connector import Bundle, MapEnv, Mapped, Missing, Part, Raw
from claw_testing.edge import edge
from claw_testing.simpro_bundles import OMIT, Json, block, changed, job, row
from claw_testing.simpro_world import SYDNEY, appointment_of, env

AVA = {"ID": 41, "Name": "Ava Tran"}
BEN = {"ID": 42, "Name": "Ben Ruiz", "Type": "employee", "TypeId": 42}
DAY = date(2026, 11, 24)


def tap(number: int, status: object, at: str = "07:41:09", **changes: object) -> Json:
    """An entry of the mobile status log, by Ava, of the morning of the visit."""
    if isinstance(status, str):
        status = {"ID": 22, "Name": status, "Color": "#145A32"}
    return changed(
        {
            "ID": number,
            "Staff": AVA,
            "WorkOrder": {"ID": 8801, "Type": "Job", "ProjectID": 5001, "CostCenterID": 7001},
            "Status": status,
            "DateLogged": at if "-" in at else f"2026-11-24T{at}+11:00",
        },
        changes,
    )


def entry(message: str, at: str = "08:01:30", **changes: object) -> Json:
    """An entry of the job's timeline, by Ava."""
    return changed(
        {
            "Type": "Mobile Status",
            "Message": message,
            "Staff": {**AVA, "Type": "employee", "TypeId": 41},
            "Date": at if "-" in at else f"2026-11-24T{at}+11:00",
        },
        changes,
    )


def visit(
    *,
    taps: list[Json] | None = None,
    entries: list[Json] | None = None,
    alongside: list[Json | None] | None = None,
    told: MapEnv | None = None,
    work: Json | None = None,
    **changes: object,
) -> Appointment:
    """Ava's visit of 08:00 to 10:00 with what was reported of the job."""
    parts: dict[str, Part] = {
        "job": Raw(source_id="job:5001", body=json.dumps(work or job()).encode())
    }
    if taps is not None:
        parts["mobile_status"] = Raw(source_id="m", body=json.dumps(taps).encode())
    if entries is not None:
        parts["timeline"] = Raw(source_id="timeline:5001", body=json.dumps(entries).encode())
    for number, other in enumerate(alongside or (), start=1):
        role = f"alongside:{number}"
        if other is None:
            parts[role] = Missing(source_id="schedule:0", code="unreadable")
        else:
            parts[role] = Raw(source_id=f"schedule:{other['ID']}", body=json.dumps(other).encode())
    primary = Raw(source_id="schedule:90101", body=json.dumps(row(**changes)).encode())
    return appointment_of(map_bundle(Bundle(primary=primary, parts=parts), told or env()))


def told_of(found: Appointment) -> list[tuple[str, str]]:
    """State and wall clock of each report, in order of time."""
    entries = sorted(found.progress, key=lambda p: p.at)
    return [(p.state, f"{local_wall(p.at, SYDNEY):%d %H:%M}") for p in entries]


def test_a_tap_is_progress_of_the_persons_visit_with_its_log_entry_as_evidence() -> None:
    found = visit(taps=[tap(70001, "Travelling"), tap(70002, "Onsite", "07:58:00")])
    first, second = found.progress
    assert (first.state, first.at) == ("travelling", datetime(2026, 11, 23, 20, 41, 9, tzinfo=UTC))
    assert first.evidence == "mobile_status:70001"
    assert first.resource == "simpro/employee:41" == found.segments[0].resource
    assert (second.state, second.evidence) == ("on_site", "mobile_status:70002")
    assert (found.actual_starts_at, found.actual_ends_at) == (UNSET, UNSET)


@edge("simpro:33")
def test_statuses_bundled_in_one_entry_are_told_apart_each_at_its_own_time() -> None:
    message = "Mobile status set to Onsite (07:58)<br />Mobile status set to Travelling (07:41)"
    found = visit(entries=[entry(message)])
    assert told_of(found) == [("travelling", "24 07:41"), ("on_site", "24 07:58")]
    newest, oldest = sorted(found.progress, key=lambda p: p.at, reverse=True)
    identity = newest.evidence.removeprefix("timeline:").removesuffix("#1")
    assert len(identity) == 32
    assert oldest.evidence == f"timeline:{identity}#2"


@edge("simpro:33")
@pytest.mark.parametrize(
    "separator", ["<br />", "<br>", "<BR/>", "\n", "&lt;br /&gt;", "</p><p>"], ids=repr
)
def test_bundled_statuses_are_split_whatever_separates_them(separator: str) -> None:
    message = f"Mobile status set to Complete (10:05){separator}Mobile status set to Onsite (8:02)"
    found = visit(entries=[entry(message, "10:06:00")])
    assert told_of(found) == [("on_site", "24 08:02"), ("complete", "24 10:05")]


@edge("simpro:33", "simpro:34")
def test_a_bundle_that_arrives_after_midnight_tells_of_the_evening_before() -> None:
    message = (
        "Mobile status set to Complete (00:10)<br />Mobile status set to Onsite (22:15)"
        "<br />Mobile status set to Travelling (21:50)"
    )
    arrived = [entry(message, "2026-11-25T00:30:00+11:00")]
    evening = visit(entries=arrived, Blocks=[block("22:00", "23:59")])
    assert told_of(evening) == [("travelling", "24 21:50"), ("on_site", "24 22:15")]
    past_midnight = block("22:00", "00:30", ISO8601EndTime="2026-11-25T00:30:00+11:00")
    assert told_of(visit(entries=arrived, Blocks=[past_midnight])) == [
        *told_of(evening),
        ("complete", "25 00:10"),
    ]


@edge("simpro:33", "simpro:34")
def test_what_is_older_than_a_line_of_yesterday_is_not_of_today() -> None:
    lines = ("Travelling (08:00)", "Complete (16:00)", "Onsite (07:00)")
    message = "<br />".join(f"Mobile status set to {line}" for line in lines)
    arrived = entry(message, "2026-11-25T09:00:00+11:00")
    assert told_of(visit(entries=[arrived])) == [("on_site", "24 07:00"), ("complete", "24 16:00")]
    next_day = visit(entries=[arrived], Date="2026-11-25", Blocks=[])
    assert told_of(next_day) == [("travelling", "25 08:00")]


@edge("simpro:34")
def test_a_report_that_arrives_hours_late_happened_when_it_says() -> None:
    found = visit(entries=[entry("Mobile status set to Travelling (07:41)", "15:20:00")])
    assert told_of(found) == [("travelling", "24 07:41")]


@edge("simpro:34")
def test_a_report_dated_ahead_is_kept_as_stated() -> None:
    ahead = visit(taps=[tap(70001, "Onsite", "23:30:00")])
    assert told_of(ahead) == [("on_site", "24 23:30")]
    fast_clock = visit(entries=[entry("Mobile status set to Onsite (08:06)", "08:01:00")])
    assert told_of(fast_clock) == [("on_site", "24 08:06")]


def test_no_report_is_no_progress_and_changes_nothing_else() -> None:
    assert visit(taps=[], entries=[]) == visit()
    assert visit(taps=[]).progress == ()


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Travelling", "travelling"),
        ("traveling", "travelling"),
        ("On Site", "on_site"),
        ("ONSITE", "on_site"),
        ("on-site", "on_site"),
        ("Paused", "paused"),
        ("Complete", "complete"),
        ("Completed", "complete"),
    ],
)
def test_names_that_cannot_be_mistaken_are_known(name: str, state: str) -> None:
    assert [p.state for p in visit(taps=[tap(1, name)]).progress] == [state]
    written = [entry(f"Mobile status set to {name} (07:58)")]
    assert [p.state for p in visit(entries=written).progress] == [state]


@pytest.mark.parametrize(
    ("status", "listed"),
    [
        ({"ID": 22, "Name": "Waiting for parts"}, {"name": "Waiting for parts", "id": 22}),
        ({"ID": 22, "Name": 51}, {"name": "51", "id": 22}),
        ({"ID": 22}, {"name": "", "id": 22}),
        ({"Name": "Lunch"}, {"name": "Lunch"}),
    ],
)
def test_a_status_nobody_explained_is_listed_and_never_guessed(
    status: Json, listed: dict[str, object]
) -> None:
    found = visit(taps=[tap(1, status)])
    assert found.progress == ()
    assert found.extensions["simpro"]["unexplained_statuses"] == [
        {**listed, "at": "2026-11-23T20:41:09Z"}
    ]
    store_form(found)


@pytest.mark.parametrize("said", ["22=on_site", "unterwegs = on_site", "UNTERWEGS=on_site"])
def test_the_tenant_says_what_a_status_means_by_name_or_number(said: str) -> None:
    told = env(mobile_status_map=f"99=paused\n{said}")
    assert [p.state for p in visit(taps=[tap(1, "Unterwegs")], told=told).progress] == ["on_site"]


def test_the_tenant_may_overrule_a_known_name_or_say_that_a_status_means_nothing() -> None:
    told = env(mobile_status_map="Complete=paused\nLunch=ignore")
    found = visit(taps=[tap(1, "Complete"), tap(2, "Lunch")], told=told)
    assert [p.state for p in found.progress] == ["paused"]
    assert "unexplained_statuses" not in found.extensions["simpro"]


def test_a_timeline_in_another_language_is_explained_by_its_whole_text() -> None:
    message = [entry("Mobiler Status: Unterwegs (07:41)")]
    told = env(mobile_status_map="Mobiler Status: Unterwegs=travelling")
    assert told_of(visit(entries=message, told=told)) == [("travelling", "24 07:41")]
    found = visit(entries=message)
    assert found.extensions["simpro"]["unexplained_statuses"] == [
        {"name": "Mobiler Status: Unterwegs", "at": "2026-11-23T20:41:00Z"}
    ]


def test_on_a_shared_job_each_report_is_of_whoever_made_it() -> None:
    reports = [tap(1, "Travelling"), tap(2, "Onsite", Staff={"ID": 42, "Name": "Ben Ruiz"})]
    assert [p.evidence for p in visit(taps=reports).progress] == ["mobile_status:1"]
    bens = visit(taps=reports, Staff=BEN).progress
    assert [(p.evidence, p.resource) for p in bens] == [("mobile_status:2", "simpro/employee:42")]


def test_a_contractor_is_known_by_the_staff_index_and_not_by_a_like_number() -> None:
    tideline = {"ID": 78, "Name": "Tideline", "Type": "contractor", "TypeId": 41}
    reports = [tap(1, "Onsite"), tap(2, "Onsite", Staff={"ID": 78, "Name": "Tideline"})]
    found = visit(taps=reports, Staff=tideline).progress
    assert [(p.evidence, p.resource) for p in found] == [
        ("mobile_status:2", "simpro/contractor:41")
    ]


@pytest.mark.parametrize("nobody", [None, {}, 0, OMIT], ids=repr)
def test_a_report_of_nobody_is_of_the_one_person_on_the_job_that_day(nobody: object) -> None:
    reports = [tap(1, "Onsite", Staff=nobody)]
    entries = [entry("Mobile status set to Travelling (07:41)", Staff=nobody)]
    own_other_row = row(ID=90102)
    for alongside in ([], [own_other_row]):
        found = visit(taps=reports, entries=entries, alongside=[*alongside])
        assert told_of(found) == [("travelling", "24 07:41"), ("on_site", "24 07:41")]
    for other in (row(ID=90102, Staff=BEN), None):
        assert visit(taps=reports, entries=entries, alongside=[other]).progress == ()


def test_a_placeholder_in_the_staff_list_is_no_second_person() -> None:
    tentative = row(ID=90102, Staff={**BEN, "Name": "Tentative - Smith"})
    reports = [tap(1, "Onsite", Staff=None)]
    told = env(exclude_staff="Tentative*")
    assert visit(taps=reports, alongside=[tentative], told=told).progress != ()
    assert visit(taps=reports, alongside=[tentative]).progress == ()


@pytest.mark.parametrize("staff", [None, {}, 41], ids=repr)
def test_unassigned_work_has_no_progress(staff: object) -> None:
    assert visit(taps=[tap(1, "Onsite"), tap(2, "Onsite", Staff=None)], Staff=staff).progress == ()


def test_a_job_of_several_days_has_each_report_on_the_visit_of_its_date() -> None:
    reports = [tap(1, "Onsite", "2026-11-24T08:01:00+11:00"),
               tap(2, "Onsite", "2026-11-25T07:59:00+11:00")]  # fmt: skip
    next_day = row(Date="2026-11-25", Blocks=[])
    assert [p.evidence for p in visit(taps=reports).progress] == ["mobile_status:1"]
    assert [p.evidence for p in visit(taps=reports, **next_day).progress] == ["mobile_status:2"]


def test_the_date_of_a_report_is_the_companys_and_not_that_of_utc() -> None:
    late = tap(1, "Onsite", "2026-11-24T23:50:00+11:00")
    assert len(visit(taps=[late]).progress) == 1
    next_morning = tap(1, "Onsite", "2026-11-25T00:10:00+11:00")
    assert visit(taps=[next_morning]).progress == ()


def test_a_placeholder_job_says_so_and_has_no_progress() -> None:
    told = env(exclude_jobs="YOU ARE ON CALL*\nStandby")
    on_call = job(Name="You are on call****")
    found = visit(taps=[tap(1, "Onsite")], work=on_call, told=told)
    assert found.progress == ()
    assert found.extensions["simpro"]["placeholder"] is True
    assert found.title == "You are on call****"
    plain = visit(taps=[tap(1, "Onsite")], told=told)
    assert len(plain.progress) == 1
    assert "placeholder" not in plain.extensions["simpro"]


def test_both_sources_telling_of_one_tap_are_both_evidence() -> None:
    found = visit(
        taps=[tap(70001, "Travelling", "07:41:09")],
        entries=[entry("Mobile status set to Travelling (07:41)")],
    )
    assert [p.state for p in found.progress] == ["travelling", "travelling"]
    assert len({p.evidence for p in found.progress}) == 2


def test_the_same_entry_twice_is_one_piece_of_evidence() -> None:
    message = "Mobile status set to Travelling (07:41)"
    once = visit(taps=[tap(1, "Onsite")], entries=[entry(message)])
    twice = visit(taps=[tap(1, "Onsite")] * 2, entries=[entry(message)] * 2)
    assert twice.progress == once.progress


def test_evidence_of_an_entry_does_not_depend_on_how_it_is_written() -> None:
    one = entry("Mobile status set to Travelling (07:41)")
    reordered = {**dict(reversed(one.items())), "Staff": {**AVA, "Name": "Ava T."}, "New": 1}
    assert visit(entries=[one]).progress == visit(entries=[reordered]).progress
    other = visit(entries=[entry("Mobile status set to Travelling (07:42)")])
    assert other.progress[0].evidence != visit(entries=[one]).progress[0].evidence


@pytest.mark.parametrize("kind", ["Schedule", "General Message", "", None, OMIT], ids=repr)
def test_only_mobile_statuses_of_a_timeline_are_progress(kind: object) -> None:
    assert visit(entries=[entry("Mobile status set to Onsite (07:58)", Type=kind)]).progress == ()


def test_a_line_without_a_time_happened_when_the_entry_says_if_it_is_the_newest() -> None:
    message = "Mobile status set to Onsite<br />Mobile status set to Travelling"
    found = visit(entries=[entry(message, "08:01:30")])
    assert [(p.state, p.at) for p in found.progress] == [
        ("on_site", datetime(2026, 11, 23, 21, 1, 30, tzinfo=UTC))
    ]


@pytest.mark.parametrize("written", ["2026-11-24T08:01:30", "2026-11-24 08:01"])
def test_an_entry_without_an_offset_is_on_the_companys_wall_clock(written: str) -> None:
    found = visit(entries=[entry("Mobile status set to Onsite (07:58)", Date=written)])
    assert told_of(found) == [("on_site", "24 07:58")]


@pytest.mark.parametrize(
    "strange",
    [
        *({}, [], 7, None, "x", {"ID": "x"}, {"ID": 1, "Status": 5}),
        tap(1, "Onsite", DateLogged="yesterday"),
        tap(1, "Onsite", DateLogged="9999-12-31T23:59:59Z"),
        tap(1, "Onsite", DateLogged=None),
        tap(1, None),
        entry("Mobile status set to Onsite (07:58)", Date="9999-12-31T23:59:59+11:00"),
        entry("Mobile status set to Onsite (07:58)", Date=None),
        entry("", Message=None),
    ],
    ids=repr,
)
def test_an_entry_that_cannot_be_read_costs_nothing_but_itself(strange: Any) -> None:
    good = visit(taps=[tap(2, "Onsite")], entries=[entry("Mobile status set to Paused (07:59)")])
    found = visit(
        taps=[strange, tap(2, "Onsite")],
        entries=[strange, entry("Mobile status set to Paused (07:59)")],
    )
    assert found.progress == good.progress
    assert len(found.progress) == 2


def test_reports_that_could_not_be_read_are_unknown_and_flag_nothing() -> None:
    bundle = Bundle(
        primary=Raw(source_id="schedule:90101", body=json.dumps(row()).encode()),
        parts={
            "job": Raw(source_id="job:5001", body=json.dumps(job()).encode()),
            "mobile_status": Missing(source_id="m", code="forbidden"),
            "timeline": Missing(source_id="t", code="unreadable"),
            "alongside:1": Missing(source_id="s", code="unreadable"),
        },
    )
    assert appointment_of(map_bundle(bundle, env())) == visit()


texts = st.sampled_from(["Travelling", "Onsite", "Paused", "Complete"])
minutes = st.integers(0, 23 * 60 + 59)


@given(taps=st.lists(st.tuples(texts, minutes), min_size=1, max_size=6), later=st.integers(0, 300))
def test_whatever_is_bundled_comes_apart_as_it_was_tapped(
    taps: list[tuple[str, int]], later: int
) -> None:
    taps = sorted(taps, key=lambda each: each[1], reverse=True)
    start = datetime.combine(DAY, time())
    arrived = start + timedelta(minutes=taps[0][1] + later)
    lines = [
        f"Mobile status set to {name} ({start + timedelta(minutes=at):%H:%M})" for name, at in taps
    ]
    written = entry("<br />".join(lines), Date=f"{arrived.isoformat()}+11:00")
    found = list(timeline_reports(json.dumps([written]).encode(), SYDNEY))
    if later < 24 * 60 - taps[0][1]:
        assert [(r.name, local_wall(r.at, SYDNEY)) for r in found] == [
            (name, start + timedelta(minutes=at)) for name, at in taps
        ]
    assert len({r.evidence for r in found}) == len(taps)
    assert all(r.at <= resolve_local(SYDNEY, arrived).instant + timedelta(minutes=10)
               for r in found)  # fmt: skip


@given(st.lists(st.tuples(minutes, st.integers(-2, 2)), max_size=5))
def test_a_report_is_of_one_day_alone(taps: list[tuple[int, int]]) -> None:
    start = datetime.combine(DAY, time())
    reports = [
        tap(n, "Onsite", f"{(start + timedelta(days=d, minutes=m)).isoformat()}+11:00")
        for n, (m, d) in enumerate(taps)
    ]
    claimed: list[str] = []
    for offset in range(-2, 3):
        day = DAY + timedelta(days=offset)
        found = visit(taps=reports, Date=day.isoformat(), Blocks=[])
        assert all(local_date(p.at, SYDNEY) == day for p in found.progress)
        claimed += [p.evidence for p in found.progress]
    assert sorted(claimed) == sorted(f"mobile_status:{n}" for n in range(len(taps)))


@given(
    st.one_of(
        st.binary(max_size=40),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["ID", "Type", "Message", "Staff", "Date",
                                               "Status", "DateLogged"]), inner, max_size=4),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode()),
    )
)  # fmt: skip
def test_no_body_makes_a_visit_unreadable(body: bytes) -> None:
    bundle = Bundle(
        primary=Raw(source_id="schedule:90101", body=json.dumps(row()).encode()),
        parts={
            "mobile_status": Raw(source_id="m", body=body),
            "timeline": Raw(source_id="t", body=body),
        },
    )
    assert isinstance(map_bundle(bundle, env()), Mapped)
    assert list(mobile_reports(b"[]")) == []
