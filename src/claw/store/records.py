"""SQL of current canonical records. Every statement names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from asyncpg import Record as Row

from claw.core.model.reference import Ref
from claw.core.model.stored_references import REFERRING
from claw.ports.record_store import CurrentRecord, RecordFilter, StoredRecords
from claw.store.retention import name_again
from claw.store.staging import stage
from claw.store.tenancy import Transaction

# The columns of the current version, in the order of CurrentRecord's fields.
_CURRENT = {
    "ref": "text",
    "connection_id": "uuid",
    "stream": "text",
    "type": "text",
    "primary_id": "text",
    "content_hash": "text",
    "starts_at": "timestamptz",
    "local_date": "date",
    "source_updated_at": "timestamptz",
    "source_url": "text",
    "stale_enrichment": "boolean",
    "gone": "boolean",
    "absences": "integer",
    "first_seen_at": "timestamptz",
    "changed_at": "timestamptz",
}
_COLUMNS = ", ".join(_CURRENT)
_REMOVED = "select connection_id from claw.connection where tenant_id = $1 and status = 'removed'"
# As columns: so many rows one by one would cost more than all that is done with them.
# Canonical bytes hold no line feed.
_STORED = """
select array_agg(c.ref) as refs, array_agg(c.type) as types,
       array_agg(c.content_hash) as content_hashes, array_agg(c.local_date) as local_dates,
       string_agg(b.canonical, '\\x0a') filter (where c.type = any($2::text[])) as referring
from claw.record_current c join claw.record_blob b using (tenant_id, content_hash)
where c.tenant_id = $1
"""
_BLOB = {"content_hash": "text", "canonical": "bytea"}
_BLOBS_AT_ONCE = 20_000
_PROGRESS = {"ref": "text", "evidence": "text"}


class PostgresRecords:
    """``RecordStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def current(self, refs: Collection[Ref]) -> Mapping[Ref, CurrentRecord]:
        rows = await self._tx.fetch(
            f"""
            select {_COLUMNS} from claw.record_current
            where tenant_id = $1 and ref = any($2::text[])
            """,
            self._tenant_id,
            sorted(refs),
        )
        return {Ref(row["ref"]): _current(row) for row in rows}

    async def current_of_primaries(
        self, connection_id: UUID, stream: str, primary_ids: Collection[str]
    ) -> Sequence[CurrentRecord]:
        rows = await self._tx.fetch(
            f"""
            select {_COLUMNS} from claw.record_current
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and primary_id = any($4::text[])
            order by ref collate "C"
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(primary_ids),
        )
        return [_current(row) for row in rows]

    async def standing_in(
        self, connection_id: UUID, stream: str, start: datetime, end: datetime
    ) -> Sequence[CurrentRecord]:
        rows = await self._tx.fetch(
            f"""
            select {_COLUMNS} from claw.record_current
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and starts_at >= $4 and starts_at < $5
              and not gone and primary_id is not null
            order by ref collate "C"
            """,
            self._tenant_id,
            connection_id,
            stream,
            start,
            end,
        )
        return [_current(row) for row in rows]

    async def put_blobs(self, blobs: Mapping[str, bytes]) -> None:
        staged = await stage(self._tx, "blobs", _BLOB, sorted(blobs.items()), after=1)
        await self._tx.execute(
            f"""
            insert into claw.record_blob (tenant_id, content_hash, canonical)
            select $1, content_hash, canonical from {staged.relation}
            order by content_hash collate "C"
            on conflict do nothing
            """,
            self._tenant_id,
            *staged.values,
        )
        await name_again(self._tx, self._tenant_id, "record", blobs.keys())

    async def blobs(self, content_hashes: Collection[str]) -> Mapping[str, bytes]:
        wanted = sorted(set(content_hashes))
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), _BLOBS_AT_ONCE):
            row = await self._tx.fetchrow(
                """
                select array_agg(content_hash) as names, array_agg(canonical) as bodies
                from claw.record_blob
                where tenant_id = $1 and content_hash = any($2::text[])
                """,
                self._tenant_id,
                wanted[start : start + _BLOBS_AT_ONCE],
            )
            if row is not None and row["names"]:
                found.update(zip(row["names"], row["bodies"], strict=True))
        return found

    async def put_current(self, records: Sequence[CurrentRecord]) -> None:
        rows = [msgspec.structs.astuple(record) for record in records]
        staged = await stage(self._tx, "current", _CURRENT, rows, after=1)
        await self._tx.execute(
            f"""
            insert into claw.record_current as c (tenant_id, {_COLUMNS})
            select $1, {_COLUMNS} from {staged.relation}
            on conflict (tenant_id, ref) do update set
                primary_id = coalesce(excluded.primary_id, c.primary_id),
                stream = excluded.stream,
                content_hash = excluded.content_hash,
                starts_at = excluded.starts_at,
                local_date = excluded.local_date,
                source_updated_at = excluded.source_updated_at,
                source_url = excluded.source_url,
                stale_enrichment = excluded.stale_enrichment,
                gone = excluded.gone,
                absences = excluded.absences,
                changed_at = excluded.changed_at
            """,
            self._tenant_id,
            *staged.values,
        )

    async def see_progress(self, entries: Collection[tuple[Ref, str]], seen_at: datetime) -> None:
        staged = await stage(self._tx, "progress", _PROGRESS, sorted(entries), after=2)
        await self._tx.execute(
            f"""
            insert into claw.progress_seen (tenant_id, ref, evidence, seen_at)
            select $1, ref, evidence, $2 from {staged.relation}
            on conflict do nothing
            """,
            self._tenant_id,
            seen_at,
            *staged.values,
        )

    async def progress_seen(self, refs: Collection[Ref]) -> Mapping[tuple[Ref, str], datetime]:
        rows = await self._tx.fetch(
            """
            select ref, evidence, seen_at from claw.progress_seen
            where tenant_id = $1 and ref = any($2::text[])
            """,
            self._tenant_id,
            sorted(refs),
        )
        return {(Ref(row["ref"]), row["evidence"]): row["seen_at"] for row in rows}

    async def list(self, wanted: RecordFilter) -> Sequence[CurrentRecord]:
        rows = await self._tx.fetch(
            f"""
            select {_COLUMNS} from claw.record_current
            where tenant_id = $1
              and ($2::text is null or type = $2)
              and (connection_id = $3
                   or $3::uuid is null and connection_id not in ({_REMOVED}))
              and ($4::date is null or local_date is null or local_date >= $4)
              and ($5::date is null or local_date is null or local_date <= $5)
              and (not $6::boolean or local_date is not null)
            order by type collate "C", starts_at nulls first, ref collate "C"
            """,
            self._tenant_id,
            wanted.type,
            wanted.connection_id,
            wanted.first,
            wanted.last,
            wanted.dated,
        )
        return [_current(row) for row in rows]

    async def stored_between(self, first: date, last: date) -> StoredRecords:
        row = await self._tx.fetchrow(
            f"""
            {_STORED} and c.local_date >= $3 and c.local_date <= $4
              and c.connection_id not in ({_REMOVED})
            """,
            self._tenant_id,
            sorted(REFERRING),
            first,
            last,
        )
        return _columns(row)

    async def stored(self, refs: Collection[Ref]) -> StoredRecords:
        row = await self._tx.fetchrow(
            f"{_STORED} and c.ref = any($3::text[])",
            self._tenant_id,
            sorted(REFERRING),
            sorted(refs),
        )
        return _columns(row)


def _columns(row: Row | None) -> StoredRecords:
    present = {} if row is None else {name: value for name, value in row.items() if value}
    return StoredRecords(**present)


def _current(row: Row) -> CurrentRecord:
    fields: dict[str, date | datetime | str | int | UUID | None] = dict(row.items())
    return CurrentRecord(**fields)  # pyright: ignore[reportArgumentType]  # columns are fields
