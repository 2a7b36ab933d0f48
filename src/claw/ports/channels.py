"""Ways to reach somebody: what is handed to a channel, and what may become of it.

A channel sends what it is handed, once, and says how sure it is. Whether, when and how
often is the engine's business.
"""

from collections.abc import Mapping
from typing import Protocol, TypeAlias
from uuid import UUID

from msgspec import Struct

from claw.core.routines.routine import Channel as ChannelName


class Parcel(Struct, frozen=True, kw_only=True):
    """One message to one address, in every form a channel may want.

    ``key`` names the delivery for good: a sink that knows keys takes it once. ``address``
    is personal data; ``sms`` is one segment; ``json`` is what programs get.
    """

    tenant_id: UUID
    key: str
    address: str
    subject: str
    text: str
    html: str
    sms: str
    json: bytes


class Sent(Struct, frozen=True):
    """The other side took it; ``receipt`` is its name for it, or empty."""

    receipt: str = ""


class NotSent(Struct, frozen=True):
    """It certainly did not arrive. ``code`` is a stable word; worth trying again or not."""

    code: str
    again: bool
    after_seconds: int | None = None


class Unknown(Struct, frozen=True):
    """It may have arrived: it is never repeated where that could tell somebody twice."""

    code: str


SendResult: TypeAlias = Sent | NotSent | Unknown


class SendingChannel(Protocol):
    """An adapter to one way of reaching people or programs."""

    @property
    def name(self) -> ChannelName:
        """Its name in targets."""
        ...

    @property
    def repeatable(self) -> bool:
        """Whether the sink takes one key once, so that an ambiguous send may be repeated."""
        ...

    async def send(self, parcel: Parcel) -> SendResult:
        """Send it once. Never raises for trouble on the way; raises only for defects."""
        ...


Channels: TypeAlias = Mapping[ChannelName, SendingChannel]
