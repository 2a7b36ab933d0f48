"""A tenant whose events are told to endpoints, on a real database, without a network."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from claw.core.events.catalog import RoutineAdded
from claw.core.events.event import CloudEvent, Event
from claw.core.events.registry import EventData
from claw.engine.events import EventService
from claw.engine.webhooks.lane import WebhookLane, WebhookLanes
from claw.engine.webhooks.letters import Letters
from claw.engine.webhooks.service import KnownWebhook, WebhookService
from claw.ports.webhook_sender import CallResult, WebhookCall
from claw.store.unit_of_work import PostgresDatabase
from claw.system.ids import RandomIds
from claw.system.secret_box import AesGcmBox
from claw_testing.sync_world import World

ACTOR = "test"
URL = "https://hooks.example.com/claw"
TAKEN = CallResult(outcome="taken", status=200)
REFUSED = CallResult(outcome="refused", status=500, excerpt="no")


@dataclass
class ScriptedSender:
    """A sender whose results a test lays out; then everything is taken.

    A result that is an event waits for it, as a call that hangs does.
    """

    results: list[CallResult | asyncio.Event] = field(
        default_factory=list[CallResult | asyncio.Event]
    )
    calls: list[WebhookCall] = field(default_factory=list[WebhookCall])
    started: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self, url: str) -> None:
        pass

    async def send(self, call: WebhookCall) -> CallResult:
        self.calls.append(call)
        self.started.set()
        result = self.results.pop(0) if self.results else TAKEN
        if isinstance(result, asyncio.Event):
            self.hanging.set()
            await result.wait()
            return TAKEN
        return result

    @property
    def told(self) -> list[CloudEvent]:
        """The events of the calls, in order."""
        return [msgspec.json.decode(call.body, type=CloudEvent) for call in self.calls]

    @property
    def numbers(self) -> list[int | None]:
        """Their numbers."""
        return [event.seq for event in self.told]


@dataclass
class WebhookWorld:
    """What a test of webhooks holds in its hands."""

    world: World
    sender: ScriptedSender = field(default_factory=ScriptedSender)

    def __post_init__(self) -> None:
        self.db = PostgresDatabase(self.world.pool)
        self.box = AesGcmBox(bytes(32))
        self.letters = Letters(self.box, self.world.clock)

    @property
    def service(self) -> WebhookService:
        return WebhookService(
            db=self.db,
            clock=self.world.clock,
            ids=RandomIds(),
            box=self.box,
            letters=self.letters,
            sender=self.sender,
        )

    def lanes(self, sender: ScriptedSender | None = None) -> WebhookLanes:
        """The lanes as another worker would build them."""
        return WebhookLanes(
            db=self.db,
            clock=self.world.clock,
            letters=self.letters,
            sender=sender or self.sender,
            metrics=self.world.tally,
            log=self.world.tally,
        )

    async def add(self, name: str = "ops", *types: str) -> str:
        """An endpoint; returns its secret."""
        _, secret = await self.service.add(
            self.world.tenant, name, URL, types=types or ["*"], actor=ACTOR
        )
        return secret

    async def tell(self, *names: str) -> None:
        """Let something happen, once for each name, in one transaction."""
        async with self.db.tenant(self.world.tenant.tenant_id) as uow:
            for name in names:
                uow.events.add(happened(name), subject=name, at=self.world.clock.now())

    async def lane(self, name: str = "ops", sender: ScriptedSender | None = None) -> WebhookLane:
        known = await self.known(name)
        lane = self.lanes(sender).member(f"webhook:{known.endpoint.endpoint_id}")
        assert lane is not None
        return lane

    async def work(self, name: str = "ops", sender: ScriptedSender | None = None) -> None:
        """Let an endpoint be told everything that is due now."""
        lane = await self.lane(name, sender)
        while await lane.work(self.world.tenant, self.world.clock.now()):
            pass

    async def known(self, name: str = "ops") -> KnownWebhook:
        found = await self.service.list(self.world.tenant)
        return next(known for known in found if known.endpoint.name == name)

    async def events(self, after: int = 0, *types: str) -> Sequence[Event]:
        """The tenant's events, of some types only."""
        read = EventService(self.db).read(self.world.tenant, after, patterns=types or ["*"])
        return [event async for event in read]

    async def types(self, *types: str) -> list[str]:
        """The types of the tenant's events, in order."""
        return [event.type for event in await self.events(0, *types)]

    async def let_time_pass(self, what: Literal["rests", "claims"]) -> None:
        """Let as much machine time pass as ends every rest, or every call."""
        column = {"rests": "try_again_at", "claims": "claimed_until"}[what]
        async with self.world.pool.tenant(self.world.tenant.tenant_id) as tx:
            await tx.execute(
                f"update claw.webhook_endpoint set {column} = clock_timestamp() "
                f"where {column} is not null"
            )

    async def rest_seconds(self) -> float:
        """How long the endpoint rests from now on, by the database's clock."""
        async with self.world.pool.tenant(self.world.tenant.tenant_id) as tx:
            rest = await tx.fetchval(
                "select extract(epoch from try_again_at - clock_timestamp())::float8 "
                "from claw.webhook_endpoint"
            )
        assert isinstance(rest, float)
        return rest


def happened(name: str = "morning") -> EventData:
    """Something that happened."""
    return RoutineAdded(routine="r", name=name)
