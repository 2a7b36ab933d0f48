"""A summary that was made, and channels that do what a test tells them."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from claw.core.routines.routine import Channel, Lateness, Target
from claw.core.verticals import VerticalPack
from claw.engine.deliveries.lane import DeliveryLane
from claw.engine.deliveries.service import DeliveryService
from claw.engine.summaries import SummaryService
from claw.ports.channels import Parcel, SendingChannel, SendResult, Sent
from claw.ports.delivery_store import Delivery
from claw.system.ids import RandomIds
from claw_testing.routine_world import RoutineWorld, packs
from claw_testing.sync_world import World

OWNER = Target(channel="email", address="owner@example.com")


@dataclass
class ScriptedChannel:
    """A channel whose results a test lays out; then everything is sent."""

    name: Channel = "email"
    repeatable: bool = False
    results: list[SendResult | BaseException | asyncio.Event] = field(
        default_factory=list[SendResult | BaseException | asyncio.Event]
    )
    parcels: list[Parcel] = field(default_factory=list[Parcel])
    started: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, parcel: Parcel) -> SendResult:
        self.parcels.append(parcel)
        self.started.set()
        result = self.results.pop(0) if self.results else Sent("receipt")
        if isinstance(result, BaseException):
            raise result
        if isinstance(result, asyncio.Event):
            await result.wait()
            return Sent("receipt")
        return result


@dataclass
class DeliveryWorld:
    """A routine's summary, made and due; the lane that delivers it."""

    routines: RoutineWorld
    channel: ScriptedChannel
    summaries: SummaryService
    verticals: dict[str, VerticalPack]

    def lane(self, channel: SendingChannel | None = None) -> DeliveryLane:
        """The lane as another worker would build it."""
        used = channel or self.channel
        return DeliveryLane(
            db=self.routines.db,
            clock=self.routines.world.clock,
            summaries=self.summaries,
            verticals=self.verticals,
            channels={used.name: used},
            metrics=self.routines.world.tally,
            log=self.routines.world.tally,
        )

    @property
    def service(self) -> DeliveryService:
        return DeliveryService(self.routines.db, self.routines.world.clock, RandomIds())

    async def work(self, channel: SendingChannel | None = None) -> None:
        """Let the lane send everything that is due now."""
        lane = self.lane(channel)
        while await lane.work(self.routines.world.tenant, self.routines.world.clock.now()):
            pass

    async def only(self) -> Delivery:
        (delivery,) = await self.service.list(self.routines.world.tenant, limit=10)
        return delivery

    async def let_time_pass(self, what: Literal["rests", "claims"]) -> None:
        """Let as much machine time pass as ends every rest, or every attempt."""
        column = {"rests": "try_again_at", "claims": "claimed_until"}[what]
        async with self.routines.world.pool.tenant(self.routines.world.tenant.tenant_id) as tx:
            await tx.execute(
                f"update claw.delivery set {column} = clock_timestamp() where {column} is not null"
            )


async def made(world: World, *targets: Target, lateness: Lateness | None = None) -> DeliveryWorld:
    """A summary of 26 November, ready three minutes before it is due at 06:00."""
    world.vendor.visit(1, "2026-11-25T22:00")
    routines = RoutineWorld(world)
    await routines.add(targets=targets or (OWNER,), lateness=lateness)
    await routines.work()
    routines.at("2026-11-25T18:57")
    await routines.work()
    return DeliveryWorld(
        routines=routines,
        channel=ScriptedChannel(),
        summaries=routines.summaries(),
        verticals=packs(),
    )
