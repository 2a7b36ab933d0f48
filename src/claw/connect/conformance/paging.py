"""C06: lists are read to their end, whatever their length and whatever moves meanwhile."""

from claw.connect.conformance.bookings import book_many, expect_all, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.session import Stand
from claw.connect.conformance.subject import Trouble


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


PAGING = Check(number="C06", title="Lists are read to their end", body=_lists_are_read_to_their_end)
