"""C06: lists are read to their end, whatever their length and whatever moves meanwhile."""

from datetime import timedelta

from claw.connect.conformance.bookings import at, book_many, expect_all, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.session import Stand
from claw.connect.conformance.subject import Impossible, Trouble


async def _lists_are_read_to_their_end(run: Run) -> None:
    page = run.subject.page_rows
    for count in sorted({0, 1, page, page + 1, 2 * page}):
        stand = Stand(run)
        quieten(stand)
        booked = book_many(stand, count)
        async with stand.session() as session:
            read = await session.days(stand.stage.today, stand.stage.today)
        expect_all(read, booked, f"{count} rows on pages of {page}")
    for kind in (Trouble.ROW_INSERTED, Trouble.ROW_DELETED):
        await _moving_list(run, kind)
    await _ignored_filter(run)


async def _moving_list(run: Run, kind: Trouble) -> None:
    """A row that was there before and after is read once; or the read says it was torn."""
    stand = Stand(run)
    quieten(stand)
    booked = book_many(stand, 2 * run.subject.page_rows + 1)
    day = stand.stage.today
    async with stand.session() as session:
        stand.stage.trouble(kind)
        read = await session.days(day, day)
        stand.stage.calm()
        after = (await session.days(day, day)).whole()
    if read.error is not None:
        expect(not read.covered, f"{kind}: the read failed and claimed to have covered the day")
        return
    read.whole()
    lost = (set(booked) & set(after.ids)) - set(read.ids)
    expect(not lost, f"{kind} between pages: {len(lost)} rows were lost without a word")
    expect(
        len(read.ids) == len(set(read.ids)),
        f"{kind} between pages: a row was given twice in one read",
    )


async def _ignored_filter(run: Run) -> None:
    """A list that gives more than it was asked for is read for what was asked, or wider."""
    stand = Stand(run)
    quieten(stand, far=True)  # or all of it would be read
    today = stand.stage.today
    booked = {
        stand.stage.book(at(today + timedelta(days=days), 10), 30): days for days in (-1, 0, 1)
    }
    async with stand.session() as session:
        try:
            stand.stage.trouble(Trouble.FILTER_IGNORED)
        except Impossible:
            return
        read = (await session.days(today, today)).whole()
        found = session.appointments(read)
    wanted = {source for source, days in booked.items() if days == 0}
    expect(wanted <= set(read.ids), "filter ignored: the day's own appointment was not given")
    covered = read.covered[0].slice
    outside = [
        source
        for source, each in found.items()
        if covered and not covered.start <= each.starts_at < covered.end
    ]
    expect(not outside, f"filter ignored: {len(outside)} rows outside of what was covered")


PAGING = Check(number="C06", title="Lists are read to their end", body=_lists_are_read_to_their_end)
