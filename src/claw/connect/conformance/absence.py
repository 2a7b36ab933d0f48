"""C11: too many removals at once are held; what was not read is not removed."""

from contextlib import suppress
from datetime import timedelta

from claw.connect.conformance.check import Check, NotApplicable, Run, expect
from claw.connect.conformance.rehearsal import (
    Records,
    Rehearsal,
    expect_same,
    of_source,
    records_of,
    rehearse,
)
from claw.connect.conformance.session import schedule_stream
from claw.connect.conformance.subject import Impossible, Trouble
from claw.ports.connector import Removal

_DAYS = 3
_BOOKED, _DELETED = 14, 10


async def _mass_disappearance_is_held(run: Run) -> None:
    stream = schedule_stream(run.subject.connector.manifest)
    if stream.removal != Removal.WINDOW_DIFF:
        raise NotApplicable(f"removal shows by {stream.removal}, never by absence")
    async with rehearse(run, days=_DAYS) as on:
        booked = [on.stage.book(on.at(n, 8), 30) for n in range(_DAYS)]
        await _narrower(on)
        more = range(_DAYS, _BOOKED)
        booked += [on.stage.book(on.at(n % _DAYS, 8 + n // _DAYS), 30) for n in more]
        await _held(on, booked, stream.absent_after)


async def _narrower(on: Rehearsal) -> None:
    """Reading less, or being given more than was asked for, says nothing about the rest.

    So few are booked that the guard against mass disappearance hides no mistake.
    """
    tenancy = await on.tenant("narrow")
    await on.sync_well(tenancy, "before any trouble")
    before = await records_of(tenancy)
    await tenancy.sync(first=on.first, last=on.first)
    expect_same(await records_of(tenancy), before, "after a narrower read")
    with suppress(Impossible):
        on.stage.trouble(Trouble.FILTER_IGNORED)
        middle = on.first + timedelta(days=1)
        await tenancy.sync(first=middle, last=middle)
        on.stage.calm()
        expect_same(await records_of(tenancy), before, "after a read whose filter was ignored")


async def _held(on: Rehearsal, booked: list[str], absent_after: int) -> None:
    second, accepting = await on.tenant("second-read"), await on.tenant("accepting")
    for tenancy in (second, accepting):
        await on.sync_well(tenancy, "before the disappearance")
    before = await records_of(second)
    for source_id in booked[:_DELETED]:
        on.stage.delete(source_id)
    for tenancy in (second, accepting):
        for _ in range(absent_after - 1):
            await on.sync(tenancy)
        seen = await on.sync(tenancy)
        expect(seen.held >= _DELETED, f"{_DELETED} of {_BOOKED} vanished and {seen.held} were held")
        expect(seen.status == "degraded", f"removals are held, yet the sync was {seen.status}")
        expect_same(await records_of(tenancy), before, "while removals are held")
    await on.sync(second)
    _expect_gone(await records_of(second), booked, "after a second read that agrees")
    accepted = await accepting.accept_held()
    expect(accepted >= _DELETED, f"{accepted} of {_DELETED} held removals could be accepted")
    _expect_gone(await records_of(accepting), booked, "after a person accepted them")


def _expect_gone(records: Records, booked: list[str], when: str) -> None:
    for number, source_id in enumerate(booked):
        record = of_source(records, source_id)
        gone = record.get("gone", False)
        expect(
            gone == (number < _DELETED),
            f"{when}: {source_id} is {'gone' if gone else 'still there'}",
        )
        expect(not gone or record["status"] == "missing", f"{when}: gone, and {record['status']}")


ABSENCE = Check(number="C11", title="Mass disappearance is held", body=_mass_disappearance_is_held)
