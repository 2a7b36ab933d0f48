"""The data-quality report: counts, references, never a person."""

from datetime import date
from typing import Any

import msgspec
import pytest

from claw.core.errors import InvalidInput, NotFound
from claw.engine.quality import QualityReport, Share
from claw.ports.connector import CheckReport, Context, StandingWarning
from claw.ports.connector_errors import Forbidden, Transient
from claw.store.tenancy import Pool
from claw_testing.operations import operations, second_connection
from claw_testing.scripted_connector import ScriptedConnector
from claw_testing.sync_world import World, new_world


class Warned(ScriptedConnector):
    """A source that lacks a permission."""

    async def check(self, ctx: Context) -> CheckReport:
        report = await super().check(ctx)
        warning = StandingWarning(code="forbidden", message="the key may not read contacts")
        return CheckReport(
            account=report.account, capabilities={}, warnings=(warning,), clock_skew_seconds=-900
        )


async def report(world: World, **dates: date) -> QualityReport:
    return await operations(world).quality.report(world.tenant, "field", **dates)


def flags(found: QualityReport) -> list[tuple[str, int]]:
    return [(flag.flag, flag.count) for flag in found.flags]


async def test_shares_are_of_the_work_and_say_out_of_how_many(world: World):
    world.vendor.customer(7, "Kim", "0412 345 678")
    for number in range(1, 4):
        world.vendor.visit(number, f"2026-11-25T0{number}:00", customer=7)
    world.vendor.visit(4, "2026-11-25T04:00", status="cancelled")
    await world.sync()
    found = await report(world)
    assert (found.appointments, found.work) == (4, 3)
    # The scripted vendor assigns nobody, and its numbers are of no known kind.
    assert found.unassigned == Share(count=3, of=3, percent=100)
    assert found.textable == Share(count=0, of=3, percent=0)


async def test_out_of_nothing_there_is_no_share(world: World):
    await world.sync()
    assert (await report(world)).textable == Share(count=0, of=0, percent=None)


async def test_flags_are_counted_with_a_few_references(world: World):
    world.vendor.customer(7, "Kim", "0412 345 678")
    world.vendor.visit(1, "2026-11-25T01:00", customer=7)
    for number in range(2, 7):
        world.vendor.visit(number, f"2026-11-25T0{number}:00", customer=99)
    await world.sync()
    world.vendor.faults["/customers/7"] = Transient("no answer", cause="unreachable")
    await world.sync()
    found = await report(world)
    assert flags(found) == [("customer_unresolved", 5), ("stale_enrichment", 1)]
    assert found.flags[0].examples == ["field/visit:2", "field/visit:3", "field/visit:4"]
    assert (found.stale_enrichment.count, found.stale_enrichment.percent) == (1, 16)


async def test_quarantined_rows_are_counted_by_reason_and_place(world: World):
    for number in range(1, 6):
        world.vendor.visit(number, f"2026-11-25T0{number}:00", broken=True)
    world.vendor.visit(6, "2026-11-25T06:00", status="postponed")
    await world.sync()
    found = [(q.code, q.path, q.count) for q in (await report(world)).quarantined]
    assert found == [("start_unreadable", "start", 5), ("not_canonical", "status", 1)]


async def test_nobody_is_named(world: World):
    world.vendor.customer(7, "Ada Lovelace", "0412 345 678")
    world.vendor.visit(1, "2026-11-25T01:00", customer=7)
    world.vendor.visit(2, "2026-11-25T02:00", customer=7, explode=True, title="Ada")
    world.vendor.visit(3, "2026-11-25T03:00", customer=7, status="Ada's")
    await world.sync()
    printed = msgspec.json.encode(await report(world)).decode()
    assert "visit:2" in printed
    assert "Ada" not in printed
    assert "0412" not in printed


async def test_only_the_dates_asked_for_and_only_what_is_there_count(world: World):
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.visit(2, "2026-11-26T01:00")
    world.vendor.visit(3, "2026-11-26T02:00")
    await world.sync()
    del world.vendor.visits[3]
    await world.sync()
    found = await report(world, first=date(2026, 11, 26), last=date(2026, 11, 27))
    assert (found.appointments, found.days, found.days_read) == (1, 2, 2)
    assert (await report(world)).appointments == 2


async def test_days_that_were_never_read_degrade_it(world: World):
    await world.sync("2026-11-25", "2026-11-25")
    found = await report(world, first=date(2026, 11, 25), last=date(2026, 11, 27))
    assert (found.days, found.days_read, found.degraded) == (3, 1, True)
    assert found.data_as_of == "2026-11-24T20:01:00Z"
    assert not (await report(world, first=date(2026, 11, 25), last=date(2026, 11, 25))).degraded


async def test_what_was_never_read_is_zero_of_zero_and_says_so(world: World):
    found = await report(world)
    assert (found.days_read, found.data_as_of, found.degraded) == (0, None, True)


async def test_what_the_last_check_warned_of_stands_in_it(pool: Pool):
    world = await new_world(pool, connector=Warned())
    await world.sync()
    assert [warning.code for warning in (await report(world)).warnings] == [
        "forbidden",
        "clock_skew",
    ]


async def test_another_connections_rows_are_not_its_own(world: World):
    await second_connection(world)
    world.vendor.visit(1, "2026-11-25T01:00")
    world.vendor.visit(2, "2026-11-25T02:00", broken=True)
    await world.sync()
    found = await report(world)
    assert (found.appointments, found.quarantined[0].count) == (1, 1)


async def test_a_part_that_may_not_be_read_shows_as_its_flag(world: World):
    world.vendor.customer(7, "Kim", "0412 345 678")
    world.vendor.visit(1, "2026-11-25T01:00", customer=7)
    world.vendor.faults["/customers/7"] = Forbidden("no", scope="customers")
    await world.sync()
    assert flags(await report(world)) == [("enrichment_missing", 1)]


@pytest.mark.parametrize(
    ("name", "dates", "error"),
    [
        ("nowhere", {}, NotFound),
        ("field", {"first": date(2026, 11, 26), "last": date(2026, 11, 25)}, InvalidInput),
    ],
)
async def test_what_makes_no_sense_is_refused(
    world: World, name: str, dates: dict[str, Any], error: type[Exception]
):
    with pytest.raises(error):
        await operations(world).quality.report(world.tenant, name, **dates)
