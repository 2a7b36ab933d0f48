"""Changing when a routine recurs: each date or instant runs once, none twice, none is lost."""

import asyncio
from datetime import time
from uuid import uuid4

import pytest

from claw.core.errors import SourceFailed
from claw.core.time import Daily, EveryMinutes, MonthlyDay, Recurrence, Weekly
from claw.engine.routines.settling import MOST_ATTEMPTS
from claw_testing.routine_world import ACTOR, RoutineWorld, Stub
from claw_testing.sync_world import World

SIX = Daily(at=time(6))
NINE = Daily(at=time(9))
SUNDAYS = Weekly(at=time(6), days=(7,))
HOURLY = EveryMinutes(minutes=60)


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    """It is 07:00 on Wednesday 25 November 2026 in Sydney."""
    return RoutineWorld(world)


async def changed(routines: RoutineWorld, *recurrences: Recurrence) -> None:
    for recurrence in recurrences:
        await routines.service.change(routines.world.tenant, "morning", recurrence, actor=ACTOR)


async def run_at_eleven(routines: RoutineWorld) -> list[str]:
    """Change it to 11:00 and let that pass; what was run."""
    await changed(routines, Daily(at=time(11)))
    stub = Stub()
    routines.at("2026-11-25T00:00")
    await routines.work(routines.lane(stub))
    return stub.runs


async def test_from_a_date_to_a_grid_the_date_is_not_run_besides_its_instant(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    await routines.work(routines.lane(Stub()))

    await changed(routines, HOURLY)
    routines.at("2026-11-24T22:00")  # 09:00
    stub = Stub()
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-24T22:00:00Z"]
    assert (await routines.runs())["2026-11-25"] == "cancelled"


async def test_from_a_grid_to_a_date_only_the_date_is_run(routines: RoutineWorld) -> None:
    await routines.add(recurrence=HOURLY)
    await routines.work(routines.lane(Stub()))

    await changed(routines, NINE)
    stub = Stub()
    for instant in ("2026-11-24T21:00", "2026-11-24T22:00", "2026-11-24T23:00"):
        routines.at(instant)
        await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-25"]


async def test_a_day_that_a_month_may_lack_takes_the_place_of_every_day(
    routines: RoutineWorld,
) -> None:
    routines.at("2026-11-29T00:00")
    await routines.add(recurrence=SIX)
    await routines.work(routines.lane(Stub()))

    await changed(routines, MonthlyDay(at=time(6), day=31))
    routines.at("2026-11-29T19:00")
    await routines.work(routines.lane(Stub()))

    assert await routines.runs() == {
        "2026-12-01": "cancelled",
        "2026-11-30": "cancelled",
        "2026-11-31": "skipped",
    }


@pytest.mark.parametrize("there", [SUNDAYS, HOURLY, SIX])
@pytest.mark.parametrize("looks", [True, False])
async def test_what_is_changed_there_and_back_again_runs_once(
    routines: RoutineWorld, there: Recurrence, looks: bool
) -> None:
    await routines.add(recurrence=NINE)
    await routines.work(routines.lane(Stub()))

    await changed(routines, there)
    if looks:
        await routines.work(routines.lane(Stub()))
    await changed(routines, NINE)
    stub = Stub()
    for instant in ("2026-11-24T21:58", "2026-11-24T22:00", "2026-11-24T22:05"):
        routines.at(instant)
        await routines.work(routines.lane(stub))

    assert stub.runs.count("2026-11-25") == 1
    assert len([key for key in stub.runs if key != "2026-11-25"]) == 0


async def test_a_grid_that_is_changed_there_and_back_again_runs_each_instant_once(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=HOURLY)
    await routines.work(routines.lane(Stub()))

    await changed(routines, SUNDAYS, HOURLY)
    stub = Stub()
    for instant in ("2026-11-24T21:00", "2026-11-24T22:00"):
        routines.at(instant)
        await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-24T21:00:00Z", "2026-11-24T22:00:00Z"]


async def test_a_date_that_a_pause_skipped_runs_at_a_later_time_that_is_asked_for(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    await routines.work(routines.lane(Stub()))
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)
    routines.at("2026-11-24T22:10")
    await routines.service.resume(routines.world.tenant, "morning", actor=ACTOR)
    assert (await routines.runs())["2026-11-25"] == "skipped"

    assert await run_at_eleven(routines) == ["2026-11-25"]


async def test_what_has_run_is_not_run_again_by_a_change(routines: RoutineWorld) -> None:
    await routines.add(recurrence=NINE)
    stub = Stub()
    routines.at("2026-11-24T22:00")
    await routines.work(routines.lane(stub))

    await changed(routines, SUNDAYS, Daily(at=time(10)))
    routines.at("2026-11-24T23:00")
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-25"]


async def test_what_was_due_already_is_still_run_after_a_change_to_an_earlier_time(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-24T22:01")  # 09:01, and no worker has looked

    await changed(routines, SIX)
    stub = Stub()
    await routines.work(routines.lane(stub))

    assert stub.runs == ["2026-11-25"]


async def test_a_date_that_failed_before_its_pause_runs_at_a_later_time_too(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    routines.at("2026-11-24T22:00")
    await routines.work(routines.lane(Stub(SourceFailed("no", code="unreachable"))))
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)
    await routines.service.resume(routines.world.tenant, "morning", actor=ACTOR)
    assert (await routines.runs())["2026-11-25"] == "skipped"

    assert await run_at_eleven(routines) == ["2026-11-25"]
    assert (await routines.occurrence("2026-11-25")).attempts == 1


@pytest.mark.parametrize(
    ("there", "due", "runs"), [(NINE, "22:00", 2), (Daily(at=time(8)), "21:00", 1)]
)
async def test_what_is_being_run_is_run_once_more_for_another_time(
    routines: RoutineWorld, there: Recurrence, due: str, runs: int
) -> None:
    await routines.add(recurrence=Daily(at=time(8)))
    go = asyncio.Event()
    stub = Stub(go)
    routines.at("2026-11-24T20:58")
    running = asyncio.create_task(routines.work(routines.lane(stub)))
    await stub.started.wait()
    await changed(routines, there)
    go.set()
    await running
    routines.at("2026-11-24T22:00")
    await routines.work(routines.lane(stub))

    assert [(key, f"{at:%H:%M}") for key, _, at in await routines.deliveries()] == [
        ("2026-11-25", due)
    ]
    assert stub.runs == ["2026-11-25"] * runs


async def test_what_is_being_run_for_a_date_that_is_no_longer_named_is_told_nobody(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    go = asyncio.Event()
    stub = Stub(go)
    routines.at("2026-11-24T21:58")
    running = asyncio.create_task(routines.work(routines.lane(stub)))
    await stub.started.wait()
    await changed(routines, SUNDAYS)
    go.set()
    await running

    assert await routines.deliveries() == []
    assert (await routines.runs())["2026-11-25"] == "cancelled"


@pytest.mark.parametrize(("first", "then"), [(SIX, HOURLY), (HOURLY, SIX)])
async def test_an_instant_that_was_run_under_one_name_is_not_run_under_another(
    routines: RoutineWorld, first: Recurrence, then: Recurrence
) -> None:
    await routines.add(recurrence=first)
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-25T18:57")
    await routines.work(routines.lane(Stub()))
    await changed(routines, then)
    for instant in ("2026-11-25T18:59", "2026-11-25T19:00", "2026-11-25T19:01"):
        routines.at(instant)
        await routines.work(routines.lane(Stub()))

    due = [f"{at:%d %H:%M}" for _, _, at in await routines.deliveries()]
    assert due.count("25 19:00") == 1


async def test_what_was_retried_by_hand_and_is_planned_once_more_is_not_asked_for(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    broken = routines.lane(Stub(*[SourceFailed("no", code="unreachable")] * MOST_ATTEMPTS))
    routines.at("2026-11-24T22:00")
    for _ in range(MOST_ATTEMPTS):
        await routines.work(broken)
        await routines.let_claims_lapse()
    stored = await routines.service.get(routines.world.tenant, "morning")
    async with routines.db.tenant(routines.world.tenant.tenant_id) as uow:
        assert await uow.routines.retry(stored.routine_id, "2026-11-25")
    await routines.service.pause(routines.world.tenant, "morning", actor=ACTOR)
    await routines.service.resume(routines.world.tenant, "morning", actor=ACTOR)

    await changed(routines, Daily(at=time(11)))
    await routines.work(routines.lane(Stub()))
    await changed(routines, Daily(at=time(15)))

    (first, *_) = await routines.planned()
    assert (first.key, f"{first.nominal:%H:%M}", first.asked) == ("2026-11-25", "15:00", False)


async def test_other_zone_data_that_moves_nothing_costs_no_attempt_and_no_rest(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    routines.at("2026-11-24T22:00")
    stub = Stub(SourceFailed("no", code="unreachable"))
    await routines.work(routines.lane(stub))
    routines.tzdata = "2027a"
    await routines.work(routines.lane(stub))

    (first, *_) = await routines.planned()
    assert (first.tzdata, first.attempts, len(stub.runs)) == ("2027a", 1, 1)


async def test_what_is_no_longer_named_ended_when_it_was_changed(routines: RoutineWorld) -> None:
    await routines.add(recurrence=NINE)
    await routines.work(routines.lane(Stub()))
    await changed(routines, SUNDAYS)

    ended = await routines.occurrence("2026-11-25")
    assert (ended.state, ended.finished_at) == ("cancelled", routines.world.clock.now())


async def test_what_moved_after_a_worker_had_looked_is_not_claimed_for_its_old_time(
    routines: RoutineWorld,
) -> None:
    await routines.add(recurrence=NINE)
    await routines.work(routines.lane(Stub()))
    routines.at("2026-11-24T21:58")
    (seen, *_) = await routines.planned()
    await changed(routines, Daily(at=time(11)))

    async with routines.db.tenant(routines.world.tenant.tenant_id) as uow:
        claimed = await uow.routines.claim(
            seen.routine_id, seen.key, uuid4(), seconds=60, now=routines.world.clock.now()
        )
    assert claimed is None
