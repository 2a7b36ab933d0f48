"""Following the vendor's logs of schedules, jobs and quotes."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claw.connectors.simpro.connector import CONNECTOR
from claw.connectors.simpro.feeds import OVERLAP, read_cursor
from claw.ports.connector import Hints, NoHints, PullsHints
from claw.ports.connector_errors import ConnectorError, Forbidden, Transient
from claw_testing.simpro_world import TODAY, SimproWorld

SIX = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
"""Six in the morning in Sydney, when the simulated story begins."""
FEEDS = ("logs/schedules", "logs/jobs", "logs/quotes")


async def pull(world: SimproWorld, cursor: str | None = None, since: datetime = SIX) -> Hints:
    async with world.context() as ctx:
        hints = await CONNECTOR.pull_hints(ctx, "appointments", cursor, since)
        warnings = [warning.code for warning in ctx.warnings]
    assert isinstance(hints, Hints), hints
    world.scratch["warned"] = warnings
    return hints


def a_job_row(world: SimproWorld) -> tuple[int, int]:
    row = next(row for row in world.simulator.schedules(TODAY, TODAY) if row["Type"] == "job")
    return int(str(row["ID"])), int(str(row["Reference"]).partition("-")[0])


def log(world: SimproWorld, at: datetime, number: int = 61_000, schedule: object = "123") -> None:
    """An entry of the schedules' log, by hand."""
    offset = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    world.simulator.state().logs.schedules.append(
        {"ID": number, "ScheduleID": schedule, "Message": "", "Staff": None, "DateLogged": offset}
    )


def test_the_connector_follows_changes() -> None:
    assert isinstance(CONNECTOR, PullsHints)


async def test_a_schedule_that_moved_is_hinted_at_and_so_is_its_job() -> None:
    world = SimproWorld()
    schedule, job = a_job_row(world)
    world.simulator.move_schedule(schedule, start="13:00")
    hints = await pull(world)
    assert hints.ids == (f"schedule:{schedule}",)
    assert set(hints.linked) <= {f"job:{job}"}
    for feed in FEEDS:
        (query,) = world.asked(feed)
        asked = parse_qs(query)
        assert asked["orderby"] == ["-DateLogged,-ID"]
        assert "Message" not in asked["columns"][0]
    assert world.simulator.violations == []


async def test_a_job_that_was_cancelled_is_hinted_at_by_itself() -> None:
    world = SimproWorld()
    _, job = a_job_row(world)
    world.simulator.cancel_job(job)
    hints = await pull(world)
    assert (hints.ids, hints.linked) == ((), (f"job:{job}",))


@pytest.mark.parametrize(
    ("progress", "kinds"),
    [("off", []), ("mobile_status", ["job", "quote"]), ("timelines", ["job", "quote"])],
)
async def test_a_tap_hints_at_the_reports_of_its_work_and_day(
    progress: str, kinds: list[str]
) -> None:
    world = SimproWorld()
    world.settings["progress"] = progress
    _, job = a_job_row(world)
    quote = next(row for row in world.simulator.schedules(TODAY, TODAY) if row["Type"] == "quote")
    number = int(str(quote["Reference"]).partition("-")[0])
    world.simulator.add_mobile_status(staff=41, job=job, status="Onsite", at="06:20")
    world.simulator.state().tap(
        41, "quote", number, "Onsite", at="06:30", logged=None, bundle=False
    )
    hints = await pull(world)
    day = TODAY.isoformat()
    expected = {
        "job": [f"mobile_status:job:{job}:{day}", f"timeline:{job}"],
        "quote": [f"mobile_status:quote:{number}:{day}"],
    }
    assert hints.ids == ()
    assert list(hints.linked) == [name for kind in kinds for name in expected[kind]]
    assert world.simulator.violations == []


async def test_a_deleted_schedule_is_not_named_and_so_not_hinted_at() -> None:
    world = SimproWorld()
    schedule, _ = a_job_row(world)
    world.simulator.delete_schedule(schedule)
    assert (await pull(world)).ids == ()


async def test_what_was_told_is_not_told_again_and_what_comes_later_is() -> None:
    world = SimproWorld()
    schedule, job = a_job_row(world)
    world.simulator.move_schedule(schedule, start="13:00")
    first = await pull(world)
    second = await pull(world, first.next_cursor)
    assert (second.ids, second.linked) == ((), ())
    assert second.next_cursor == first.next_cursor
    world.simulator.cancel_job(job)
    third = await pull(world, second.next_cursor)
    assert (third.ids, third.linked) == ((), (f"job:{job}",))


async def test_an_entry_that_is_logged_late_is_told_within_two_hours() -> None:
    world = SimproWorld()
    log(world, SIX + timedelta(hours=5), 61_000, "1")
    cursor = (await pull(world)).next_cursor
    log(world, SIX + timedelta(hours=3, minutes=1), 61_001, "2")
    late = await pull(world, cursor)
    assert late.ids == ("schedule:2",)
    assert late.next_cursor != cursor
    log(world, SIX + timedelta(hours=2, minutes=59), 61_002, "3")
    assert (await pull(world, late.next_cursor)).ids == ()


async def test_one_object_is_hinted_at_once_however_often_it_changed() -> None:
    world = SimproWorld()
    for number in range(61_000, 61_030):
        log(world, SIX, number, "77")
    assert (await pull(world)).ids == ("schedule:77",)


@pytest.mark.parametrize("named", [None, "", "x", "1.5", True, {}, -4], ids=repr)
async def test_an_entry_that_names_no_object_says_nothing(named: object) -> None:
    world = SimproWorld()
    log(world, SIX, schedule=named)
    assert (await pull(world)).ids == ()


@pytest.mark.parametrize("number", [123, "123", " 123 "], ids=repr)
async def test_a_number_may_be_text(number: object) -> None:
    world = SimproWorld()
    log(world, SIX, schedule=number)
    assert (await pull(world)).ids == ("schedule:123",)


async def test_an_entry_without_a_time_is_told_once() -> None:
    world = SimproWorld("filter_ignored")
    log(world, SIX)
    world.simulator.state().logs.schedules[-1]["DateLogged"] = "soon"
    first = await pull(world)
    assert first.ids == ("schedule:123",)
    assert (await pull(world, first.next_cursor)).ids == ()


@pytest.mark.parametrize(
    "faults",
    [
        ("page_cap:7",),
        ("page_cap:7", "no_result_headers"),
        ("page_cap:7", "garbage_result_pages"),
        ("filter_ignored",),
        ("unsearchable:DateLogged",),
        ("orderby_ignored",),
        ("page_cap:7", "orderby_ignored"),
    ],
    ids=",".join,
)
async def test_a_feed_is_read_whole_whatever_the_build_does(faults: tuple[str, ...]) -> None:
    world = SimproWorld(*faults)
    for number in range(40):
        log(world, SIX + timedelta(minutes=number), 61_000 + number, str(number + 1))
    for number in range(20):
        log(world, SIX - timedelta(hours=3), 60_000 + number, "998")
    log(world, SIX - timedelta(days=30), 60_100, "999")
    hints = await pull(world)
    assert sorted(hints.ids) == sorted(f"schedule:{n}" for n in range(1, 41))


async def test_only_the_newest_pages_of_a_long_log_are_read() -> None:
    world = SimproWorld("page_cap:7", "filter_ignored")
    for number in range(70):
        log(world, SIX - timedelta(hours=70 - number), 60_000 + number, str(number + 1))
    await pull(world)
    assert len(world.asked("logs/schedules")) == 1


async def test_a_log_that_grows_while_it_is_read_loses_nothing() -> None:
    world = SimproWorld("page_cap:7")
    for number in range(20):
        log(world, SIX + timedelta(minutes=number), 61_000 + number, str(number + 1))
    rows = world.simulator.state().logs.schedules
    added = {"ID": 62_000, "ScheduleID": "500", "Message": "", "Staff": None,
             "DateLogged": "2026-11-23T19:59:59+00:00"}  # fmt: skip
    world.simulator.before_page(2, lambda: rows.append(added), resource="logs/schedules")
    first = await pull(world)
    assert sorted(first.ids) == sorted(f"schedule:{n}" for n in range(1, 21))
    assert (await pull(world, first.next_cursor)).ids == ("schedule:500",)


async def test_more_than_is_worth_asking_for_advises_a_whole_read() -> None:
    world = SimproWorld("page_cap:1")
    for number in range(210):
        log(world, SIX, 61_000 + number, str(number + 1))
    async with world.context() as ctx:
        hints = await CONNECTOR.pull_hints(ctx, "appointments", None, SIX)
    assert isinstance(hints, NoHints)
    assert hints.code == "too_much"


@pytest.mark.parametrize("feed", ["jobs", "quotes"])
async def test_a_feed_the_key_may_not_read_is_told_and_the_others_are_followed(feed: str) -> None:
    world = SimproWorld(f"forbidden:logs/{feed}")
    schedule, _ = a_job_row(world)
    world.simulator.move_schedule(schedule, start="13:00")
    hints = await pull(world)
    assert hints.ids == (f"schedule:{schedule}",)
    assert world.scratch["warned"] == ["forbidden"]
    assert f"logs/{feed}" not in json.loads(hints.next_cursor)["marks"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [("forbidden:logs/schedules", Forbidden), ("html_503:99,on=logs/jobs", Transient)],
)
async def test_trouble_with_a_feed_is_an_error_and_no_hint(
    fault: str, error: type[ConnectorError]
) -> None:
    with pytest.raises(error):
        await pull(SimproWorld(fault))


@pytest.mark.parametrize(
    "text",
    ["", "x", "{}x", '{"v":2,"marks":{}}', '{"v":1,"marks":7}',
     '{"v":1,"marks":{"logs/jobs":{"at":"2026-11-23T19:00:00"}}}'],
)  # fmt: skip
async def test_a_cursor_that_is_not_understood_advises_a_whole_read(text: str) -> None:
    world = SimproWorld()
    async with world.context() as ctx:
        hints = await CONNECTOR.pull_hints(ctx, "appointments", text, SIX)
    assert isinstance(hints, NoHints)
    assert hints.code == "cursor_unknown"
    assert world.simulator.log == []


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 600), max_size=8), max_size=5))
async def test_every_entry_within_the_overlap_is_told_exactly_once(
    batches: list[list[int]],
) -> None:
    """Batches of entries, each minutes after six, in whatever order they are logged."""
    world = SimproWorld()
    cursor: str | None = None
    told: list[str] = []
    latest, number, due = SIX, 61_000, set[str]()
    for batch in batches:
        for minutes in batch:
            at = SIX + timedelta(minutes=minutes)
            log(world, at, number, str(number))
            if at >= latest - OVERLAP:
                due.add(f"schedule:{number}")
            number += 1
        latest = max([latest, *(SIX + timedelta(minutes=m) for m in batch)])
        hints = await pull(world, cursor)
        cursor = hints.next_cursor
        told += hints.ids
    assert len(told) == len(set(told))
    assert set(told) == due
    known = read_cursor(cursor)
    assert known is not None
    assert read_cursor(None) is not None
