"""A text-message provider that sends nothing, for development and demonstration."""

import hashlib

from claw.core.routines.routine import Channel
from claw.ports.channels import NotSent, Parcel, SendResult, Sent

_ACCEPTED = "+6149157"
"""Numbers that the Australian regulator keeps for fiction begin so."""


class SandboxSms:
    """``SendingChannel`` for SMS: takes numbers that belong to nobody and refuses the rest."""

    @property
    def name(self) -> Channel:
        """``sms``."""
        return "sms"

    @property
    def repeatable(self) -> bool:
        """It takes each key once, since it sends none."""
        return True

    async def send(self, parcel: Parcel) -> SendResult:
        """Take it, with a receipt that is always the same for the same key."""
        if not parcel.address.startswith(_ACCEPTED):
            return NotSent("sandbox_number", again=False)
        digest = hashlib.sha256(f"{parcel.key} {parcel.address}".encode()).hexdigest()
        return Sent(f"sandbox:{digest[:16]}")
