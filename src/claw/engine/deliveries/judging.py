"""What becomes of a delivery that is not tried any more, or not at all."""

from datetime import datetime

from claw.ports.channels import SendingChannel
from claw.ports.delivery_store import Delivery, Ending

MOST_LAPSES = 8
"""So many workers may die of one delivery; after that it waits for a person."""


def judged(due: Delivery, channel: SendingChannel | None, now: datetime) -> SendingChannel | Ending:
    """By what a due delivery is tried now, or how it ends without another try.

    How often it was tried does not matter: its age does.
    """
    if due.lapsed and channel is not None and not channel.repeatable:
        # Somebody died between sending and saying so: it may have arrived.
        return Ending(state="unknown", at=now, reason="interrupted")
    if due.routine_status != "active":
        return Ending(state="cancelled", at=now, reason=f"routine_{due.routine_status}")
    if channel is None:
        return Ending(state="failed", at=now, reason="channel_missing")
    if now > due.expires_at:
        return Ending(state="failed", at=now, reason="too_late")
    if due.lapsed and due.lapses + 1 >= MOST_LAPSES:
        return Ending(state="failed", at=now, reason="crashed")
    return channel
