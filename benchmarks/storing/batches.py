"""Records as the store takes them, and the way the engine gives them to it."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import islice
from uuid import UUID

from msgspec import UNSET

from benchmarks.harness.database import NOW
from claw.core.model.normalise import store_form
from claw.core.model.records import Appointment, Record, type_of
from claw.core.model.reference import source_id_of
from claw.core.time import local_date
from claw.ports.record_store import CurrentRecord
from claw.store.unit_of_work import PostgresDatabase

Batch = tuple[list[CurrentRecord], dict[str, bytes]]


async def store(db: PostgresDatabase, tenant_id: UUID, batch: Batch) -> None:
    """Write what a batch changes, as the engine does: read, compare, bytes first."""
    rows, blobs = batch
    async with db.tenant(tenant_id) as uow:
        before = await uow.records.current([row.ref for row in rows])
        new = [row for row in rows if row != before.get(row.ref)]
        await uow.records.put_blobs({row.content_hash: blobs[row.content_hash] for row in new})
        await uow.records.put_current(new)


def batches_of(versions: Iterable[Record], connection_id: UUID, size: int) -> list[Batch]:
    """The records in batches of ``size``, in their stored form."""
    rows = iter([_row(record, connection_id) for record in versions])
    batches: list[Batch] = []
    while some := list(islice(rows, size)):
        batches.append(([row for row, _ in some], {row.content_hash: body for row, body in some}))
    return batches


def _row(record: Record, connection_id: UUID) -> tuple[CurrentRecord, bytes]:
    form = store_form(record)
    dated = record if isinstance(record, Appointment) else None
    updated_at, url = form.volatile.source_updated_at, form.volatile.source_url
    row = CurrentRecord(
        ref=record.ref,
        connection_id=connection_id,
        stream="visits",
        type=type_of(record),
        primary_id=source_id_of(record.ref) if dated else None,
        content_hash=form.content_hash,
        starts_at=dated.starts_at if dated else None,
        local_date=local_date(dated.starts_at, dated.zone) if dated else None,
        source_updated_at=None if updated_at is UNSET else updated_at,
        source_url=None if url is UNSET else url,
        stale_enrichment=False,
        gone=False,
        absences=0,
        first_seen_at=NOW,
        changed_at=NOW - timedelta(days=1),
    )
    return row, form.canonical
