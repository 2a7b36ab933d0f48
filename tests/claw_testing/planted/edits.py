"""The sample connector with a hand on what it yields."""

from collections.abc import AsyncIterator

from claw.connect import Bundle, Context, ReadEvent, ReadRequest
from claw_testing.sample_connector.connector import SnipsConnector
from claw_testing.sample_connector.wire import Booking, decode


class Edits(SnipsConnector):
    """Changes what the sample yields."""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        async for event in super().read(ctx, request):
            edited = self.edited(event, ctx)
            if edited is not None:
                yield edited

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        return event


def booking_of(bundle: Bundle) -> Booking:
    return decode(bundle.primary.body, Booking)
