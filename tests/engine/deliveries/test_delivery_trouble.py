"""Trouble before anything leaves: it is tried again, and looks like no trouble in sending."""

import msgspec
import pytest

from claw.core.errors import ClawError, InstallationBroken, NotFound
from claw.engine.summaries import SummaryService
from claw.ports.delivery_store import Ending
from claw_testing.delivery_world import DeliveryWorld, made
from claw_testing.sync_world import World


@pytest.fixture
async def deliveries(world: World) -> DeliveryWorld:
    return await made(world)


class Unreadable(SummaryService):
    """Summaries that cannot be read, for as long as ``error`` is set."""

    def __init__(self, summaries: SummaryService, error: Exception) -> None:
        self._readable = summaries
        self.error: Exception | None = error

    async def read(self, tenant, prefix):
        if self.error is not None:
            raise self.error
        return await self._readable.read(tenant, prefix)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InstallationBroken("no space left", code="disk_full"), "disk_full"),
        (msgspec.ValidationError("canary"), "summary_unreadable"),
        (KeyError("canary"), "summary_unreadable"),
    ],
)
async def test_a_summary_that_cannot_be_read_now_is_sent_when_it_can(
    deliveries: DeliveryWorld, error: Exception, code: str
) -> None:
    deliveries.summaries = unreadable = Unreadable(deliveries.summaries, error)
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()

    waits = await deliveries.only()
    assert (waits.state, waits.reason) == ("planned", code)
    assert deliveries.channel.parcels == []

    unreadable.error = None
    await deliveries.let_time_pass("rests")
    await deliveries.work()
    assert (await deliveries.only()).state == "sent"
    assert "canary" not in str(deliveries.routines.world.tally.lines)


async def test_while_nothing_can_be_written_either_it_stays_as_it_was(
    deliveries: DeliveryWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = InstallationBroken("ended the connection", code="database_lost")
    unreadable = Unreadable(deliveries.summaries, broken)
    deliveries.summaries = unreadable
    before = await deliveries.only()
    deliveries.routines.at("2026-11-25T19:00")
    lane = deliveries.lane()

    async def lost(*_: object) -> None:
        raise broken

    monkeypatch.setattr(lane, "_begin", lost)
    with pytest.raises(ClawError):
        await lane.work(deliveries.routines.world.tenant, deliveries.routines.world.clock.now())

    assert await deliveries.only() == before


async def test_a_summary_that_is_gone_for_good_ends_in_the_open(deliveries: DeliveryWorld) -> None:
    gone = NotFound("there is no summary", code="summary_unknown")
    deliveries.summaries = Unreadable(deliveries.summaries, gone)
    deliveries.routines.at("2026-11-25T19:00")
    await deliveries.work()

    assert ((await deliveries.only()).state, (await deliveries.only()).reason) == (
        "failed",
        "summary_unknown",
    )


async def test_whoever_lost_a_delivery_can_neither_attempt_nor_end_it(
    deliveries: DeliveryWorld,
) -> None:
    db, tenant_id = deliveries.routines.db, deliveries.routines.world.tenant.tenant_id
    deliveries.routines.at("2026-11-25T19:00")
    now = deliveries.routines.world.clock.now()
    async with db.tenant(tenant_id) as uow:
        (seen,) = await uow.deliveries.open(now, 1)
        lost = await uow.deliveries.attempt(seen, seconds=60)
    assert lost is not None
    await deliveries.let_time_pass("claims")
    async with db.tenant(tenant_id) as uow:
        (lapsed,) = await uow.deliveries.open(now, 1)
        held = await uow.deliveries.attempt(lapsed, seconds=60)
    assert held is not None
    # Its own attempt has lapsed as well: nothing but the fence keeps the loser out.
    await deliveries.let_time_pass("claims")

    ending = Ending(state="sent", at=now)
    async with db.tenant(tenant_id) as uow:
        assert await uow.deliveries.attempt(seen, seconds=60) is None
        assert await uow.deliveries.attempt(lost, seconds=60) is None
        assert not await uow.deliveries.end(lost, ending)
        assert not await uow.deliveries.settle(lost, ending)
        assert not await uow.deliveries.rest(lost, seconds=1, reason="late")
    after = await deliveries.only()
    assert (after.state, after.fence, after.attempts) == ("attempting", held.fence, 2)

    async with db.tenant(tenant_id) as uow:
        assert await uow.deliveries.end(held, ending)
