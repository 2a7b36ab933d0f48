"""The lanes of webhooks: one for each endpoint, so that a slow one keeps nobody waiting."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from claw.core.events.catalog import WebhookDisabled
from claw.core.events.event import Event, cloud_event
from claw.core.events.patterns import matches
from claw.core.events.retrying import MOST_ATTEMPTS, rest_seconds
from claw.core.time import local_date
from claw.engine.webhooks.letters import Letters
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.metrics import Metrics
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork
from claw.ports.webhook_sender import CallResult, WebhookCall, WebhookSender
from claw.ports.webhook_store import CallBegun, CallEnded, Endpoint
from claw.ports.work import WEBHOOK

BATCH = 10
PAGE = 200
CLAIM_SECONDS = 60
"""How long a call may take before it counts as lapsed; longer than any sender waits."""

MOST_DUE = 200


class WebhookLanes:
    """``LaneFamily`` of webhooks: kinds named ``webhook:<endpoint id>``."""

    prefix = WEBHOOK

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        letters: Letters,
        sender: WebhookSender,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self.db = db
        self.clock = clock
        self.letters = letters
        self.sender = sender
        self.metrics = metrics
        self.log = log

    async def due(self, now: datetime) -> Sequence[tuple[UUID, str]]:
        """Tenants and kinds with something to tell that nobody tells now; a bounded number."""
        async with self.db.platform() as uow:
            found = await uow.due.webhooks(MOST_DUE)
        return [(tenant_id, f"{WEBHOOK}:{endpoint_id}") for tenant_id, endpoint_id in found]

    def member(self, kind: str) -> "WebhookLane | None":
        """The lane of a kind; None when it names no endpoint."""
        prefix, _, name = kind.partition(":")
        try:
            return WebhookLane(self, UUID(name)) if prefix == WEBHOOK else None
        except ValueError:
            return None


class WebhookLane:
    """Tells one endpoint what is next, until it fails or a batch is done."""

    def __init__(self, lanes: WebhookLanes, endpoint_id: UUID) -> None:
        self._lanes = lanes
        self._db = lanes.db
        self._clock = lanes.clock
        self._endpoint_id = endpoint_id

    @property
    def kind(self) -> str:
        """``webhook:<endpoint id>``."""
        return f"{WEBHOOK}:{self._endpoint_id}"

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        """The endpoint's tenant while it is behind."""
        async with self._db.platform() as uow:
            found = await uow.due.webhooks(MOST_DUE)
        return [tenant_id for tenant_id, endpoint in found if endpoint == self._endpoint_id]

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        """Tell a few events, each before the next; True when more may be due."""
        for _ in range(BATCH):
            prepared = await self._begin(tenant)
            if prepared is None:
                return False
            begun, call = prepared
            result = await self._lanes.sender.send(call)
            if not await self._account(tenant, begun, result):
                return False
        return True

    async def _begin(self, tenant: Tenant) -> tuple[CallBegun, WebhookCall] | None:
        """Take the endpoint and record the call for the next event that it wants."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            endpoint = await uow.webhooks.claim(self._endpoint_id, seconds=CLAIM_SECONDS)
            if endpoint is None:
                return None
            if endpoint.attempts >= MOST_ATTEMPTS:
                # Nobody came back from the last call: a crash is an attempt.
                if await uow.webhooks.switch_off(self._endpoint_id, reason="gave_up"):
                    tell_disabled(uow, endpoint, "gave_up", self._clock.now())
                return None
            event = await self._next(uow, endpoint)
            sealed = await uow.webhooks.secrets(self._endpoint_id)
            if event is None or sealed is None:
                await uow.webhooks.let_go(endpoint)
                return None
            told = cloud_event(str(tenant.tenant_id), event)
            call = self._lanes.letters.write(tenant.tenant_id, endpoint, sealed, told)
            now = self._clock.now()
            begun = await uow.webhooks.begin(endpoint, event.seq, at=now)
            if begun is None:
                return None
            uow.metering.count(local_date(now, tenant.zone), "webhook_calls")
        return begun, call

    async def _next(self, uow: UnitOfWork, endpoint: Endpoint) -> Event | None:
        """The first event behind the cursor that is wanted; the cursor passes over the rest."""
        cursor = endpoint.cursor
        while True:
            page = await uow.events.after(cursor, PAGE)
            for event in page:
                if matches(endpoint.patterns, event.type):
                    return event
                cursor = event.seq
            if page:
                await uow.webhooks.skip(endpoint, cursor)
            if len(page) < PAGE:
                return None

    async def _account(self, tenant: Tenant, begun: CallBegun, result: CallResult) -> bool:
        """Write down what became of a call; True when the next event may be told."""
        endpoint, now = begun.endpoint, self._clock.now()
        self._lanes.metrics.count("webhook_calls", outcome=result.outcome)
        ended = CallEnded(
            outcome=result.outcome, at=now, status=result.status, excerpt=result.excerpt
        )
        rest = rest_seconds(str(endpoint.endpoint_id), endpoint.attempts, result.after_seconds)
        async with self._db.tenant(tenant.tenant_id) as uow:
            if result.outcome == "taken":
                kept = await uow.webhooks.took(begun, ended)
            elif result.outcome == "gone" or rest is None:
                reason = "gone" if result.outcome == "gone" else "gave_up"
                kept = await uow.webhooks.disable(begun, ended, reason=reason)
                if kept:
                    tell_disabled(uow, endpoint, reason, now)
                    self._lanes.log.warning(
                        "webhook disabled",
                        tenant=tenant.slug,
                        webhook=endpoint.name,
                        code=reason,
                    )
            else:
                kept = await uow.webhooks.failed(begun, ended, rest_seconds=rest)
        if not kept:
            self._lanes.log.warning("webhook call overtaken", tenant=tenant.slug)
        return kept and result.outcome == "taken"


def tell_disabled(uow: UnitOfWork, endpoint: Endpoint, reason: str, at: datetime) -> None:
    """Tell that nothing is sent to an endpoint any more."""
    told = WebhookDisabled(webhook=endpoint.name, reason=reason, after=endpoint.cursor)
    uow.events.add(told, subject=endpoint.name, at=at)
