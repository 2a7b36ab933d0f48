"""Faults in trouble: it is taken for an answer, passed over, or told as something else."""

from collections.abc import AsyncIterator

from claw.connect import (
    ConnectorError,
    Context,
    Covered,
    Page,
    RateLimited,
    ReadEvent,
    ReadRequest,
    SourceChanged,
    Transient,
)
from claw_testing.planted.edits import Edits
from claw_testing.planted.plant import READING, Plant, plant
from claw_testing.sample_connector.connector import SnipsConnector


class TakesTroubleForNothing(Edits):
    """takes trouble for an empty list"""

    caught: tuple[type[ConnectorError], ...] = (Transient, SourceChanged)

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        try:
            async for event in super().read(ctx, request):
                yield event
        except self.caught:
            yield Page(bundles=())
            yield Covered(slice=request.slice, seen=0)


class TakesThrottlingForNothing(TakesTroubleForNothing):
    """takes 429 without end for an empty list"""

    caught = (RateLimited,)


class LetsOthersErrorsOut(Edits):
    """lets an error that is not of the closed set out"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        try:
            async for event in super().read(ctx, request):
                yield event
        except Transient as error:
            raise RuntimeError(error.code) from None


class EndsInSilence(Edits):
    """ends a read in trouble without a word"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        try:
            async for event in super().read(ctx, request):
                yield event
        except Transient:
            return


class TakesThrottlingForAChange(Edits):
    """tells 429 without end as a change of the source"""

    async def read(self, ctx: Context, request: ReadRequest) -> AsyncIterator[ReadEvent]:
        try:
            async for event in super().read(ctx, request):
                yield event
        except RateLimited:
            raise SourceChanged("too often", path="/v1/bookings") from None


_RED: tuple[tuple[SnipsConnector, str], ...] = (
    (TakesTroubleForNothing(), "C10"),
    (LetsOthersErrorsOut(), "C10 C18"),
    (TakesThrottlingForNothing(), "C13"),
    (EndsInSilence(), "C10"),
    (TakesThrottlingForAChange(), "C13"),
)

TROUBLE: tuple[Plant, ...] = tuple(plant(connector, red, READING) for connector, red in _RED)
