"""Reading a window whole, whatever the build does to pages, filters, columns and answers."""

from collections import Counter
from datetime import date, timedelta
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from claw.connectors.simpro.wire import Schedule, decode
from claw.ports.connector import Missing, Response
from claw.ports.connector_errors import (
    AuthRevoked,
    ConnectorError,
    Recovery,
    Refused,
    SourceChanged,
    TornRead,
    Transient,
)
from claw_testing.edge import edge
from claw_testing.simpro_world import TODAY, Read, SimproWorld

ONE_DAY = timedelta(days=1)


def pages_asked(world: SimproWorld, resource: str = "schedules") -> list[int]:
    return [int(parse_qs(query)["page"][0]) for query in world.asked(resource)]


def assert_whole(world: SimproWorld, read: Read, first: date = TODAY, days: int = 1) -> None:
    """The read holds exactly what is there, each row once, and says so."""
    assert sorted(read.ids) == sorted(world.truth(first, days))
    assert read.covered is not None
    assert read.covered.seen == len(read.ids)


async def test_a_window_holds_exactly_the_rows_of_its_dates() -> None:
    world = SimproWorld()
    read = await world.read(days=7)
    assert_whole(world, read, days=7)
    assert len(read.ids) > 100
    assert {entry.method for entry in world.simulator.log} == {"GET"}
    assert world.simulator.violations == []
    assert world.simulator.max_requests_in_any_second() <= 10


async def test_a_row_is_kept_byte_for_byte_as_it_came() -> None:
    world = SimproWorld()
    read = await world.read()
    async with world.context() as ctx:
        response = await ctx.http.get(
            "/api/v1.0/companies/{company}/schedules/",
            path={"company": 2},
            query={"columns": "ID,Type,Reference,TotalHours,Staff,Date,Blocks,Project,Notes,"
                   "DateModified", "Date": TODAY.isoformat(), "pageSize": "250"},
        )  # fmt: skip
    for bundle in read.bundles:
        assert bundle.primary.body in response.body


@edge("simpro:42")
@pytest.mark.parametrize("fault", ["page_shift_delete", "page_shift_insert"])
async def test_rows_that_shift_between_pages_are_read_again(fault: str) -> None:
    world = SimproWorld("page_cap:20", fault)
    read = await world.read()
    assert_whole(world, read)
    assert Counter(pages_asked(world))[1] == 2


@edge("simpro:42")
@pytest.mark.parametrize("fault", ["duplicate_row", "skipped_row"])
async def test_a_row_that_comes_twice_or_not_at_all_is_a_reason_to_read_again(fault: str) -> None:
    world = SimproWorld("page_cap:20", fault)
    assert_whole(world, await world.read())
    assert Counter(pages_asked(world))[1] == 2


@edge("simpro:43")
async def test_a_total_that_changes_between_pages_is_a_torn_read() -> None:
    world = SimproWorld("page_cap:20", "total_drift")
    assert_whole(world, await world.read())
    assert pages_asked(world)[:3] == [1, 2, 1]


@edge("simpro:42", "simpro:43")
@pytest.mark.parametrize(
    "fault", ["page_shift_insert:9", "duplicate_row:9", "skipped_row:9", "total_drift:9"]
)
async def test_a_list_that_does_not_come_to_rest_is_reported_and_not_guessed(fault: str) -> None:
    world = SimproWorld("page_cap:20", fault)
    with pytest.raises(TornRead):
        await world.read()
    assert Counter(pages_asked(world))[1] == 3


@edge("simpro:44")
@pytest.mark.parametrize("fault", ["no_result_headers", "garbage_result_pages"])
@pytest.mark.parametrize("cap", ["page_cap:20", "page_cap:7", "page_cap:1000"])
async def test_without_a_count_of_pages_a_short_page_ends_the_read(fault: str, cap: str) -> None:
    world = SimproWorld(cap, fault)
    assert_whole(world, await world.read())


@edge("simpro:45")
async def test_a_full_last_page_is_followed_by_one_more() -> None:
    world = SimproWorld("no_result_headers")
    asked_for = world.truth(TODAY - ONE_DAY, 3)
    size = next(n for n in range(2, 100) if len(asked_for) % n == 0)
    world.simulator.faults.set(f"page_cap:{size}")
    assert_whole(world, await world.read())
    pages = len(asked_for) // size
    assert pages_asked(world) == list(range(1, pages + 2))


@edge("simpro:46")
@pytest.mark.parametrize("faults", [("page_cap:7",), ("page_cap:7", "no_result_headers")])
async def test_pages_smaller_than_asked_for_are_all_read(faults: tuple[str, ...]) -> None:
    world = SimproWorld(*faults)
    assert_whole(world, await world.read())
    assert len(pages_asked(world)) > 5


@edge("simpro:47")
@pytest.mark.parametrize("headers", [(), ("no_result_headers",)])
async def test_more_pages_than_anybody_should_read_are_an_error_not_a_cut(
    headers: tuple[str, ...],
) -> None:
    world = SimproWorld("page_cap:1", *headers)
    assert len(world.truth(TODAY - ONE_DAY, 9)) > 200
    with pytest.raises(Refused) as refused:
        await world.read(days=7)
    assert refused.value.recovery is Recovery.SPLIT_WINDOW


@edge("simpro:48")
async def test_rows_of_other_dates_are_dropped_when_the_filter_is_ignored() -> None:
    world = SimproWorld("filter_ignored")
    read = await world.read()
    assert_whole(world, read)
    dates = {decode(bundle.primary.body, Schedule).date for bundle in read.bundles}
    assert dates == {TODAY.isoformat()}


@edge("simpro:48")
async def test_the_last_date_is_there_when_between_leaves_out_its_bound() -> None:
    world = SimproWorld("between_exclusive")
    assert_whole(world, await world.read())


@edge("simpro:49")
async def test_schedules_that_cannot_be_searched_are_read_whole_and_picked_from() -> None:
    world = SimproWorld("unsearchable:Date")
    assert_whole(world, await world.read())
    assert world.log.warnings == ["schedules cannot be searched by date; reading all of them"]


@edge("simpro:50")
@pytest.mark.parametrize("form", ["status=422", "status=400"])
async def test_a_refused_column_is_done_without_and_reported(form: str) -> None:
    world = SimproWorld(f"invalid_column:Notes,{form}")
    read = await world.read()
    assert_whole(world, read)
    (warning,) = [line for line in world.log.lines if line[0] == "warning"]
    assert warning[2] == {"path": "schedules", "reading_without": ["Notes"]}
    rows = [decode(bundle.primary.body, Schedule) for bundle in read.bundles]
    assert all(row.notes is None and row.date_modified for row in rows)
    report = await world.check()
    assert "columns_refused" in [warning.code for warning in report.warnings]


@edge("simpro:50")
async def test_a_column_nothing_can_be_read_without_is_an_error() -> None:
    world = SimproWorld("invalid_column:Blocks")
    with pytest.raises(SourceChanged):
        await world.read()


@edge("simpro:51")
@pytest.mark.parametrize("retry_after", ["seconds", "date", "zero", "garbage", "absent"])
async def test_a_throttled_read_goes_on_at_the_page_where_it_was(retry_after: str) -> None:
    world = SimproWorld("page_cap:20", f"rate429:2,on=schedules,after=2,retry_after={retry_after}")
    assert_whole(world, await world.read())
    pages = pages_asked(world)
    assert pages[:5] == [1, 2, 3, 3, 3]
    assert pages[4:] == sorted(set(pages[4:]))


@edge("simpro:51")
async def test_another_integration_costs_time_and_no_row() -> None:
    world = SimproWorld("noise429:8", "page_cap:20")
    read = await world.read(days=3)
    assert_whole(world, read, days=3)
    assert 429 in {entry.status for entry in world.simulator.log}
    quiet = SimproWorld()
    assert world.map(read.bundles) == quiet.map((await quiet.read(days=3)).bundles)


@edge("simpro:56", "simpro:57", "simpro:58")
@pytest.mark.parametrize("fault", ["html_503:2", "html_200:2", "truncated:2", "no_content:2"])
async def test_an_answer_that_is_no_data_is_asked_for_again(fault: str) -> None:
    world = SimproWorld(f"{fault},on=schedules")
    assert_whole(world, await world.read())
    assert pages_asked(world) == [1, 1, 1]


@edge("simpro:56", "simpro:57", "simpro:58")
@pytest.mark.parametrize("fault", ["html_503:99", "html_200:99", "truncated:99", "no_content:99"])
async def test_trouble_that_lasts_is_an_error_and_never_an_empty_day(fault: str) -> None:
    world = SimproWorld(f"{fault},on=schedules")
    with pytest.raises(Transient):
        await world.read()


@edge("simpro:57")
@pytest.mark.parametrize("fault", ["bom", "gzip"])
async def test_a_byte_order_mark_or_compression_changes_nothing(fault: str) -> None:
    world, plain = SimproWorld(fault), SimproWorld()
    assert (await world.read()).bundles == (await plain.read()).bundles


@edge("simpro:59")
async def test_an_object_where_a_list_is_expected_breaks_the_contract() -> None:
    world = SimproWorld("object_for_array")
    with pytest.raises(SourceChanged):
        await world.read()


@edge("simpro:55", "simpro:60")
async def test_a_revoked_key_stops_at_once_and_is_not_repeated_by_the_error() -> None:
    world = SimproWorld("revoked", "echo_authorization")
    with pytest.raises(AuthRevoked) as revoked:
        await world.read()
    assert len(world.simulator.log) == 1
    assert world.api_key not in f"{revoked.value} {revoked.value.hint}"


async def test_schedules_the_key_may_not_read_are_an_error() -> None:
    world = SimproWorld("forbidden:schedules")
    with pytest.raises(ConnectorError) as refused:
        await world.read()
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    "fault",
    [
        *("ampm_times", "ids_as_strings", "iso_missing", "iso_z", "link_header", "narrow_list"),
        *("orderby_ignored", "project_absent", "project_null", "project_string"),
        "type_capitalised",
    ],
)
@edge("simpro:25", "simpro:26", "simpro:29")
async def test_another_form_of_the_same_schedule_is_the_same_schedule(fault: str) -> None:
    def by_ref(world: SimproWorld, read: Read) -> dict[str, object]:
        return {record.ref: record for row in world.map(read.bundles) for record in row}

    world, plain = SimproWorld(fault), SimproWorld()
    expected = by_ref(plain, await plain.read())
    assert by_ref(world, await world.read()) == expected
    assert len(expected) > 50


def _not_modified(response: Response) -> Response:
    return replace(response, status=304, body=b"")


@edge("simpro:61")
async def test_not_modified_schedules_are_trouble_and_never_an_empty_day() -> None:
    world = SimproWorld()
    world.tampering["/schedules/"] = _not_modified
    with pytest.raises(Transient) as unchanged:
        await world.read()
    assert unchanged.value.cause == "not_modified"
    world.tampering["/schedules/{id}"] = _not_modified
    with pytest.raises(Transient):
        await world.read_ids(int(world.truth()[0].partition(":")[2]))


@edge("simpro:61")
async def test_not_modified_linked_objects_are_unreadable_so_that_the_last_known_stand() -> None:
    world = SimproWorld()
    world.tampering["/jobs/"] = world.tampering["/jobs/{id}"] = _not_modified
    read = await world.read()
    assert sorted(read.ids) == sorted(world.truth())
    codes = {part.code for b in read.bundles if isinstance(part := b.parts.get("job"), Missing)}
    assert codes == {"unreadable"}
    assert len(world.asked("jobs")) == 1
