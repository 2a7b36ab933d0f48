"""C10, seen from the data: a degraded read removes, cancels and empties nothing."""

from contextlib import suppress
from datetime import timedelta

from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.harness import Tenancy
from claw.connect.conformance.rehearsal import (
    ALWAYS,
    Rehearsal,
    expect_same,
    records_of,
    rehearse,
)
from claw.connect.conformance.subject import Impossible, Trouble

_DAYS = 3
_MANY = 12
"""More than may vanish at once without a second look, whatever a page holds."""
_DEEP = (0, 1, 3)
_OF_THE_LIST = (Trouble.SERVER_ERROR, Trouble.BROKEN_JSON, Trouble.HTML_PAGE, Trouble.RESET)
_OF_THE_ACCOUNT = (Trouble.EMPTY_LIST, Trouble.FORBIDDEN_PART, Trouble.REVOKED)


async def _a_degraded_read_takes_nothing_away(run: Run) -> None:
    async with rehearse(run, days=_DAYS) as on:
        for number in range(max(_MANY, run.subject.page_rows + 1)):
            on.stage.book(on.at(0, 6) + timedelta(minutes=5 * number), 30, text="Side gate")
        tenancy = await on.tenant("degraded")
        await on.sync_well(tenancy, "before any trouble")
        for kind in _OF_THE_LIST:
            for place in _DEEP:
                await _troubled(on, tenancy, kind, place)
        await _troubled(on, tenancy, Trouble.THROTTLED, 1)
        for kind in _OF_THE_ACCOUNT:
            with suppress(Impossible):
                await _troubled(on, tenancy, kind, 0)
        paused = await tenancy.connection()
        expect(
            paused.status == "paused",
            "a credential that was revoked did not stop the reading",
        )


async def _troubled(on: Rehearsal, tenancy: Tenancy, kind: Trouble, place: int) -> None:
    before, tree = await records_of(tenancy), await tenancy.tree()
    on.stage.trouble(kind, times=ALWAYS, after=place, option="seconds")
    seen = await on.sync(tenancy)
    on.stage.calm()
    when = f"{kind} after {place} answers"
    expect(not seen.gone, f"{when}: {seen.gone} records were taken for gone")
    expect_same(await records_of(tenancy), before, when)
    expect(await tenancy.tree() == tree, f"{when}: a snapshot of the same state has another tree")


DEGRADED = Check(
    number="C10",
    title="A degraded read takes nothing away",
    body=_a_degraded_read_takes_nothing_away,
)
