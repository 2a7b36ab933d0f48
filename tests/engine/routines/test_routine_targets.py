"""Where a routine delivers to must be there when it is added."""

from datetime import time

import pytest

from claw.core.errors import InvalidInput
from claw.core.routines.routine import Target
from claw.core.time import Daily
from claw_testing.routine_world import ACTOR, RoutineWorld
from claw_testing.sync_world import World
from claw_testing.webhook_world import WebhookWorld

HOOK = Target(channel="webhook", address="ops")


async def test_a_webhook_that_is_not_there_is_refused_and_says_how_to_add_it(
    world: World,
) -> None:
    routines = RoutineWorld(world)
    with pytest.raises(InvalidInput) as refused:
        await routines.add(targets=(Target(channel="console"), HOOK))

    assert (refused.value.code, refused.value.field) == ("webhook_unknown", "deliver")
    assert "claw webhook add --name ops" in str(refused.value.hint)
    assert await routines.service.list(world.tenant) == []


async def test_a_webhook_that_is_there_is_taken_and_one_that_went_hinders_no_change(
    world: World,
) -> None:
    routines, hooks = RoutineWorld(world), WebhookWorld(world)
    await hooks.add("ops")
    await routines.add(targets=(HOOK,))
    await hooks.service.remove(world.tenant, "ops", actor=ACTOR)

    await routines.service.change(world.tenant, "morning", Daily(at=time(7)), actor=ACTOR)

    kept = await routines.service.get(world.tenant, "morning")
    assert (kept.routine.recurrence, kept.routine.targets) == (Daily(at=time(7)), (HOOK,))
