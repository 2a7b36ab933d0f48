"""With each fault of the vendor: the same records as without it, or an error; never less."""

from datetime import date

import pytest

from claw.connect import ConnectorError
from claw.connectors.simpro.simulator import create_simulator
from claw_testing.edge import edge
from claw_testing.simpro_reading import ReadOutcome, read

TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def clean() -> dict[str, bytes]:
    """What a read without faults gives."""
    import asyncio

    outcome = asyncio.run(read(create_simulator(today=TODAY), TODAY, TODAY))
    assert len(outcome.canonical) > 30
    return outcome.canonical


@edge(
    "simpro:44",
    "simpro:45",
    "simpro:46",
    "simpro:48",
    "simpro:49",
    "simpro:51",
    "simpro:56",
    "simpro:57",
)
@pytest.mark.parametrize(
    "faults",
    [
        ("no_result_headers",),
        ("garbage_result_pages",),
        ("page_cap:7",),
        ("page_cap:7", "no_result_headers"),
        ("filter_ignored",),
        ("orderby_ignored",),
        ("unsearchable:Date",),
        ("rate429:3",),
        ("noise429",),
        ("html_503:2",),
        ("html_200:2",),
        ("truncated:2",),
        ("reset:2",),
        ("bom",),
        ("gzip",),
        ("link_header",),
    ],
    ids=",".join,
)
async def test_the_records_are_the_same_as_without_the_fault(
    clean: dict[str, bytes], faults: tuple[str, ...]
) -> None:
    vendor = create_simulator(today=TODAY, faults=faults)
    outcome = await read(vendor, TODAY, TODAY)
    assert outcome.canonical == clean
    assert outcome.covered is not None
    assert vendor.violations == []


@edge("simpro:42", "simpro:43")
@pytest.mark.parametrize(
    "fault", ["page_shift_delete:1", "page_shift_insert:1", "total_drift:1", "duplicate_row:1"]
)
async def test_a_torn_read_is_repeated_until_it_fits_together(fault: str) -> None:
    vendor = create_simulator(today=TODAY, faults=(fault, "page_cap:7"))
    outcome = await read(vendor, TODAY, TODAY)
    expected = {f"simpro/schedule:{row['ID']}" for row in vendor.schedules(TODAY, TODAY)}
    found = {ref for ref in outcome.canonical if "/schedule:" in ref}
    assert found == expected
    assert outcome.covered is not None
    assert outcome.covered.seen == len(expected)


@edge("simpro:42", "simpro:47")
@pytest.mark.parametrize("fault", ["total_drift:99", "skipped_row:99"])
async def test_a_list_that_never_comes_to_rest_is_an_error_and_covers_nothing(fault: str) -> None:
    vendor = create_simulator(today=TODAY, faults=(fault, "page_cap:7"))
    with pytest.raises(ConnectorError) as caught:
        await read(vendor, TODAY, TODAY)
    assert caught.value.code == "torn_read"


@edge("simpro:47")
async def test_the_cap_on_pages_is_an_error_and_never_a_shorter_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("claw.connectors.simpro.client.MOST_PAGES", 2)
    vendor = create_simulator(today=TODAY, faults=("page_cap:7",))
    with pytest.raises(ConnectorError) as caught:
        await read(vendor, TODAY, TODAY)
    assert caught.value.code == "refused"


@edge("simpro:12")
async def test_each_company_of_a_build_is_read_on_its_own_wall_clock() -> None:
    vendor = create_simulator(today=TODAY)
    sydney = await read(vendor, TODAY, TODAY, company=2)
    brisbane = await read(vendor, TODAY, TODAY, company=3, tenant_zone="Australia/Brisbane")
    assert _zones(sydney) == {b"Australia/Sydney"}
    assert _zones(brisbane) == {b"Australia/Brisbane"}


@edge("simpro:39", "simpro:62")
async def test_a_row_is_asked_for_by_id_wherever_it_went() -> None:
    vendor = create_simulator(today=TODAY)
    moved, gone = (int(str(row["ID"])) for row in vendor.schedules(TODAY, TODAY)[:2])
    vendor.move_schedule(moved, date=date(2027, 2, 1))
    vendor.delete_schedule(gone)
    outcome = await read(vendor, TODAY, TODAY, ids=(f"schedule:{moved}", f"schedule:{gone}"))
    assert outcome.absent == [f"schedule:{gone}"]
    assert b'"starts_at":"2027-0' in outcome.canonical[f"simpro/schedule:{moved}"]


def _zones(outcome: ReadOutcome) -> set[bytes]:
    found = [body for ref, body in outcome.canonical.items() if "/schedule:" in ref]
    return {body.split(b'"zone":"')[1].split(b'"')[0] for body in found}
