"""What each use case tells, once it is so, and what it counts."""

from datetime import date, timedelta

import pytest

from claw.core.routines.routine import Target
from claw.engine.usage import UsageService
from claw.ports.channels import NotSent, Unknown
from claw.ports.connector_errors import AuthRevoked, Transient
from claw_testing.delivery_world import DeliveryWorld, ScriptedChannel
from claw_testing.operations import ME, operations
from claw_testing.routine_world import ACTOR, RoutineWorld, packs
from claw_testing.sync_world import World
from claw_testing.webhook_world import WebhookWorld

EMAIL = Target(channel="email", address="owner@example.com")


@pytest.fixture
def hooks(world: World) -> WebhookWorld:
    return WebhookWorld(world)


@pytest.fixture
async def routines(world: World) -> RoutineWorld:
    world.vendor.visit(1, "2026-11-25T22:00")
    return RoutineWorld(world)


async def used(hooks: WebhookWorld) -> dict[str, int]:
    """Everything that was counted, whatever the day."""
    found = await UsageService(hooks.db, hooks.world.clock).used(
        hooks.world.tenant, date(2026, 11, 1), date(2026, 12, 31)
    )
    return {each.what: each.count for each in found}


async def test_a_sync_tells_how_it_ended_and_counts_what_it_read(hooks: WebhookWorld) -> None:
    hooks.world.vendor.visit(1, "2026-11-25T01:00")
    hooks.world.vendor.visit(2, "2026-11-25T02:00")
    run = (await hooks.world.sync()).run

    (event,) = await hooks.events()
    assert (event.type, event.subject) == ("claw.sync.finished.v1", run)
    assert b'"records":2' in event.data
    assert b'"added":2' in event.data
    assert await used(hooks) == {"syncs": 1, "records_read": 2}


async def test_a_source_that_is_down_is_told_as_a_failed_sync(hooks: WebhookWorld) -> None:
    hooks.world.vendor.faults["visits"] = Transient("no answer", cause="unreachable")
    report = await hooks.world.sync()
    assert await hooks.types() == [f"claw.sync.{report.status}.v1"]
    assert report.status == "failed"


async def test_a_refused_credential_is_told_with_the_pause_and_the_task_once(
    hooks: WebhookWorld,
) -> None:
    hooks.world.vendor.faults["visits"] = AuthRevoked("refused")
    await hooks.world.sync()
    await hooks.world.sync()
    told = await hooks.types("claw.connection.*")
    assert told == ["claw.connection.reconnect_asked.v1", "claw.connection.paused.v1"]


async def test_held_removals_are_told_and_so_is_their_acceptance(hooks: WebhookWorld) -> None:
    world = hooks.world
    for number in range(10):
        world.vendor.visit(number, f"2026-11-25T0{number}:00")
    await world.sync()
    world.vendor.visits.clear()
    run = (await world.sync()).run
    (held,) = await hooks.events(0, "claw.removals.*")
    assert (held.type, held.subject) == ("claw.removals.held.v1", world.connection.name)
    assert b'"count":10' in held.data

    await world.service().accept(world.tenant, run, actor="user:ada")
    (_, accepted) = await hooks.events(0, "claw.removals.*")
    assert (accepted.type, accepted.subject) == ("claw.removals.accepted.v1", run)
    assert b"ada" not in accepted.data


async def test_people_pause_resume_and_remove_connections_in_the_open(
    hooks: WebhookWorld,
) -> None:
    made, name = operations(hooks.world), hooks.world.connection.name
    tenant = hooks.world.tenant
    await made.connections.pause(tenant, name, reason="Kim is moving", actor=ME)
    await made.connections.resume(tenant, name, actor=ME)
    await made.removal.remove(tenant, name, "keep_history", actor=ME, dry_run=True)
    await made.removal.remove(tenant, name, "keep_history", actor=ME)

    events = await hooks.events(0, "claw.connection.*")
    assert [e.type.split(".")[2] for e in events] == ["paused", "resumed", "removed"]
    assert all(b"Kim" not in e.data for e in events)


async def test_a_routine_tells_its_life(hooks: WebhookWorld, routines: RoutineWorld) -> None:
    tenant, service = routines.world.tenant, routines.service
    await routines.add()
    await service.pause(tenant, "morning", actor=ACTOR)
    await service.pause(tenant, "morning", actor=ACTOR)
    await service.resume(tenant, "morning", actor=ACTOR)
    await service.remove(tenant, "morning", actor=ACTOR)
    assert [t.split(".")[2] for t in await hooks.types("claw.routine.*")] == [
        "added",
        "paused",
        "resumed",
        "removed",
    ]


async def test_a_morning_tells_everything_it_did_in_its_order(
    hooks: WebhookWorld, routines: RoutineWorld
) -> None:
    await routines.add(targets=(EMAIL,))
    await routines.work()
    routines.at("2026-11-25T19:00")
    await routines.work()
    deliveries = DeliveryWorld(
        routines=routines,
        channel=ScriptedChannel(),
        summaries=routines.summaries(),
        verticals=packs(),
    )
    await deliveries.work()

    assert await hooks.types() == [
        "claw.routine.added.v1",
        "claw.sync.finished.v1",
        "claw.snapshot.taken.v1",
        "claw.summary.made.v1",
        "claw.occurrence.done.v1",
        "claw.delivery.sent.v1",
    ]
    assert all(b"owner@example.com" not in event.data for event in await hooks.events())
    assert await used(hooks) == {
        "syncs": 1,
        "records_read": 1,
        "snapshots": 1,
        "summaries": 1,
        "deliveries_email": 1,
    }


@pytest.mark.parametrize(
    ("result", "told"),
    [(NotSent("address_refused", again=False), "failed"), (Unknown("broke_off"), "unknown")],
)
async def test_a_delivery_that_went_wrong_is_told_and_not_counted(
    hooks: WebhookWorld, routines: RoutineWorld, result: NotSent | Unknown, told: str
) -> None:
    await routines.add(targets=(EMAIL,))
    routines.at("2026-11-25T19:00")
    await routines.work()
    deliveries = DeliveryWorld(
        routines=routines,
        channel=ScriptedChannel(results=[result]),
        summaries=routines.summaries(),
        verticals=packs(),
    )
    await deliveries.work()
    assert await hooks.types("claw.delivery.*") == [f"claw.delivery.{told}.v1"]
    assert "deliveries_email" not in await used(hooks)


async def test_what_is_known_already_is_not_told_again(
    hooks: WebhookWorld, routines: RoutineWorld
) -> None:
    await routines.world.sync()
    taken = await routines.snapshots().take(routines.world.tenant)
    for _ in range(2):
        await routines.summaries().summarise(routines.world.tenant, snapshot=taken.id)
    assert await hooks.types("claw.summary.*") == ["claw.summary.made.v1"]
    assert (await used(hooks))["summaries"] == 1


async def test_what_came_too_late_and_what_was_paused_are_told_apart(
    hooks: WebhookWorld, routines: RoutineWorld
) -> None:
    await routines.add()
    await routines.work()
    # Three days of silence, until the evening: too late for each of them.
    routines.world.clock.instant += timedelta(days=3, hours=12)
    await routines.work()
    missed = await hooks.types("claw.occurrence.*")
    assert set(missed) == {"claw.occurrence.missed.v1"}
    assert len(missed) == len([s for s in (await routines.runs()).values() if s == "missed"])

    tenant = routines.world.tenant
    await routines.service.pause(tenant, "morning", actor=ACTOR)
    routines.pass_time(days=2)
    await routines.service.resume(tenant, "morning", actor=ACTOR)
    skipped = await hooks.types("claw.occurrence.skipped.v1")
    assert len(skipped) == 2


async def test_a_run_that_is_given_up_is_told_once(
    hooks: WebhookWorld, routines: RoutineWorld
) -> None:
    routines.world.vendor.faults["visits"] = Transient("no answer", cause="unreachable")
    await routines.add()
    routines.at("2026-11-25T19:00")
    for _ in range(7):
        await routines.work()
        await routines.let_claims_lapse()
    (event,) = await hooks.events(0, "claw.occurrence.*")
    assert event.type == "claw.occurrence.failed.v1"
    assert b'"reason":"nothing_read"' in event.data
