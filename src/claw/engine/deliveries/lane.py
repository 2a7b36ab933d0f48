"""Sending what is due: each attempt committed before it is made, and accounted for after."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from uuid import UUID

from msgspec.structs import replace

from claw.core.errors import ClawError, NotFound
from claw.core.verticals import VerticalPack
from claw.engine.deliveries.judging import judged
from claw.engine.deliveries.parcels import parcel_of
from claw.engine.deliveries.telling import tell_ending
from claw.engine.summaries import SummaryService
from claw.ports.channels import Channels, NotSent, Parcel, SendResult, Sent, Unknown
from claw.ports.clock import Clock
from claw.ports.connector import Log
from claw.ports.delivery_store import Delivery, DeliveryState, Ending
from claw.ports.metrics import Metrics
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database

BATCH = 10
ATTEMPT_SECONDS = 90
"""How long an attempt may take before it counts as lapsed; longer than any channel waits."""

FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 30, 1800
MOST_DOUBLINGS = 6


class DeliveryLane:
    """Sends one tenant's due deliveries, a few at a time."""

    kind = "delivery"

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        summaries: SummaryService,
        verticals: Mapping[str, VerticalPack],
        channels: Channels,
        metrics: Metrics,
        log: Log,
    ) -> None:
        self._db = db
        self._clock = clock
        self._summaries = summaries
        self._verticals = verticals
        self._channels = channels
        self._metrics = metrics
        self._log = log

    async def due_tenants(self, now: datetime) -> Sequence[UUID]:
        """Tenants with deliveries due by ``now``."""
        async with self._db.platform() as uow:
            return await uow.due.deliveries(now)

    async def work(self, tenant: Tenant, now: datetime) -> bool:
        """Send a few; True when more may be due."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            due = await uow.deliveries.open(now, BATCH + 1)
        for delivery in due[:BATCH]:
            await self._deliver(tenant, delivery)
        return len(due) > BATCH

    async def _deliver(self, tenant: Tenant, due: Delivery) -> None:
        channel = self._channels.get(due.channel)
        verdict = judged(due, channel, self._clock.now())
        if isinstance(verdict, Ending):
            await self._settle(tenant, due, verdict)
            return
        # Before the attempt: trouble in reading must not look like trouble in sending.
        parcel = await self._parcel(tenant, due)
        attempt = await self._begin(tenant, due)
        if attempt is None:
            return
        result = parcel if isinstance(parcel, NotSent) else await verdict.send(parcel)
        await self._account(tenant, attempt, result, repeatable=verdict.repeatable)

    async def _parcel(self, tenant: Tenant, due: Delivery) -> Parcel | NotSent:
        """What its next attempt sends; or why it cannot be had now."""
        try:
            document = await self._summaries.read(tenant, due.summary_id)
            pack = self._verticals[document.vertical]
            attempt = replace(due, attempts=due.attempts + 1)
            return parcel_of(tenant.tenant_id, attempt, document, pack, self._clock.now())
        except NotFound as gone:
            return NotSent(gone.code, again=False)
        except ClawError as error:
            return NotSent(error.code, again=True)
        except Exception as error:  # noqa: BLE001
            # What this version cannot read, another may. The message may quote data.
            self._log.warning(
                "summary unreadable", delivery=str(due.delivery_id), code=type(error).__name__
            )
            return NotSent("summary_unreadable", again=True)

    async def _begin(self, tenant: Tenant, due: Delivery) -> Delivery | None:
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.deliveries.attempt(due, seconds=ATTEMPT_SECONDS)

    async def _account(
        self,
        tenant: Tenant,
        attempt: Delivery,
        result: SendResult,
        *,
        repeatable: bool = False,
    ) -> None:
        """Write down what became of an attempt, and when to try again, if at all."""
        self._metrics.count(
            "deliveries", channel=attempt.channel, outcome=type(result).__name__.lower()
        )
        match result:
            case Sent(receipt=receipt):
                await self._end(tenant, attempt, "sent", receipt=receipt or None)
            case Unknown(code=code) if not repeatable:
                await self._end(tenant, attempt, "unknown", reason=code)
            case NotSent(code=code, again=False):
                await self._end(tenant, attempt, "failed", reason=code)
            case Unknown(code=code) | NotSent(code=code):
                wait = result.after_seconds if isinstance(result, NotSent) else None
                await self._rest(tenant, attempt, code, wait)

    async def _rest(
        self, tenant: Tenant, attempt: Delivery, code: str, stated_seconds: int | None
    ) -> None:
        """Try again after a while, each time longer, for as long as somebody wants it."""
        left = (attempt.expires_at - self._clock.now()).total_seconds()
        if left <= 0:
            await self._end(tenant, attempt, "failed", reason="too_late")
            return
        own = FIRST_REST_SECONDS * 2 ** min(attempt.attempts - 1, MOST_DOUBLINGS)
        seconds = min(max(own, stated_seconds or 0), LONGEST_REST_SECONDS, ceil(left))
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.deliveries.rest(attempt, seconds=seconds, reason=code)
        self._log.warning(
            "delivery rests", channel=attempt.channel, code=code, attempts=attempt.attempts
        )

    async def _settle(self, tenant: Tenant, due: Delivery, ending: Ending) -> None:
        """End one that is not tried."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            if await uow.deliveries.settle(due, ending):
                tell_ending(uow, tenant, due, ending)

    async def _end(
        self,
        tenant: Tenant,
        attempt: Delivery,
        state: DeliveryState,
        *,
        reason: str | None = None,
        receipt: str | None = None,
    ) -> None:
        ending = Ending(state=state, at=self._clock.now(), reason=reason, receipt=receipt)
        async with self._db.tenant(tenant.tenant_id) as uow:
            kept = await uow.deliveries.end(attempt, ending)
            if kept:
                tell_ending(uow, tenant, attempt, ending)
        if not kept:
            self._log.warning("attempt lost", channel=attempt.channel)
