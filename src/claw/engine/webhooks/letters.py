"""What is sent to an endpoint: the event, and the proof that it comes from us."""

from uuid import UUID

import msgspec

from claw.core.events.event import CloudEvent
from claw.core.events.signing import signatures
from claw.ports.clock import Clock
from claw.ports.secrets import SecretBox
from claw.ports.webhook_sender import WebhookCall
from claw.ports.webhook_store import Endpoint, SealedSecrets


def webhook_purpose(endpoint_id: UUID) -> str:
    """What an endpoint's sealed secret is bound to."""
    return f"webhook:{endpoint_id}"


class Letters:
    """Writes calls; both secrets sign while a rotation lasts."""

    def __init__(self, box: SecretBox, clock: Clock) -> None:
        self._box = box
        self._clock = clock

    def write(
        self, tenant_id: UUID, endpoint: Endpoint, sealed: SealedSecrets, event: CloudEvent
    ) -> WebhookCall:
        """The call that tells ``event``; ``webhook-id`` stays, however often it is made."""
        now = self._clock.now()
        valid = [sealed.current]
        if sealed.previous and sealed.previous_until and now < sealed.previous_until:
            valid.append(sealed.previous)
        purpose = webhook_purpose(endpoint.endpoint_id)
        secrets = [self._box.open(tenant_id, purpose, each) for each in valid]
        body = msgspec.json.encode(event)
        timestamp = int(now.timestamp())
        return WebhookCall(
            url=endpoint.url,
            headers={
                "content-type": "application/cloudevents+json",
                "webhook-id": event.id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": signatures(secrets, event.id, timestamp, body),
            },
            body=body,
        )
