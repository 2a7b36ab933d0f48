"""C17: nothing of one tenant reaches another's rows, logs or metrics."""

import asyncio

from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.harness import Tenancy
from claw.connect.conformance.rehearsal import Rehearsal, rehearse
from claw.connect.conformance.subject import Stage

_DAYS = 3
_ROUNDS = 2
_CANARIES = ("Xanthippe Oldcastle, gate 7741", "Thaddeus Brightwater, gate 2296")


async def _nothing_reaches_the_neighbour(run: Run) -> None:
    async with rehearse(run, days=_DAYS) as on:
        stages = (on.stage, _quiet(on, on.stage.neighbour()))
        tenancies = [await on.tenant(f"tenant-{n}", stage) for n, stage in enumerate(stages)]
        for number in range(_ROUNDS):
            for stage, canary in zip(stages, _CANARIES, strict=True):
                for hour in (8, 10):
                    stage.book(on.at(number, hour), 30, text=canary)
            # In turn, then at once: a connector that keeps state may fail in one way only.
            if number == 0:
                for tenancy in tenancies:
                    await on.sync_well(tenancy, "in turn")
            else:
                await asyncio.gather(*(on.sync_well(tenancy, "at once") for tenancy in tenancies))
        for own, other in ((0, 1), (1, 0)):
            await _expect_apart(tenancies[own], _CANARIES[own], _CANARIES[other], stages[other])
        _expect_silence(on, stages)


def _quiet(on: Rehearsal, stage: Stage) -> Stage:
    stage.clear(on.first, on.last)
    return stage


async def _expect_apart(tenancy: Tenancy, own: str, other: str, neighbour: Stage) -> None:
    stored = await tenancy.everything_stored()
    expect(own.encode() in stored, "a tenant's own text is not found in its rows")
    expect(other.encode() not in stored, "a neighbour's text is in this tenant's rows")
    for name, secret in neighbour.secrets().items():
        expect(secret.encode() not in stored, f"a neighbour's {name} is in this tenant's rows")


def _expect_silence(on: Rehearsal, stages: tuple[Stage, ...]) -> None:
    said = on.installation.said()
    for canary in _CANARIES:
        expect(canary not in said, "a tenant's text is in the logs or metrics")
    for stage in stages:
        for name, secret in stage.secrets().items():
            expect(secret not in said, f"a tenant's {name} is in the logs or metrics")


NEIGHBOURS = Check(
    number="C17",
    title="Nothing reaches the neighbour",
    body=_nothing_reaches_the_neighbour,
)
