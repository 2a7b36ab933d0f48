"""Delivering a summary to a webhook: the parcel's JSON, signed like every event."""

from msgspec import Raw

from claw.core.events.event import CloudEvent, new_event, told
from claw.core.events.letters import SummaryDelivered
from claw.core.routines.routine import Channel
from claw.engine.webhooks.lane import tell_disabled
from claw.engine.webhooks.letters import Letters
from claw.ports.channels import NotSent, Parcel, SendResult, Sent, Unknown
from claw.ports.clock import Clock
from claw.ports.unit_of_work import Database
from claw.ports.webhook_sender import MAYBE_ARRIVED, CallResult, WebhookCall, WebhookSender
from claw.ports.webhook_store import Endpoint


class WebhookChannel:
    """``SendingChannel`` to an endpoint by its name. The delivery's id is the message's id."""

    def __init__(
        self, *, db: Database, clock: Clock, letters: Letters, sender: WebhookSender
    ) -> None:
        self._db = db
        self._clock = clock
        self._letters = letters
        self._sender = sender

    @property
    def name(self) -> Channel:
        """``webhook``."""
        return "webhook"

    @property
    def repeatable(self) -> bool:
        """Receivers take one ``webhook-id`` once: that is the standard's rule."""
        return True

    async def send(self, parcel: Parcel) -> SendResult:
        """Send it, past whatever the endpoint has still to be told of other things."""
        written = await self._written(parcel)
        if isinstance(written, NotSent):
            return written
        endpoint, call = written
        result = await self._sender.send(call)
        if result.outcome == "gone":
            await self._switch_off(parcel, endpoint)
        return _meaning(result)

    async def _written(self, parcel: Parcel) -> tuple[Endpoint, WebhookCall] | NotSent:
        async with self._db.tenant(parcel.tenant_id) as uow:
            endpoint = await uow.webhooks.find(parcel.address)
            if endpoint is None:
                return NotSent("webhook_unknown", again=False)
            sealed = await uow.webhooks.secrets(endpoint.endpoint_id)
        if sealed is None or endpoint.status != "active":
            return NotSent("webhook_disabled", again=False)
        call = self._letters.write(parcel.tenant_id, endpoint, sealed, self._event(parcel))
        return endpoint, call

    def _event(self, parcel: Parcel) -> CloudEvent:
        data = SummaryDelivered(delivery=parcel.key, summary=Raw(parcel.json))
        event = new_event(data, subject=parcel.key, at=self._clock.now())
        return told(str(parcel.tenant_id), event, id_=parcel.key)

    async def _switch_off(self, parcel: Parcel, endpoint: Endpoint) -> None:
        async with self._db.tenant(parcel.tenant_id) as uow:
            if await uow.webhooks.switch_off(endpoint.endpoint_id, reason="gone"):
                tell_disabled(uow, endpoint, "gone", self._clock.now())


def _meaning(result: CallResult) -> SendResult:
    """What a call's outcome means for a delivery."""
    if result.outcome == "taken":
        return Sent(f"http {result.status}")
    if result.outcome in MAYBE_ARRIVED:
        return Unknown(result.outcome)
    again = result.outcome not in ("gone", "address_forbidden")
    return NotSent(result.outcome, again=again, after_seconds=result.after_seconds)
