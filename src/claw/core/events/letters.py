"""Kinds that go to one endpoint and stand in no log: what they carry is for that one alone."""

from msgspec import Raw

from claw.core.events.registry import KINDS, EventData, event


@event("claw.summary.delivered.v1")
class SummaryDelivered(EventData, frozen=True, kw_only=True):
    """A summary that a routine delivers to a webhook, whole: ``docs/schema/cli/summary.json``.

    The one kind that carries what the day holds; the id is the delivery's.
    """

    delivery: str
    summary: Raw


@event("claw.webhook.test.v1")
class WebhookTest(EventData, frozen=True, kw_only=True):
    """Somebody tries an endpoint."""

    webhook: str


UNLOGGED = tuple(sorted(name for name, kind in KINDS.items() if kind.__module__ == __name__))
"""The types that stand in no log."""
