"""Endpoints are told in order, at least once, and no longer than makes sense."""

import asyncio
import base64
import hashlib
import hmac
from datetime import timedelta

import pytest

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.events.retrying import MOST_ATTEMPTS, REST_SECONDS
from claw.engine.lanes.troubles import TroubleService
from claw.engine.webhooks.lane import BATCH
from claw.ports.webhook_sender import CallResult, WebhookCall
from claw.system.ids import RandomIds
from claw_testing.sync_world import World, new_world
from claw_testing.webhook_world import ACTOR, REFUSED, TAKEN, URL, ScriptedSender, WebhookWorld


@pytest.fixture
async def hooks(world: World) -> WebhookWorld:
    return WebhookWorld(world)


def signed_by(call: WebhookCall, secret: str) -> bool:
    """Whether a receiver that knows ``secret`` believes the call."""
    headers = call.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{mine}" in headers["webhook-signature"].split(" ")


async def due(hooks: WebhookWorld) -> list[str]:
    """This tenant's lanes with something due; other tests' tenants share the database."""
    found = await hooks.lanes().due(hooks.world.clock.now())
    return [kind for tenant, kind in found if tenant == hooks.world.tenant.tenant_id]


async def test_what_happens_after_it_was_added_is_told_in_order(hooks: WebhookWorld) -> None:
    await hooks.tell("before")
    secret = await hooks.add()
    await hooks.tell("a", "b")
    await hooks.tell("c")
    await hooks.work()

    assert [event.subject for event in hooks.sender.told] == ["a", "b", "c"]
    assert all(signed_by(call, secret) for call in hooks.sender.calls)
    assert {call.url for call in hooks.sender.calls} == {URL}
    known = await hooks.known()
    assert (known.endpoint.cursor, known.behind) == (4, 0)
    assert [(call.seq, call.outcome) for call in known.calls] == [
        (4, "taken"),
        (3, "taken"),
        (2, "taken"),
    ]


async def test_only_wanted_types_are_told_and_the_rest_is_passed_over(
    hooks: WebhookWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("claw.engine.webhooks.lane.PAGE", 2)
    await hooks.add("syncs", "claw.sync.*")
    await hooks.tell("a", "b", "c")
    await hooks.work("syncs")

    assert hooks.sender.calls == []
    assert (await hooks.known("syncs")).behind == 0
    assert await due(hooks) == []


async def test_an_event_that_is_not_taken_keeps_later_ones_back(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    hooks.sender.results = [REFUSED]
    await hooks.work()
    await hooks.work()
    assert hooks.sender.numbers == [1]
    assert await due(hooks) == []

    await hooks.let_time_pass("rests")
    await hooks.work()
    assert hooks.sender.numbers == [1, 1, 2]
    first, again, _ = hooks.sender.calls
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body
    known = await hooks.known()
    assert (known.endpoint.failing_since, known.endpoint.attempts) == (None, 0)
    assert known.calls[-1].outcome == "refused"
    assert known.calls[-1].excerpt == "no"


async def test_each_failure_rests_longer_by_the_machines_clock(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    hooks.sender.results = [REFUSED] * MOST_ATTEMPTS
    for own in REST_SECONDS:
        await hooks.work()
        assert own - 5 < await hooks.rest_seconds() <= own * 1.2
        # Business time may stand still meanwhile.
        await hooks.let_time_pass("rests")


async def test_an_endpoint_is_heard_that_asks_for_more_time(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    hooks.sender.results = [CallResult(outcome="refused", status=429, after_seconds=600)]
    await hooks.work()
    assert 590 < await hooks.rest_seconds() <= 600


async def test_an_endpoint_that_fails_for_more_than_a_day_is_given_up_in_the_open(
    hooks: WebhookWorld,
) -> None:
    await hooks.add()
    await hooks.add("other")
    await hooks.tell("a", "b")
    hooks.sender.results = [REFUSED] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS + 2):
        await hooks.work()
        await hooks.let_time_pass("rests")

    endpoint = (await hooks.known()).endpoint
    assert (endpoint.status, endpoint.disabled_reason, endpoint.cursor) == (
        "disabled",
        "gave_up",
        0,
    )
    assert len(hooks.sender.calls) == MOST_ATTEMPTS
    assert await hooks.types("claw.webhook.*") == ["claw.webhook.disabled.v1"]
    assert "webhook disabled" in hooks.world.tally.lines
    # The others hear of it.
    await hooks.work("other")
    assert hooks.sender.told[-1].type == "claw.webhook.disabled.v1"


async def test_an_endpoint_that_fails_is_among_the_troubles_and_a_person_lets_it_go_on(
    hooks: WebhookWorld,
) -> None:
    troubles = TroubleService(hooks.db, hooks.world.clock, RandomIds())
    tenant = hooks.world.tenant
    await hooks.add()
    await hooks.tell("a")
    hooks.sender.results = [REFUSED, CallResult(outcome="gone", status=410)]
    await hooks.work()
    (failing,) = await troubles.list(tenant)
    assert (failing.id, failing.dead, failing.reason) == ("webhook:ops", False, "failing")
    with pytest.raises(Refused, match="tried again by itself"):
        await troubles.retry(tenant, "webhook:ops", actor=ACTOR)

    await hooks.let_time_pass("rests")
    await hooks.work()
    (dead,) = await troubles.list(tenant)
    assert (dead.state, dead.dead, dead.reason) == ("disabled", True, "gone")
    await troubles.retry(tenant, "webhook:ops", actor=ACTOR)
    await hooks.work()
    assert await troubles.list(tenant) == []
    assert hooks.sender.numbers == [1, 1, 1, 2]


async def test_an_endpoint_that_is_gone_is_told_nothing_more_at_once(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    hooks.sender.results = [CallResult(outcome="gone", status=410)]
    await hooks.work()
    await hooks.work()

    endpoint = (await hooks.known()).endpoint
    assert (endpoint.status, endpoint.disabled_reason) == ("disabled", "gone")
    assert len(hooks.sender.calls) == 1


async def test_a_call_stands_in_the_database_before_it_is_made(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    hooks.sender.results = [asyncio.Event()]
    calling = asyncio.create_task(hooks.work())
    await hooks.sender.started.wait()

    (call,) = (await hooks.known()).calls
    assert (call.seq, call.outcome) == (1, "unknown")
    calling.cancel()


async def test_a_worker_that_died_while_calling_costs_a_repetition_and_nothing_else(
    hooks: WebhookWorld,
) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    hooks.sender.results = [asyncio.Event()]
    dying = asyncio.create_task(hooks.work())
    await hooks.sender.started.wait()
    dying.cancel()

    await hooks.work()
    assert hooks.sender.numbers == [1]
    await hooks.let_time_pass("claims")
    await hooks.work()

    assert hooks.sender.numbers == [1, 1, 2]
    ids = [call.headers["webhook-id"] for call in hooks.sender.calls]
    assert ids[0] == ids[1] != ids[2]
    calls = [(call.seq, call.attempt, call.outcome) for call in (await hooks.known()).calls]
    assert calls == [(2, 1, "taken"), (1, 2, "taken"), (1, 1, "unknown")]


async def test_a_worker_that_dies_each_time_is_an_attempt_each_time(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    for _ in range(MOST_ATTEMPTS):
        sender = ScriptedSender(results=[asyncio.Event()])
        dying = asyncio.create_task(hooks.work(sender=sender))
        await sender.started.wait()
        dying.cancel()
        await hooks.let_time_pass("claims")

    await hooks.work()
    assert hooks.sender.calls == []
    assert (await hooks.known()).endpoint.status == "disabled"


async def test_a_call_that_was_overtaken_moves_nothing(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    gate = asyncio.Event()
    slow_sender = ScriptedSender(results=[gate])
    slow = asyncio.create_task(hooks.work(sender=slow_sender))
    await slow_sender.started.wait()
    await hooks.let_time_pass("claims")
    await hooks.work()
    before = (await hooks.known()).endpoint
    gate.set()
    await slow

    assert (await hooks.known()).endpoint == before
    assert "webhook call overtaken" in hooks.world.tally.lines
    # What became of it is known all the same.
    assert [call.outcome for call in (await hooks.known()).calls] == ["taken"] * 3


async def test_many_workers_tell_an_event_once(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b", "c")
    await asyncio.gather(*(hooks.work() for _ in range(5)))
    await hooks.work()
    assert hooks.sender.numbers == [1, 2, 3]


async def test_a_batch_is_bounded_so_that_tenants_take_turns(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell(*(str(number) for number in range(BATCH + 2)))
    lane = await hooks.lane()
    now = hooks.world.clock.now()

    assert await lane.work(hooks.world.tenant, now)
    assert len(hooks.sender.calls) == BATCH
    assert not await lane.work(hooks.world.tenant, now)
    assert len(hooks.sender.calls) == BATCH + 2


async def test_a_slow_endpoint_keeps_no_other_waiting(hooks: WebhookWorld) -> None:
    await hooks.add("slow")
    await hooks.add("quick")
    await hooks.tell("a")
    hanging = ScriptedSender(results=[asyncio.Event()])
    stuck = asyncio.create_task(hooks.work("slow", sender=hanging))
    await hanging.started.wait()
    await hooks.work("quick")
    assert hooks.sender.numbers == [1]
    stuck.cancel()


async def test_replay_tells_again_from_an_event_on_under_the_same_ids(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b", "c")
    await hooks.work()
    await hooks.service.replay(hooks.world.tenant, "ops", since=2, actor=ACTOR)
    await hooks.work()

    assert hooks.sender.numbers == [1, 2, 3, 2, 3]
    ids = [call.headers["webhook-id"] for call in hooks.sender.calls]
    assert ids[1:3] == ids[3:5]


async def test_replay_lets_a_disabled_endpoint_go_on_where_it_stopped(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    hooks.sender.results = [TAKEN, CallResult(outcome="gone", status=410)]
    await hooks.work()
    await hooks.service.replay(hooks.world.tenant, "ops", since=None, actor=ACTOR)
    await hooks.work()

    assert hooks.sender.numbers[:3] == [1, 2, 2]
    assert (await hooks.known()).endpoint.status == "active"


@pytest.mark.parametrize("since", [0, -1, 5, 10**9])
async def test_replay_from_an_event_that_never_was_is_refused(
    hooks: WebhookWorld, since: int
) -> None:
    await hooks.add()
    await hooks.tell("a", "b", "c")
    with pytest.raises(InvalidInput, match="the newest is 3"):
        await hooks.service.replay(hooks.world.tenant, "ops", since=since, actor=ACTOR)


async def test_replay_overtakes_a_call_that_is_under_way(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    gate = asyncio.Event()
    hooks.sender.results = [TAKEN, gate]
    slow = asyncio.create_task(hooks.work())
    await hooks.sender.hanging.wait()
    await hooks.service.replay(hooks.world.tenant, "ops", since=1, actor=ACTOR)
    gate.set()
    await slow
    await hooks.work()

    assert hooks.sender.numbers == [1, 2, 1, 2]


async def test_two_secrets_are_valid_for_a_day_and_then_one(hooks: WebhookWorld) -> None:
    old = await hooks.add()
    _, new = await hooks.service.rotate(hooks.world.tenant, "ops", actor=ACTOR)
    await hooks.tell("a")
    await hooks.work()
    hooks.world.clock.instant += timedelta(hours=24)
    await hooks.tell("b")
    await hooks.work()

    during, after = hooks.sender.calls
    assert signed_by(during, old)
    assert signed_by(during, new)
    assert not signed_by(after, old)
    assert signed_by(after, new)


async def test_a_test_calls_here_and_now_and_stands_in_no_log(hooks: WebhookWorld) -> None:
    secret = await hooks.add()
    hooks.sender.results = [REFUSED]
    result = await hooks.service.test(hooks.world.tenant, "ops", actor=ACTOR)

    assert result == REFUSED
    (call,) = hooks.sender.calls
    assert signed_by(call, secret)
    (event,) = hooks.sender.told
    assert (event.type, event.seq) == ("claw.webhook.test.v1", None)
    assert await hooks.events() == []
    assert (await hooks.known()).endpoint.failing_since is None


async def test_what_is_removed_is_told_nothing_and_forgotten(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a")
    lane = await hooks.lane()
    await hooks.service.remove(hooks.world.tenant, "ops", actor=ACTOR)

    assert not await lane.work(hooks.world.tenant, hooks.world.clock.now())
    assert hooks.sender.calls == []
    async with hooks.world.pool.tenant(hooks.world.tenant.tenant_id) as tx:
        row = await tx.fetchrow("select url, secret, previous_secret from claw.webhook_endpoint")
    assert row is not None
    assert tuple(row.values()) == ("", None, None)
    with pytest.raises(NotFound):
        await hooks.service.test(hooks.world.tenant, "ops", actor=ACTOR)
    await hooks.add()


async def test_a_name_stands_for_one_endpoint(hooks: WebhookWorld) -> None:
    await hooks.add()
    with pytest.raises(Refused, match="already has a webhook"):
        await hooks.add()


async def test_a_secret_is_sealed_and_never_logged(hooks: WebhookWorld) -> None:
    secret = await hooks.add()
    async with hooks.world.pool.tenant(hooks.world.tenant.tenant_id) as tx:
        kept = await tx.fetchval("select secret from claw.webhook_endpoint")
        audit = await tx.fetch("select detail::text as detail from claw.audit_entry")
    assert isinstance(kept, bytes)
    assert secret.encode() not in kept
    assert all(secret not in row["detail"] and URL not in row["detail"] for row in audit)


async def test_an_endpoint_hears_of_its_own_tenant_alone(hooks: WebhookWorld) -> None:
    other = WebhookWorld(await new_world(hooks.world.pool))
    await hooks.add()
    await other.add()
    await other.tell("theirs")
    lane = await hooks.lane()
    await lane.work(hooks.world.tenant, hooks.world.clock.now())
    # Even a call for the right endpoint and the wrong tenant finds nothing.
    await lane.work(other.world.tenant, hooks.world.clock.now())
    assert hooks.sender.calls == []
    await other.work()
    assert [event.subject for event in other.sender.told] == ["theirs"]


async def test_calls_are_counted_as_they_are_made(hooks: WebhookWorld) -> None:
    await hooks.add()
    await hooks.tell("a", "b")
    hooks.sender.results = [REFUSED]
    await hooks.work()
    await hooks.let_time_pass("rests")
    await hooks.work()
    async with hooks.db.tenant(hooks.world.tenant.tenant_id) as uow:
        today = hooks.world.clock.now().date() + timedelta(days=1)
        (used,) = await uow.metering.used(today - timedelta(days=2), today)
    # 20:00 UTC is the next day in Sydney.
    assert (used.day, used.what, used.count) == (today, "webhook_calls", 3)
