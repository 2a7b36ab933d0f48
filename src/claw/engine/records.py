"""The current canonical records, as people and scripts read them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec import UNSET

from claw.core.model.canonical import canonical_bytes
from claw.core.model.normalise import Volatile, decode_record, with_volatile
from claw.core.model.records import SCHEMA, Appointment, RecordType
from claw.core.model.reference import Ref
from claw.ports.record_store import CurrentRecord, RecordFilter
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

_BATCH = 1000


class RecordService:
    """Listing records."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def lines(
        self,
        tenant: Tenant,
        *,
        type_: RecordType | None = None,
        connection_id: UUID | None = None,
        first: date | None = None,
        last: date | None = None,
        raw: bool = False,
    ) -> Sequence[bytes]:
        """Current records as JSON objects in canonical order, ``schema`` first.

        Missing and gone records are included. With ``raw`` each object also holds, under
        ``raw``, the source's own bodies that the record was made from, by role.
        """
        wanted = RecordFilter(type=type_, connection_id=connection_id, first=first, last=last)
        lines: list[bytes] = []
        async with self._db.reading(tenant.tenant_id) as uow:
            listed = await uow.records.list(wanted)
            for batch in _batches(listed):
                blobs = await uow.records.blobs({record.content_hash for record in batch})
                seen = await uow.records.progress_seen({record.ref for record in batch})
                bodies = await _raw_bodies(uow, batch) if raw else None
                for record in batch:
                    made_from = None if bodies is None else bodies.get(record.ref, {})
                    lines.append(_line(record, blobs[record.content_hash], seen, made_from))
        return lines


def _batches(records: Sequence[CurrentRecord]) -> Iterator[Sequence[CurrentRecord]]:
    for start in range(0, len(records), _BATCH):
        yield records[start : start + _BATCH]


async def _raw_bodies(
    uow: UnitOfWork, batch: Sequence[CurrentRecord]
) -> Mapping[Ref, Mapping[str, msgspec.Raw]]:
    """The bodies of a batch by record and role; none for what stands for no source row."""
    found: dict[Ref, dict[str, msgspec.Raw]] = {}
    by_stream: dict[tuple[UUID, str], dict[str, Ref]] = {}
    for record in batch:
        if record.primary_id is not None:
            of_stream = by_stream.setdefault((record.connection_id, record.stream), {})
            of_stream[record.primary_id] = record.ref
    for (connection_id, stream), refs in by_stream.items():
        parts = await uow.raws.parts_of(connection_id, stream, refs)
        own = await uow.raws.current_raws(connection_id, refs)
        hashes = {p.raw_hash for listed in parts.values() for p in listed if p.raw_hash}
        bodies = await uow.raws.raw_bodies(hashes)
        for primary_id, ref in refs.items():
            linked = {p.role: p.raw_hash for p in parts.get(primary_id, ()) if p.raw_hash}
            shown = found.setdefault(ref, {})
            for role, raw_hash in sorted(linked.items()):
                if raw_hash in bodies:
                    shown[role] = _on_one_line(bodies[raw_hash])
            if primary_id in own:
                shown["primary"] = _on_one_line(own[primary_id].body)
    return found


def _on_one_line(body: bytes) -> msgspec.Raw:
    """A body without its white space, numbers as the source wrote them."""
    return msgspec.Raw(msgspec.json.format(body, indent=-1))


def _line(
    current: CurrentRecord,
    canonical: bytes,
    seen: Mapping[tuple[Ref, str], datetime],
    raw: Mapping[str, msgspec.Raw] | None,
) -> bytes:
    record = with_volatile(
        decode_record(canonical),
        Volatile(
            source_updated_at=current.source_updated_at or UNSET,
            source_url=current.source_url or UNSET,
            stale_enrichment=current.stale_enrichment,
        ),
    )
    shown: object = record
    if isinstance(record, Appointment) and record.progress:
        plain = msgspec.to_builtins(record, builtin_types=(datetime,))
        for entry in plain["progress"]:
            entry["seen_at"] = seen[(current.ref, entry["evidence"])]
        shown = plain
    line = b'{"schema":' + msgspec.json.encode(SCHEMA) + b"," + canonical_bytes(shown)[1:]
    if raw is not None:
        line = line[:-1] + b',"raw":' + msgspec.json.encode(raw) + b"}"
    return line
