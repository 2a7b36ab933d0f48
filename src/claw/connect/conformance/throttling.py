"""C13: the vendor's rate is kept by the vendor's own count, and a 429 is waited out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from claw.connect.conformance.bookings import book_many, expect_all, quieten
from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.session import Stand, described
from claw.connect.conformance.subject import Trouble
from claw.connect.conformance.wire import Sent
from claw.connect.retry import http_date, stated_seconds
from claw.ports.connector_errors import RateLimited

_ALWAYS = 100_000
_TOO_MANY = 429
_OPTIONS = ("seconds", "date", "zero", "garbage", "absent")
_MOST_READS = 40
_NEVER = datetime.max.replace(tzinfo=UTC)


async def _the_rate_is_kept(run: Run) -> None:
    await _calm(run)
    for option in _OPTIONS:
        await _throttled(run, option)
    await _throttled_for_ever(run)


async def _calm(run: Run) -> None:
    """Many reads in a row, as fast as the settings allow."""
    stand = Stand(run)
    limit = stand.connector.manifest.limit
    async with stand.session() as session:
        for _ in range(_MOST_READS):
            session.ctx.scratch.clear()
            last = stand.stage.today + timedelta(days=3)
            (await session.days(stand.stage.today, last)).whole()
            if len(stand.wire.sent) > 3 * limit.requests:
                break
    refused = sum(1 for each in stand.stage.log if each.status == _TOO_MANY)
    expect(not refused, f"the vendor had to refuse {refused} of {len(stand.stage.log)} requests")
    _expect_within_limit(stand)


async def _throttled(run: Run, option: str) -> None:
    stand = Stand(run)
    quieten(stand)
    booked = book_many(stand, run.subject.page_rows + 1)
    today = stand.stage.today
    async with stand.session() as session:
        stand.stage.trouble(Trouble.THROTTLED, times=2, option=option)
        expect_all(await session.days(today, today), booked, f"429 with Retry-After {option}")
    _expect_within_limit(stand)
    expect_waited(stand.wire.sent)


async def _throttled_for_ever(run: Run) -> None:
    stand = Stand(run)
    quieten(stand)
    book_many(stand, 1)
    async with stand.session() as session:
        stand.stage.trouble(Trouble.THROTTLED, times=_ALWAYS, option="seconds")
        read = await session.days(stand.stage.today, stand.stage.today)
    expect(not read.covered, "429 without end: the read claimed to have covered the day")
    said = described(read.error) if read.error else "nothing"
    expect(isinstance(read.error, RateLimited), f"429 without end: RateLimited became {said}")


def _expect_within_limit(stand: Stand) -> None:
    limit = stand.connector.manifest.limit
    times = sorted(entry.at_monotonic for entry in stand.stage.log)
    most = most_within(times, limit.per_seconds)
    expect(
        most <= limit.requests,
        f"{most} requests arrived within {limit.per_seconds} s, {limit.requests} are allowed",
    )


def most_within(times: Sequence[float], seconds: float) -> int:
    """The most of these sorted moments that lie in any window of so many seconds."""
    most, start = 0, 0
    for end, moment in enumerate(times):
        while moment - times[start] >= seconds:
            start += 1
        most = max(most, end - start + 1)
    return most


def expect_waited(sent: Sequence[Sent]) -> None:
    """Expect that nothing went after a 429 before the time it stated, if it stated one."""
    for refused, following in pairwise(sent):
        if refused.status != _TOO_MANY:
            continue
        now = http_date(refused.date or "") or _NEVER
        wanted = stated_seconds(refused.retry_after, date=refused.date, now=now) or 0.0
        waited = following.at - refused.at
        expect(
            waited >= wanted,
            f"asked to wait {wanted:g} s (Retry-After: {refused.retry_after}), "
            f"the next request came after {waited:.2f} s",
        )


THROTTLING = Check(number="C13", title="The vendor's rate is kept", body=_the_rate_is_kept)
