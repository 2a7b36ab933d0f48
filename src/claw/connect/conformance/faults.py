"""C10: a read that could not be finished never claims to have covered anything."""

from collections.abc import Callable, Collection

import httpx2

from claw.connect.conformance.bookings import book_many, expect_all, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.session import Read, Session, Stand
from claw.connect.conformance.subject import Impossible, Trouble
from claw.connect.conformance.wire import Forward, Meddler, answered

_ALWAYS = 100_000
_MOST_PLACES = 6
_PLAIN = (Trouble.SERVER_ERROR, Trouble.BROKEN_JSON, Trouble.HTML_PAGE, Trouble.RESET)


async def _trouble_is_never_taken_for_an_answer(run: Run) -> None:
    stand = Stand(run)
    quieten(stand)
    booked = book_many(stand, run.subject.page_rows + 1)
    async with stand.session() as session:
        for kind in _PLAIN:
            for page in (0, 1):
                await _broken_list(stand, session, kind, page)
    await _empty_list(stand, booked)
    await _anywhere(stand, booked, _nothing, "no answer", always=False)
    await _anywhere(stand, booked, _nothing, "no answer", always=True)
    await _anywhere(stand, booked, _an_empty_body, "an empty answer", always=True)
    async with stand.session() as session:
        expect_all(await _read(session), booked, "after all trouble had ended")


async def _broken_list(stand: Stand, session: Session, kind: Trouble, page: int) -> None:
    stand.stage.trouble(kind, times=_ALWAYS, after=page)
    read = await _read(session)
    stand.stage.calm()
    _expect_failed(read, f"{kind} from page {page + 1} of the list on")


async def _empty_list(stand: Stand, booked: Collection[str]) -> None:
    """Only a vendor that states totals lets this be noticed; the others cannot play it."""
    async with stand.session() as session:
        try:
            stand.stage.trouble(Trouble.EMPTY_LIST, after=1)
        except Impossible:
            return
        read = await _read(session)
    stand.stage.calm()
    when = "an empty list where page 2 should have been"
    if read.error is not None:
        _expect_failed(read, when)
    else:
        expect_all(read, booked, when)


def _nothing() -> httpx2.Response:
    raise httpx2.ReadTimeout("no answer")


def _an_empty_body() -> httpx2.Response:
    return answered(b"")


async def _anywhere(
    stand: Stand,
    booked: Collection[str],
    gives: Callable[[], httpx2.Response],
    what: str,
    *,
    always: bool,
) -> None:
    """The n-th request of a read is spoilt, for every n: from then on, or just that one."""
    async with stand.session() as session:
        before = len(stand.wire.sent)
        await _read(session)
        requests = len(stand.wire.sent) - before
        for place in range(0, requests, max(1, requests // _MOST_PLACES)):
            stand.wire.meddler = _spoiling(place, gives, always=always)
            read = await _read(session)
            stand.wire.meddler = None
            when = f"{what} to request {place + 1} of {requests}"
            if always and read.error is not None:
                _expect_failed(read, when)
            else:
                expect_all(read, booked, when if always else f"{when} the first time")


def _spoiling(place: int, gives: Callable[[], httpx2.Response], *, always: bool) -> Meddler:
    seen = 0

    async def meddle(number: int, request: httpx2.Request, forward: Forward) -> httpx2.Response:
        nonlocal seen
        seen += 1
        if (seen - 1 >= place) if always else (seen - 1 == place):
            return gives()
        return await forward(request)

    return meddle


async def _read(session: Session) -> Read:
    """Today's schedule, read in a new run's memory."""
    session.ctx.scratch.clear()
    return await session.days(session.today, session.today)


def _expect_failed(read: Read, when: str) -> None:
    expect(not read.covered, f"{when}: the read claimed to have covered the day")
    expect(read.error is not None, f"{when}: the read ended as if nothing had happened")


FAULTS = Check(
    number="C10",
    title="Trouble is never taken for an answer",
    body=_trouble_is_never_taken_for_an_answer,
)
