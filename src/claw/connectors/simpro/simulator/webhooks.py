"""Webhook subscriptions and what is sent to them.

Documented: the subscription's fields, the names of events, and that a read returns the
secret in clear. Reported: the body (thin, ids only), at least once delivery, no replay, a
pause after repeated failures. The signature is where sources disagree, so every form of it
can be set. Nobody subscribes by the API here: creating a subscription is a write.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from claw.connect.callbacks import Callback
from claw.connect.simulator import FaultScript
from claw.connectors.simpro.simulator.encoding import encode
from claw.connectors.simpro.simulator.feeds import Row

FAILURES_BEFORE_PAUSE = 5
SIGNATURE_HEADER = "X-Response-Signature"
BUILD_NAME = "harbour"


@dataclass(slots=True)
class Subscription:
    """Who is called for which events (all, when none is named), and how that went."""

    id: int
    name: str
    url: str
    secret: str
    events: tuple[str, ...]
    created: str
    failures: int = 0

    @property
    def paused(self) -> bool:
        """Whether it failed so often that nothing is sent any more."""
        return self.failures >= FAILURES_BEFORE_PAUSE

    @property
    def row(self) -> Row:
        """As ``setup/webhooks`` shows it."""
        return {
            "ID": self.id,
            "Name": self.name,
            "CallbackURL": self.url,
            "Secret": self.secret,
            "Events": list(self.events),
            "Status": "Disabled" if self.paused else "Enabled",
            "DateCreated": self.created,
        }

    def wants(self, event: str) -> bool:
        """Whether it subscribed to this event."""
        return not self.events or event in self.events


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: its documented name and the ids it concerns."""

    name: str
    reference: Row
    at: str
    description: str

    @property
    def body(self) -> bytes:
        """The body sent: ids only, never the change."""
        *of, action = self.name.split(".")
        return encode(
            {
                "ID": self.name,
                "build": BUILD_NAME,
                "name": " ".join(of).capitalize(),
                "action": action,
                "reference": self.reference,
                "date_triggered": self.at,
                "description": self.description,
            }
        )

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is about, to find other events of the same thing."""
        return (self.name.rpartition(".")[0], *self.reference.values())


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one subscription."""

    subscription: Subscription
    event: Event


def arranged(outbox: Sequence[Delivery], faults: FaultScript) -> list[Delivery]:
    """What is sent in which order, as the faults say."""
    sent = [one for one in outbox if not one.subscription.paused]
    if faults.get("webhook_paused"):
        return []
    if faults.get("webhook_reorder"):
        sent.reverse()
    if faults.get("webhook_deleted_first"):
        gone = {one.event.subject for one in sent if one.event.name.endswith(".deleted")}
        sent.sort(
            key=lambda one: (
                not one.event.name.endswith(".deleted") if one.event.subject in gone else True
            )
        )
    if faults.get("webhook_duplicates"):
        sent = [one for one in sent for _ in range(2)]
    return sent


def callback(delivery: Delivery, faults: FaultScript) -> Callback:
    """The request of one delivery, signed as the faults say."""
    body, secret = delivery.event.body, delivery.subscription.secret
    headers = {"Content-Type": "application/json", **signature(secret, body, faults)}
    return Callback("POST", delivery.subscription.url, headers, body)


def signature(secret: str, body: bytes, faults: FaultScript) -> dict[str, str]:
    """The signature header of a body: hexadecimal HMAC with the subscription's secret."""
    fault = faults.get("webhook_signature")
    form = fault.args[0] if fault and fault.args else "sha256"
    options = fault.options if fault else dict[str, str]()
    if form == "none":
        return {}
    digest = hmac.new(secret.encode(), body, hashlib.sha1 if form == "sha1" else hashlib.sha256)
    prefix = f"{form}=" if options.get("prefix") else ""
    value = "0" * len(digest.hexdigest()) if form == "wrong" else digest.hexdigest()
    return {options.get("header", SIGNATURE_HEADER): prefix + value}
