"""C12: moved, cancelled, deleted and restored appointments are each visible as what they are."""

from collections.abc import Mapping

from claw.connect.conformance.check import Check, Run, expect
from claw.connect.conformance.harness import Tenancy
from claw.connect.conformance.rehearsal import (
    Records,
    Rehearsal,
    expect_same,
    of_source,
    records_of,
    rehearse,
)
from claw.connect.conformance.session import schedule_stream
from claw.core.time import format_instant, resolve_local
from claw.ports.connector import Mode, Removal

_DAYS = 3
_FAR = 30


async def _each_change_is_seen_as_what_it_is(run: Run) -> None:
    stream = schedule_stream(run.subject.connector.manifest)
    async with rehearse(run, days=_DAYS) as on:
        bystanders = [on.stage.book(on.at(n % _DAYS, 6), 30) for n in range(5)]
        subject = on.stage.book(on.at(1, 9), 60)
        tenancy = await on.tenant("changes")
        await on.sync_well(tenancy, "before any change")
        before = await records_of(tenancy)
        await _moved_within(on, tenancy, subject)
        if Mode.BY_ID in stream.modes:
            await _moved_out(on, tenancy, subject)
        on.stage.move(subject, on.at(1, 9))
        await on.sync_well(tenancy, "moved back")
        expect_same(await records_of(tenancy), before, "moved back to where it was")
        if stream.removal != Removal.NONE:
            await _deleted_and_restored(on, tenancy, subject, before, stream.absent_after)
        await _cancelled(on, tenancy, subject)
        after = await records_of(tenancy)
        for source_id in bystanders:
            same = of_source(after, source_id) == of_source(before, source_id)
            expect(same, f"{source_id} was not touched and is not the same")


async def _moved_within(on: Rehearsal, tenancy: Tenancy, source_id: str) -> None:
    on.stage.move(source_id, on.at(2, 13, 15))
    seen = await on.sync_well(tenancy, "moved")
    record = of_source(await records_of(tenancy), source_id)
    starts = format_instant(resolve_local(on.stage.zone, on.at(2, 13, 15)).instant)
    expect(record["starts_at"] == starts, f"moved to {starts}, it starts at {record['starts_at']}")
    _expect_standing(record, "moved")
    counts = (seen.added, seen.gone, seen.returned)
    expect(counts == (0, 0, 0), f"a move was seen as added, gone, returned {counts}")


async def _moved_out(on: Rehearsal, tenancy: Tenancy, source_id: str) -> None:
    """A move out of the window that is read is no deletion."""
    on.stage.move(source_id, on.at(_FAR, 10))
    seen = await on.sync_well(tenancy, "moved out of the window")
    record = of_source(await records_of(tenancy), source_id)
    _expect_standing(record, "moved out of the window")
    starts = format_instant(resolve_local(on.stage.zone, on.at(_FAR, 10)).instant)
    expect(
        record["starts_at"] == starts and not seen.gone,
        f"moved out of the window to {starts}, it starts at {record['starts_at']}",
    )


async def _deleted_and_restored(
    on: Rehearsal, tenancy: Tenancy, source_id: str, before: Records, absent_after: int
) -> None:
    on.stage.delete(source_id)
    for _ in range(absent_after):
        await on.sync_well(tenancy, "deleted")
    record = of_source(await records_of(tenancy), source_id)
    expect(record.get("gone"), "deleted in the source, it is not gone")
    expect(
        record["status"] == "missing",
        f"deleted in the source, its status is {record['status']} and not missing",
    )
    on.stage.restore(source_id)
    seen = await on.sync_well(tenancy, "restored")
    expect(seen.returned == 1, f"restored in the source, {seen.returned} records returned")
    expect_same(await records_of(tenancy), before, "restored in the source")


async def _cancelled(on: Rehearsal, tenancy: Tenancy, source_id: str) -> None:
    """Last, because a vendor that knows no cancelling ends the check here."""
    on.stage.cancel(source_id)
    await on.sync_well(tenancy, "cancelled")
    record = of_source(await records_of(tenancy), source_id)
    expect(
        record["status"] in ("cancelled", "declined"),
        f"cancelled in the source, its status is {record['status']}",
    )
    expect(not record.get("gone"), "cancelled in the source, it is gone, as if deleted")


def _expect_standing(record: Mapping[str, object], when: str) -> None:
    expect(not record.get("gone"), f"{when}: it is gone")
    expect(
        record.get("status") not in ("missing", "cancelled", "declined"),
        f"{when}: its status is {record.get('status')}",
    )


CHANGES = Check(
    number="C12",
    title="Each change is seen as what it is",
    body=_each_change_is_seen_as_what_it_is,
)
