"""The console channel: nothing leaves; the summary is there to be read."""

from claw.core.routines.routine import Channel
from claw.ports.channels import Parcel, SendResult, Sent


class ConsoleChannel:
    """``SendingChannel`` that is done when the delivery stands in the list."""

    @property
    def name(self) -> Channel:
        """``console``."""
        return "console"

    @property
    def repeatable(self) -> bool:
        """Nothing is sent, so nothing is sent twice."""
        return True

    async def send(self, parcel: Parcel) -> SendResult:
        """Nothing to do: `claw delivery show` prints it."""
        return Sent()
