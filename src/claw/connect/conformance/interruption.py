"""C07 and C08: a read that is cut or killed is taken up again without gap and without double."""

from datetime import timedelta

from claw.connect.conformance.check import Check, CheckFailed, Run, expect
from claw.connect.conformance.harness import Tenancy
from claw.connect.conformance.rehearsal import (
    ALWAYS,
    Records,
    Rehearsal,
    expect_same,
    records_of,
    rehearse,
)
from claw.connect.conformance.session import schedule_stream
from claw.connect.conformance.subject import Trouble

_MORE_DAYS, _WIDEST = 3, 21
_MOST_CUTS = 60
_MOST_KILLS = 10


async def _a_cut_read_is_taken_up_again(run: Run) -> None:
    async with rehearse(run, days=_days(run)) as on:
        booked = _book(on, run.subject.page_rows + 1)
        whole = await _read_whole(on, "whole")
        cut, reached = 0, True
        while reached:
            reached = await _cut(on, cut, whole)
            cut += 1
            if cut > _MOST_CUTS:
                raise CheckFailed(f"the list was asked for {cut} times and more")
        expect(cut > 1, "trouble with the list did not trouble the read at all")
        await _cut_while_things_change(on, cut - 2, booked)


async def _cut(on: Rehearsal, cut: int, whole: Records) -> bool:
    """Cut the list after so many answers, then resume; False when it ended before."""
    tenancy = await on.tenant(f"cut-{cut}")
    when = f"cut after {cut} answers of the list"
    on.stage.trouble(Trouble.SERVER_ERROR, times=ALWAYS, after=cut)
    seen = await on.sync(tenancy)
    on.stage.calm()
    if seen.status == "ok":
        return False
    await _resume(on, tenancy, whole, when)
    return True


async def _cut_while_things_change(on: Rehearsal, cut: int, booked: list[str]) -> None:
    """What changes between the cut and the resumption is read as it is then."""
    tenancy = await on.tenant("cut-and-changed")
    on.stage.trouble(Trouble.SERVER_ERROR, times=ALWAYS, after=cut)
    await on.sync(tenancy)
    on.stage.calm()
    on.stage.move(booked[0], on.at(1, 15))
    on.stage.book(on.at(0, 5, 30), 30)
    whole = await _read_whole(on, "whole-after-change")
    await on.sync_well(tenancy, "resumed after a change")
    expect_same(await records_of(tenancy), whole, "resumed after a change")
    await _read_again(on, tenancy)


async def _a_killed_read_leaves_no_trace(run: Run) -> None:
    async with rehearse(run, days=_days(run)) as on:
        _book(on, run.subject.page_rows + 1)
        before = len(on.stage.log)
        whole = await _read_whole(on, "whole")
        requests = len(on.stage.log) - before
        step = -(-requests // _MOST_KILLS)
        # The last one: everything is fetched, and the last slice is not committed.
        for place in range(requests, 0, -step):
            tenancy = await on.tenant(f"killed-{place}")
            killed = await tenancy.sync_killed(after_requests=place, first=on.first, last=on.last)
            when = f"killed after {place} of {requests} requests"
            expect(killed, f"{when}: the read ended with fewer requests than it needed before")
            await _resume(on, tenancy, whole, when)
            if place == requests:
                await _read_again(on, tenancy)


async def _resume(on: Rehearsal, tenancy: Tenancy, whole: Records, when: str) -> None:
    """Expect that nothing half done is visible, and that the next sync brings the rest."""
    partial = await records_of(tenancy)
    for ref, record in partial.items():
        expect(whole.get(ref) == record, f"{when}: {ref} was left half done")
    seen = await on.sync_well(tenancy, f"{when} and read again")
    expect_same(await records_of(tenancy), whole, f"{when} and read again")
    expect(
        len(partial) + seen.added == len(whole) and seen.gone == seen.returned == 0,
        f"{when}: {len(partial)} records were there and {seen.added} were added, "
        f"{len(whole)} there are",
    )


async def _read_again(on: Rehearsal, tenancy: Tenancy) -> None:
    """Reading the same once more changes nothing."""
    again = await on.sync_well(tenancy, "read twice")
    touched = again.added + again.changed + again.returned + again.gone
    expect(not touched, f"reading the same once more touched {touched} records")


async def _read_whole(on: Rehearsal, slug: str) -> Records:
    tenancy = await on.tenant(slug)
    await on.sync_well(tenancy, "without trouble")
    return await records_of(tenancy)


def _book(on: Rehearsal, count: int) -> list[str]:
    """More than a page on the first day, and a little so late that it is another slice's."""
    opens, late = on.at(0, 6), (on.last - on.first).days
    booked = [on.stage.book(opens + timedelta(minutes=5 * n), 30) for n in range(count)]
    return [*booked, *(on.stage.book(on.at(late, 9 + n), 30) for n in range(2))]


def _days(run: Run) -> int:
    """Days enough for two slices, where the stream is cut into any."""
    widest = schedule_stream(run.subject.connector.manifest).widest_window_days
    return min(widest or _MORE_DAYS, _WIDEST) + _MORE_DAYS


CUT = Check(number="C07", title="A cut read is taken up again", body=_a_cut_read_is_taken_up_again)
KILLED = Check(
    number="C08", title="A killed read leaves no trace", body=_a_killed_read_leaves_no_trace
)
