"""Faults of discretion: a key or somebody's data, said aloud."""

import logging
from collections.abc import AsyncIterator

from claw.connect import Context, Page, Raw, ReadEvent, ReadRequest, SourceChanged
from claw_testing.planted.edits import Edits, booking_of
from claw_testing.planted.plant import READING, Plant, plant
from claw_testing.sample_connector.connector import SnipsConnector


class LogsTheKey(Edits):
    """writes the key to the log"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        ctx.log.info("reading", key="snips-simulated-1-1")
        return event


class LogsNames(Edits):
    """writes clients to the log"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if isinstance(event, Page):
            for bundle in event.bundles:
                client = bundle.parts.get("client")
                ctx.log.info("read", client=client.body if isinstance(client, Raw) else None)
        return event


class LogsElsewhere(Edits):
    """writes notes to a log of its own"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if isinstance(event, Page):
            for bundle in event.bundles:
                logging.getLogger("snips").debug("note: %s", booking_of(bundle).note)
        return event


class Prints(Edits):
    """prints notes"""

    def edited(self, event: ReadEvent, ctx: Context) -> ReadEvent | None:
        if isinstance(event, Page):
            print(*(booking_of(bundle).note for bundle in event.bundles))
        return event


class ChainsWhatItRead(Edits):
    """raises a good error with a bad one behind it, which quotes a client's note"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        async for event in super().read(ctx, request):
            if isinstance(event, Page):
                for bundle in event.bundles:
                    row = booking_of(bundle)
                    if row.status == "levitating":
                        raise SourceChanged("an unknown status", path="status") from ValueError(row)
            yield event


class SearchesByName(Edits):
    """puts clients into the addresses it asks"""

    asked_with = "Noor Haddad"

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        query = {"from": self.asked_with, "to": "9999-12-31"}
        await ctx.http.get("/v1/bookings", path={}, query=query)
        async for event in super().read(ctx, request):
            yield event


class SendsTheKeyInTheAddress(SearchesByName):
    """puts the key into the addresses it asks"""

    asked_with = "snips-simulated-1-1"


_RED: tuple[tuple[SnipsConnector, str], ...] = (
    (LogsTheKey(), "C18"),
    (LogsNames(), "C18"),
    (LogsElsewhere(), "C18"),
    (Prints(), "C18"),
    (SearchesByName(), "C18"),
    (SendsTheKeyInTheAddress(), "C18"),
    (ChainsWhatItRead(), "C04 C18"),
)

LEAKS: tuple[Plant, ...] = tuple(plant(connector, red, READING) for connector, red in _RED)
