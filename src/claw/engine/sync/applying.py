"""Making a slice visible: everything of it in one transaction, or nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET, Struct
from msgspec.structs import replace

from claw.core.model.canonical import nfc
from claw.core.model.normalise import decode_record, store_form
from claw.core.model.records import Appointment, type_of
from claw.core.model.reference import Ref
from claw.core.model.tombstones import mark_gone
from claw.engine.sync.absence import Absences
from claw.engine.sync.bundles import PreparedBundle, PreparedRecord
from claw.ports.record_store import CurrentRecord
from claw.ports.sync_store import HeldRemoval, QuarantinedRow
from claw.ports.unit_of_work import UnitOfWork


class Applied(Struct, kw_only=True):
    """How many canonical records came, changed, stayed, came back."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    returned: int = 0


class Place(Struct, frozen=True, kw_only=True):
    """Where and when something is applied."""

    connection_id: UUID
    stream: str
    run_id: UUID
    now: datetime


async def apply_records(
    uow: UnitOfWork,
    place: Place,
    read: Sequence[PreparedBundle],
    again: Sequence[PreparedBundle],
) -> Applied:
    """Write the records of mapped bundles, what they were made from, and the quarantine.

    Rows that were ``read`` are there; what was mapped ``again`` from bodies of an earlier
    read is not thereby seen again: absences and held removals stand.
    """
    bundles = [*read, *again]
    seen = {record.record.ref for bundle in read for record in bundle.records}
    await _apply_quarantine(uow, place, bundles)
    await uow.raws.put_parts(
        place.connection_id, place.stream, {b.primary_id: b.parts for b in bundles}
    )
    chosen = _one_for_each_ref(bundles)
    current = await uow.records.current(chosen)
    applied = Applied()
    rows: list[CurrentRecord] = []
    blobs: dict[str, bytes] = {}
    for ref, (primary_id, prepared) in sorted(chosen.items()):
        before = current.get(ref)
        row = _row(place, primary_id, prepared, before, seen=ref in seen)
        if before is None or before.content_hash != row.content_hash:
            blobs[row.content_hash] = prepared.form.canonical
        if row != before:
            rows.append(row)
        if before is None:
            applied.added += 1
        elif before.gone:
            applied.returned += 1
        elif before.content_hash != row.content_hash:
            applied.changed += 1
        else:
            applied.unchanged += 1
    await uow.records.put_blobs(blobs)
    await uow.records.put_current(rows)
    await uow.records.see_progress(_evidence(chosen), place.now)
    await uow.sync.drop_held(seen)
    return applied


async def apply_absences(uow: UnitOfWork, place: Place, absences: Absences) -> None:
    """Count absences, mark what is gone, hold what is too much."""
    await uow.records.put_current([_absent_once_more(record) for record in absences.counted])
    await remove(uow, absences.removed, place.now)
    await uow.sync.hold(
        [
            HeldRemoval(
                connection_id=place.connection_id,
                stream=place.stream,
                ref=record.ref,
                run_id=place.run_id,
            )
            for record in absences.held
        ]
    )


async def remove(uow: UnitOfWork, records: Sequence[CurrentRecord], now: datetime) -> None:
    """Mark records gone; their last body stays."""
    bodies = await uow.records.blobs({record.content_hash for record in records})
    rows: list[CurrentRecord] = []
    blobs: dict[str, bytes] = {}
    for record in records:
        form = store_form(mark_gone(decode_record(bodies[record.content_hash])))
        blobs[form.content_hash] = form.canonical
        rows.append(_gone(record, form.content_hash, now))
    await uow.records.put_blobs(blobs)
    await uow.records.put_current(rows)
    await uow.sync.drop_held([record.ref for record in records])
    for (connection_id, stream), primary_ids in _by_stream(records).items():
        await uow.sync.release(connection_id, stream, primary_ids)


async def apply_coverage(uow: UnitOfWork, place: Place, days: Sequence[date]) -> None:
    """Record that these local dates were read completely."""
    await uow.sync.cover(place.connection_id, place.stream, days, place.now, place.run_id)


def _one_for_each_ref(
    bundles: Sequence[PreparedBundle],
) -> Mapping[Ref, tuple[str, PreparedRecord]]:
    """One version of each record, whatever the order of the rows that brought it.

    Two rows of one read may bring the same customer; if a part changed between the two
    the longer body wins, then the greater hash: any rule will do that is always the same.
    """
    chosen: dict[Ref, tuple[str, PreparedRecord]] = {}
    for bundle in bundles:
        for prepared in bundle.records:
            rival = chosen.get(prepared.record.ref)
            if rival is None or _weight(prepared) > _weight(rival[1]):
                chosen[prepared.record.ref] = (bundle.primary_id, prepared)
    return chosen


def _weight(prepared: PreparedRecord) -> tuple[bool, int, str]:
    form = prepared.form
    return (prepared.primary, len(form.canonical), form.content_hash)


def _row(
    place: Place,
    primary_id: str,
    prepared: PreparedRecord,
    before: CurrentRecord | None,
    *,
    seen: bool,
) -> CurrentRecord:
    record, form = prepared.record, prepared.form
    same = before is not None and before.content_hash == form.content_hash and not before.gone
    updated_at, url = form.volatile.source_updated_at, form.volatile.source_url
    return CurrentRecord(
        ref=record.ref,
        connection_id=place.connection_id,
        stream=place.stream,
        type=type_of(record),
        primary_id=primary_id if prepared.primary else (before.primary_id if before else None),
        content_hash=form.content_hash,
        starts_at=prepared.starts_at,
        local_date=prepared.local_date,
        source_updated_at=None if updated_at is UNSET else updated_at,
        source_url=None if url is UNSET else url,
        stale_enrichment=form.volatile.stale_enrichment,
        gone=False,
        absences=0 if seen or before is None else before.absences,
        first_seen_at=place.now if before is None else before.first_seen_at,
        changed_at=before.changed_at if before is not None and same else place.now,
    )


def _by_stream(records: Sequence[CurrentRecord]) -> Mapping[tuple[UUID, str], list[str]]:
    primary_ids: dict[tuple[UUID, str], list[str]] = {}
    for record in records:
        if record.primary_id is not None:
            of_stream = primary_ids.setdefault((record.connection_id, record.stream), [])
            of_stream.append(record.primary_id)
    return primary_ids


def _evidence(chosen: Mapping[Ref, tuple[str, PreparedRecord]]) -> set[tuple[Ref, str]]:
    """What the field reported, named by the source's own entries."""
    return {
        (ref, nfc(entry.evidence))
        for ref, (_, prepared) in chosen.items()
        if isinstance(prepared.record, Appointment)
        for entry in prepared.record.progress
    }


def _absent_once_more(record: CurrentRecord) -> CurrentRecord:
    return replace(record, absences=record.absences + 1)


def _gone(record: CurrentRecord, content_hash: str, now: datetime) -> CurrentRecord:
    return replace(
        record,
        content_hash=content_hash,
        gone=True,
        absences=record.absences + 1,
        changed_at=now,
    )


async def _apply_quarantine(
    uow: UnitOfWork, place: Place, bundles: Sequence[PreparedBundle]
) -> None:
    await uow.sync.quarantine(
        [
            QuarantinedRow(
                connection_id=place.connection_id,
                stream=place.stream,
                source_id=bundle.primary_id,
                raw_hash=bundle.primary_hash,
                code=bundle.quarantined.code,
                path=bundle.quarantined.path,
                detail=bundle.quarantined.detail,
                since=place.now,
            )
            for bundle in bundles
            if bundle.quarantined is not None
        ]
    )
    await uow.sync.release(
        place.connection_id,
        place.stream,
        [bundle.primary_id for bundle in bundles if bundle.quarantined is None],
    )
