"""Routines on a real database: each date once, whatever happens around it."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from claw.core.errors import InvalidInput, NotFound, Refused, SourceFailed
from claw.core.routines.routine import Lateness
from claw.core.time import Daily, EveryMinutes, MonthlyDay, Weekly
from claw.engine.routines.settling import MOST_ATTEMPTS
from claw_testing.edge import edge
from claw_testing.routine_world import ACTOR, RoutineWorld, Stub
from claw_testing.sync_world import World

# The world's clock begins at 07:00 on Wednesday 25 November 2026 in Sydney.
SIX_UTC = "2026-11-25T19:00"  # 06:00 on Thursday the 26th


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    return RoutineWorld(world)


async def test_the_morning_summary_is_made_from_a_fresh_read_and_is_due_on_the_minute(routines):
    routines.world.vendor.visit(1, "2026-11-25T22:00")
    await routines.add()
    await routines.work()

    routines.at("2026-11-25T18:57")
    await routines.work()

    assert await routines.runs() == {"2026-11-26": "done"}
    done = await routines.occurrence("2026-11-26")
    assert done.summary_id
    assert done.snapshot_id
    assert await routines.deliveries() == [
        ("2026-11-26", "console", datetime(2026, 11, 25, 19, tzinfo=UTC))
    ]


async def test_nothing_is_prepared_before_its_time(routines):
    await routines.add()
    stub = Stub()
    routines.at("2026-11-25T18:50")

    await routines.work(routines.lane(stub))

    assert stub.runs == []
    due = await routines.lane(stub).due_tenants(routines.world.clock.now())
    assert routines.world.tenant.tenant_id not in due


async def test_a_date_is_run_once_however_often_workers_look(routines):
    await routines.add()
    stub = Stub()
    for minute in range(55, 60):
        routines.at(f"2026-11-25T18:{minute}")
        await asyncio.gather(*(routines.work(routines.lane(stub)) for _ in range(4)))

    assert stub.runs == ["2026-11-26"]
    assert len(await routines.deliveries()) == 1


@edge("time:35")
async def test_two_workers_that_plan_at_once_plan_each_date_once(routines):
    await routines.add()

    await asyncio.gather(*(routines.work(routines.lane(Stub())) for _ in range(5)))

    assert [o.key for o in await routines.planned()] == ["2026-11-26", "2026-11-27"]


@edge("time:32")
async def test_what_came_due_while_nobody_ran_is_run_once_afterwards(routines):
    await routines.add()
    stub = Stub()
    await routines.work(routines.lane(stub))

    routines.at("2026-11-25T19:10")
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-26"]


@edge("time:33")
async def test_after_days_of_silence_only_the_latest_within_its_limit_is_run(routines):
    await routines.add()
    stub = Stub()
    routines.at("2026-11-28T20:00")  # 07:00 on the 29th

    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-29"]
    assert await routines.runs() == {
        "2026-11-29": "done",
        "2026-11-28": "missed",
        "2026-11-27": "missed",
        "2026-11-26": "missed",
    }
    assert (await routines.occurrence("2026-11-28")).reason == "too_late"


async def test_customer_messages_are_not_caught_up(routines):
    await routines.add(lateness=Lateness(catch_up="none"))
    stub = Stub()
    routines.at("2026-11-25T19:06")

    await routines.work(routines.lane(stub))

    assert stub.runs == []
    assert await routines.runs() == {"2026-11-26": "missed"}


@edge("time:38")
async def test_a_clock_that_goes_back_runs_nothing_twice(routines):
    await routines.add()
    stub = Stub()
    routines.at("2026-11-25T19:00")
    await routines.work(routines.lane(stub))

    routines.at("2026-11-25T18:00")
    await routines.work(routines.lane(stub))
    routines.at("2026-11-25T19:00")
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-26"]


@edge("time:43")
async def test_what_falls_into_a_pause_is_skipped_and_not_caught_up(routines):
    await routines.add()
    stub = Stub()
    await routines.work(routines.lane(stub))
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)

    routines.at("2026-11-25T19:05")
    await routines.work(routines.lane(stub))
    await routines.service.resume(routines.world.tenant, "morning", actor=ACTOR)
    await routines.work(routines.lane(stub))

    assert stub.runs == []
    assert await routines.runs() == {"2026-11-26": "skipped"}
    assert [o.key for o in await routines.planned()] == ["2026-11-27", "2026-11-28"]


async def test_a_pause_longer_than_what_is_planned_skips_all_of_it(routines):
    await routines.add()
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)

    routines.at("2026-12-01T20:00")
    await routines.service.resume(routines.world.tenant, "morning", actor=ACTOR)
    await routines.work(routines.lane(Stub()))

    assert set((await routines.runs()).values()) == {"skipped"}
    assert len(await routines.runs()) == 7


@edge("time:44")
async def test_a_routine_made_right_at_its_time_begins_with_it(routines):
    routines.at("2026-11-25T19:00")
    await routines.add()
    routines.at("2026-11-25T19:00:01")
    await routines.add(name="later")

    await routines.work(routines.lane(Stub()))

    assert await routines.runs() == {"2026-11-26": "done"}
    assert await routines.runs("later") == {}


@edge("time:41")
async def test_a_business_that_moves_keeps_each_date_once(routines):
    routines.world.tenant = replace(routines.world.tenant, zone="Australia/Perth")
    await routines.add()
    stub = Stub()
    await routines.work(routines.lane(stub))
    assert [o.due_at.hour for o in await routines.planned()] == [22, 22]

    routines.world.tenant = replace(routines.world.tenant, zone="Australia/Sydney")
    routines.at("2026-11-25T21:00")  # 05:00 in Perth, 08:00 in Sydney
    await routines.work(routines.lane(stub))
    routines.at("2026-11-25T22:00")
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-26"]
    assert [o.due_at.hour for o in await routines.planned()] == [19, 19]


@edge("time:26", "time:27")
async def test_new_zone_data_moves_what_is_planned_and_nothing_that_ran(routines):
    zone = "America/Vancouver"
    routines.tzdata = "2025b"
    await routines.add(zone=zone)
    stub = Stub()
    routines.at("2026-11-25T14:00")
    await routines.work(routines.lane(stub))
    stale = list(await routines.planned())
    async with routines.world.pool.tenant(routines.world.tenant.tenant_id) as tx:
        await tx.execute(
            "update claw.occurrence set due_at = due_at + interval '1 hour' where state = 'planned'"
        )

    routines.tzdata = "2026f"
    await routines.work(routines.lane(stub))

    assert [(o.key, o.due_at) for o in await routines.planned()][: len(stale)] == [
        (o.key, o.due_at) for o in stale
    ]
    assert {o.tzdata for o in await routines.planned()} == {"2026f"}
    assert stub.runs == ["2026-11-25"]
    assert (await routines.occurrence("2026-11-25")).tzdata == "2025b"


@edge("time:28")
async def test_an_instant_that_new_data_moves_into_the_past_is_caught_up(routines):
    routines.tzdata = "2025b"
    await routines.add()
    stub = Stub()
    await routines.work(routines.lane(stub))
    async with routines.world.pool.tenant(routines.world.tenant.tenant_id) as tx:
        await tx.execute("update claw.occurrence set due_at = due_at + interval '1 hour'")

    routines.tzdata = "2026f"
    routines.at("2026-11-25T19:30")
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-26"]


@edge("time:37", "queue:8")
async def test_a_worker_whose_claim_lapsed_writes_nothing_more(routines):
    await routines.add()
    gate = asyncio.Event()
    slow, quick = Stub(gate), Stub()
    routines.at("2026-11-25T19:00")
    first = asyncio.create_task(routines.work(routines.lane(slow)))
    await slow.started.wait()

    await routines.let_claims_lapse()
    await routines.work(routines.lane(quick))
    gate.set()
    await first

    assert quick.runs == ["2026-11-26"]
    assert len(await routines.deliveries()) == 1
    assert "claim lost" in routines.world.tally.lines
    assert (await routines.occurrence("2026-11-26")).fence == 2


@edge("queue:1", "queue:11")
async def test_a_worker_that_dies_leaves_the_occurrence_to_the_next_and_it_counts(routines):
    await routines.add()
    gate = asyncio.Event()
    dead = Stub(gate)
    routines.at("2026-11-25T19:00")
    task = asyncio.create_task(routines.work(routines.lane(dead)))
    await dead.started.wait()
    task.cancel()

    await routines.let_claims_lapse()
    await routines.work(routines.lane(Stub()))

    done = await routines.occurrence("2026-11-26")
    assert (done.state, done.attempts) == ("done", 2)


@edge("queue:10")
async def test_what_brings_its_worker_down_each_time_is_given_up(routines):
    await routines.add()
    routines.at("2026-11-25T19:00")
    for _ in range(MOST_ATTEMPTS):
        stub = Stub(asyncio.Event())
        task = asyncio.create_task(routines.work(routines.lane(stub)))
        await stub.started.wait()
        task.cancel()
        await routines.let_claims_lapse()

    last = Stub()
    await routines.work(routines.lane(last))

    assert last.runs == []
    failed = await routines.occurrence("2026-11-26")
    assert (failed.state, failed.reason, failed.attempts) == ("failed", "crashed", MOST_ATTEMPTS)


@edge("queue:2")
async def test_what_fails_rests_and_is_tried_again_and_given_up_in_the_open(routines):
    await routines.add()
    trouble = SourceFailed("no", code="source_failed")
    stub = Stub(*[trouble] * MOST_ATTEMPTS)
    routines.at("2026-11-25T19:00")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        await routines.work(routines.lane(stub))
        assert len(stub.runs) == attempt
        await routines.let_claims_lapse()

    failed = await routines.occurrence("2026-11-26")
    assert (failed.state, failed.reason, failed.attempts) == ("failed", "source_failed", 5)
    assert await routines.deliveries() == []


async def test_what_was_tried_until_too_late_is_failed_and_not_missed(routines):
    await routines.add()
    routines.at("2026-11-25T19:00")
    await routines.work(routines.lane(Stub(SourceFailed("no", code="source_failed"))))
    await routines.let_claims_lapse()

    routines.at("2026-11-26T01:01")
    await routines.work(routines.lane(Stub()))

    failed = await routines.occurrence("2026-11-26")
    assert (failed.state, failed.reason) == ("failed", "source_failed")


@edge("queue:3")
async def test_a_defect_ends_in_the_open_and_does_not_stop_the_others(routines):
    await routines.add()
    await routines.add(name="second")
    stub = Stub(KeyError("a defect"))
    routines.at("2026-11-25T19:00")

    with pytest.raises(KeyError):
        await routines.work(routines.lane(stub))
    await routines.work(routines.lane(stub))

    states = {**await routines.runs("morning"), **await routines.runs("second")}
    assert list(states.values()) == ["done"]
    assert len(stub.runs) == 2


async def test_a_source_that_is_down_costs_the_freshness_and_not_the_summary(routines):
    routines.world.vendor.visit(1, "2026-11-25T22:00")
    await routines.world.sync()
    routines.world.vendor.faults["visits"] = _down()
    await routines.add()
    routines.at("2026-11-25T19:00")

    await routines.work()

    done = await routines.occurrence("2026-11-26")
    assert (done.state, done.reason) == ("done", "degraded")


async def test_nothing_ever_read_is_no_empty_day(routines):
    routines.world.vendor.faults["visits"] = _down()
    await routines.add()
    routines.at("2026-11-25T19:00")

    await routines.work()

    assert await routines.deliveries() == []
    assert (await routines.planned())[0].reason == "nothing_read"


async def test_run_now_is_one_more_and_takes_nothing_from_the_planned(routines):
    await routines.add()
    await routines.service.run_now(routines.world.tenant, "morning", actor=ACTOR)
    stub = Stub()
    await routines.work(routines.lane(stub))
    routines.at(SIX_UTC)
    await routines.work(routines.lane(stub))

    assert len(stub.runs) == 2
    assert stub.runs[0].startswith("manual:")
    assert stub.runs[1] == "2026-11-26"


@edge("time:42")
async def test_a_time_that_is_moved_after_todays_run_counts_from_tomorrow(routines):
    await routines.add()
    stub = Stub()
    routines.at("2026-11-25T19:00")
    await routines.work(routines.lane(stub))

    routines.at("2026-11-25T19:30")
    await routines.service.change(routines.world.tenant, "morning", Daily(at=time(5)), actor=ACTOR)
    await routines.work(routines.lane(stub))
    routines.at("2026-11-26T18:00")
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-26", "2026-11-27"]
    assert (await routines.occurrence("2026-11-27")).due_at.hour == 18


async def test_a_time_that_is_moved_back_before_it_came_is_not_made_up_for(routines):
    await routines.add(recurrence=Daily(at=time(9)))
    stub = Stub()
    await routines.work(routines.lane(stub))

    await routines.service.change(routines.world.tenant, "morning", Daily(at=time(6)), actor=ACTOR)
    await routines.work(routines.lane(stub))

    assert stub.runs == []
    assert await routines.runs() == {"2026-11-25": "skipped"}


async def test_a_day_that_is_no_longer_named_is_cancelled(routines):
    await routines.add()
    await routines.work(routines.lane(Stub()))

    await routines.service.change(
        routines.world.tenant, "morning", Weekly(at=time(6), days=(7,)), actor=ACTOR
    )
    await routines.work(routines.lane(Stub()))

    assert set((await routines.runs()).values()) == {"cancelled"}


@edge("time:39")
async def test_after_a_jump_of_days_nothing_is_fired_in_a_mass(routines):
    await routines.add(recurrence=EveryMinutes(minutes=60))
    stub = Stub()
    await routines.work(routines.lane(stub))
    stub.runs.clear()

    routines.pass_time(days=3)
    await routines.work(routines.lane(stub))

    assert len(stub.runs) == 1
    assert list((await routines.runs()).values()).count("missed") > 60


@edge("time:40")
async def test_an_old_table_that_is_restored_brings_no_burst(routines):
    await routines.add()
    await routines.work(routines.lane(Stub()))
    stub = Stub()
    routines.pass_time(days=30)  # the backup is a month old

    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-12-25"]
    assert list((await routines.runs()).values()).count("missed") == 29


async def test_a_removed_routine_runs_no_more_and_frees_its_name(routines):
    await routines.add()
    await routines.work(routines.lane(Stub()))
    await routines.service.remove(routines.world.tenant, "morning", actor=ACTOR)
    stub = Stub()
    routines.at(SIX_UTC)
    await routines.work(routines.lane(stub))

    assert stub.runs == []
    with pytest.raises(NotFound):
        await routines.service.get(routines.world.tenant, "morning")
    await routines.add()


async def test_a_name_is_taken_once_and_a_paused_routine_is_not_run_by_hand(routines):
    await routines.add()
    with pytest.raises(Refused, match="already has a routine"):
        await routines.add()
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)
    with pytest.raises(Refused, match="paused"):
        await routines.service.run_now(routines.world.tenant, "morning", actor=ACTOR)


async def test_a_date_without_the_time_is_recorded_as_skipped(routines):
    await routines.add(recurrence=MonthlyDay(at=time(6), day=31))
    routines.at("2026-11-30T20:00")
    await routines.work(routines.lane(Stub()))

    assert (await routines.runs()) == {"2026-11-31": "skipped"}


async def test_a_grid_runs_each_of_its_instants(routines):
    await routines.add(recurrence=EveryMinutes(minutes=60), lateness=Lateness(catch_up="all"))
    stub = Stub()
    routines.at("2026-11-24T22:00")
    await routines.work(routines.lane(stub))

    assert stub.runs == [
        "2026-11-24T20:00:00Z",
        "2026-11-24T21:00:00Z",
        "2026-11-24T22:00:00Z",
    ]


async def test_next_tells_the_wall_the_instant_and_the_shift(routines):
    await routines.add(recurrence=Daily(at=time(6)))
    after = datetime(2026, 10, 2, 21, tzinfo=UTC)

    found = await routines.service.next(routines.world.tenant, "morning", count=2, after=after)

    assert [(n.due.key, n.due.instant.hour, n.note) for n in found] == [
        ("2026-10-04", 19, "clocks went forward by 1 h since the one before"),
        ("2026-10-05", 19, None),
    ]


async def test_a_change_of_the_clocks_over_the_weekend_is_explained_on_monday(routines):
    await routines.add(recurrence=Weekly(at=time(6), days=(1, 2, 3, 4, 5)))
    after = datetime(2026, 10, 2, tzinfo=UTC)

    monday, tuesday = await routines.service.next(
        routines.world.tenant, "morning", count=2, after=after
    )

    assert monday.due.key == "2026-10-05"
    assert monday.note == "clocks went forward by 1 h since the one before"
    assert tuesday.note is None


@pytest.mark.parametrize("year", [1, 1899, 2199, 9999])
async def test_next_computes_nothing_where_zone_rules_say_nothing(routines, year):
    await routines.add()
    after = datetime(year, 12, 31, 23, tzinfo=UTC)

    with pytest.raises(InvalidInput) as refused:
        await routines.service.next(routines.world.tenant, "morning", count=2, after=after)

    assert refused.value.field == "after"


async def test_another_business_sees_nothing_of_it(routines, pool):
    from claw_testing.sync_world import new_world

    await routines.add()
    other = RoutineWorld(await new_world(pool))

    assert await other.service.list(other.world.tenant) == []
    routines.at(SIX_UTC)
    other.at(SIX_UTC)
    await other.work(other.lane(Stub()))
    assert [o.state for o in await routines.planned()] == []


def _down() -> Exception:
    from claw.ports.connector_errors import Transient

    return Transient("down", cause="server_error")


async def test_preparation_begins_ahead_of_the_minute(routines):
    await routines.add()
    await routines.work(routines.lane(Stub()))

    (first, _) = await routines.planned()

    ahead = first.due_at - first.prepare_at
    assert timedelta(minutes=3) <= ahead <= timedelta(minutes=5)
