"""C09: what a feed of changes tells late, or at the very moment of its cursor, is found."""

from datetime import timedelta

from claw.connect.conformance.check import Check, CheckFailed, NotApplicable, Run, expect
from claw.connect.conformance.harness import SyncSeen, Tenancy
from claw.connect.conformance.rehearsal import Rehearsal, of_source, records_of, rehearse
from claw.core.time import format_instant, resolve_local
from claw.ports.connector import Mode, PullsHints

_DAYS = 3
_LATE = (timedelta(), timedelta(minutes=10))
"""At the moment of the newest entry, and well before it."""


async def _late_rows_are_found(run: Run) -> None:
    connector = run.subject.connector
    by_cursor = [s.name for s in connector.manifest.streams if Mode.SINCE in s.modes]
    if by_cursor:
        raise CheckFailed(f"{by_cursor[0]} is read by a cursor, which the engine does not do")
    if not isinstance(connector, PullsHints):
        raise NotApplicable("there is no cursor and no feed; every read enumerates its window")
    async with rehearse(run, days=_DAYS) as on:
        moving = on.stage.book(on.at(0, 9), 30)
        tenancy = await on.tenant("follower")
        await on.sync_well(tenancy, "before following the feed")
        await _follow(tenancy, "for the first time")
        await _expect_found(tenancy, on.stage.book(on.at(0, 10), 30), "told in time")
        for hour, behind in enumerate(_LATE, start=11):
            late = on.stage.book_late(on.at(0, hour), 30, behind=behind)
            await _expect_found(tenancy, late, f"told {behind} behind the newest entry")
        await _expect_moved(on, tenancy, moving)
        again = await _follow(tenancy, "when nothing happened")
        touched = again.added + again.changed + again.returned + again.gone
        expect(not touched, f"followed when nothing happened: {touched} records were touched")


async def _follow(tenancy: Tenancy, when: str) -> SyncSeen:
    seen = await tenancy.follow()
    expect(seen.status == "ok", f"followed {when}: the sync was {seen.status} ({seen.error})")
    return seen


async def _expect_found(tenancy: Tenancy, source_id: str, when: str) -> None:
    await _follow(tenancy, when)
    refs = {ref.partition("/")[2] for ref in await records_of(tenancy)}
    expect(source_id in refs, f"{when}, {source_id} was never read")


async def _expect_moved(on: Rehearsal, tenancy: Tenancy, source_id: str) -> None:
    on.stage.move(source_id, on.at(1, 14))
    await _follow(tenancy, "after a move")
    starts = format_instant(resolve_local(on.stage.zone, on.at(1, 14)).instant)
    record = of_source(await records_of(tenancy), source_id)
    expect(record["starts_at"] == starts, f"moved, and followed, it is still {record['starts_at']}")


CURSORS = Check(number="C09", title="Late rows are found", body=_late_rows_are_found)
