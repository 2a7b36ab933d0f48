"""SQL of raw bodies and canonical records. Every statement names its tenant.

Rows travel as arrays (``unnest``), one statement for any number of them: COPY cannot
write into tables under row security.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Record as Row

from claw.core.model.reference import Ref
from claw.ports.record_store import CurrentRecord, RecordFilter, StoredPart, StoredRaw
from claw.store.tenancy import Transaction

_CURRENT = (
    "ref, connection_id, stream, type, primary_id, content_hash, starts_at, local_date, "
    "source_updated_at, source_url, stale_enrichment, gone, absences, first_seen_at, changed_at"
)


class PostgresRecords:
    """``RecordStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def put_raws(
        self, connection_id: UUID, raws: Sequence[StoredRaw], observed_at: datetime
    ) -> Collection[str]:
        unique = sorted({raw.source_id: raw for raw in raws}.items())
        stored = [raw for _, raw in unique]
        await self._tx.execute(
            """
            insert into claw.raw_blob (tenant_id, raw_hash, body)
            select $1, raw_hash, body from unnest($2::text[], $3::bytea[]) as r (raw_hash, body)
            on conflict do nothing
            """,
            self._tenant_id,
            [raw.raw_hash for raw in stored],
            [raw.body for raw in stored],
        )
        rows = await self._tx.fetch(
            """
            with seen as (
                select source_id, raw_hash from unnest($3::text[], $4::text[])
                    as r (source_id, raw_hash)
            ), before as (
                select source_id, c.raw_hash from claw.raw_current c join seen using (source_id)
                where c.tenant_id = $1 and c.connection_id = $2
            ), written as (
                insert into claw.raw_current
                    (tenant_id, connection_id, source_id, raw_hash, observed_at)
                select $1, $2, source_id, raw_hash, $5 from seen
                on conflict (tenant_id, connection_id, source_id)
                do update set raw_hash = excluded.raw_hash, observed_at = excluded.observed_at
            )
            select source_id from seen left join before using (source_id)
            where before.raw_hash is distinct from seen.raw_hash
            """,
            self._tenant_id,
            connection_id,
            [raw.source_id for raw in stored],
            [raw.raw_hash for raw in stored],
            observed_at,
        )
        return {row["source_id"] for row in rows}

    async def current_raws(
        self, connection_id: UUID, source_ids: Collection[str]
    ) -> Mapping[str, StoredRaw]:
        rows = await self._tx.fetch(
            """
            select c.source_id, c.raw_hash, b.body
            from claw.raw_current c join claw.raw_blob b using (tenant_id, raw_hash)
            where c.tenant_id = $1 and c.connection_id = $2 and c.source_id = any($3::text[])
            """,
            self._tenant_id,
            connection_id,
            sorted(source_ids),
        )
        return {row["source_id"]: StoredRaw(**dict(row.items())) for row in rows}

    async def raw_bodies(self, raw_hashes: Collection[str]) -> Mapping[str, bytes]:
        rows = await self._tx.fetch(
            """
            select raw_hash, body from claw.raw_blob
            where tenant_id = $1 and raw_hash = any($2::text[])
            """,
            self._tenant_id,
            sorted(raw_hashes),
        )
        return {row["raw_hash"]: row["body"] for row in rows}

    async def put_parts(
        self, connection_id: UUID, stream: str, parts: Mapping[str, Sequence[StoredPart]]
    ) -> None:
        listed = [part for primary_id in sorted(parts) for part in parts[primary_id]]
        await self._tx.execute(
            """
            delete from claw.bundle_part
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and primary_id = any($4::text[])
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(parts),
        )
        await self._tx.execute(
            """
            insert into claw.bundle_part (tenant_id, connection_id, stream, primary_id, role,
                                          part_id, raw_hash, missing)
            select $1, $2, $3, primary_id, role, part_id, raw_hash, missing
            from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
                as p (primary_id, role, part_id, raw_hash, missing)
            """,
            self._tenant_id,
            connection_id,
            stream,
            [part.primary_id for part in listed],
            [part.role for part in listed],
            [part.part_id for part in listed],
            [part.raw_hash for part in listed],
            [part.missing for part in listed],
        )

    async def parts_of(
        self, connection_id: UUID, stream: str, primary_ids: Collection[str]
    ) -> Mapping[str, Sequence[StoredPart]]:
        rows = await self._tx.fetch(
            """
            select primary_id, role, part_id, raw_hash, missing from claw.bundle_part
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and primary_id = any($4::text[])
            order by primary_id collate "C", role collate "C"
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(primary_ids),
        )
        found: dict[str, list[StoredPart]] = {}
        for row in rows:
            found.setdefault(row["primary_id"], []).append(StoredPart(**dict(row.items())))
        return found

    async def primaries_made_from(
        self, connection_id: UUID, stream: str, part_ids: Collection[str]
    ) -> Sequence[str]:
        rows = await self._tx.fetch(
            """
            select distinct primary_id collate "C" as primary_id from claw.bundle_part
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and part_id = any($4::text[])
            order by 1
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(part_ids),
        )
        return [row["primary_id"] for row in rows]

    async def current(self, refs: Collection[Ref]) -> Mapping[Ref, CurrentRecord]:
        rows = await self._tx.fetch(
            f"""
            select {_CURRENT} from claw.record_current
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
            select {_CURRENT} from claw.record_current
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
            select {_CURRENT} from claw.record_current
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
        listed = sorted(blobs.items())
        await self._tx.execute(
            """
            insert into claw.record_blob (tenant_id, content_hash, canonical)
            select $1, content_hash, canonical
            from unnest($2::text[], $3::bytea[]) as b (content_hash, canonical)
            on conflict do nothing
            """,
            self._tenant_id,
            [content_hash for content_hash, _ in listed],
            [canonical for _, canonical in listed],
        )

    async def blobs(self, content_hashes: Collection[str]) -> Mapping[str, bytes]:
        rows = await self._tx.fetch(
            """
            select content_hash, canonical from claw.record_blob
            where tenant_id = $1 and content_hash = any($2::text[])
            """,
            self._tenant_id,
            sorted(set(content_hashes)),
        )
        return {row["content_hash"]: row["canonical"] for row in rows}

    async def put_current(self, records: Sequence[CurrentRecord]) -> None:
        await self._tx.execute(
            f"""
            insert into claw.record_current as c (tenant_id, {_CURRENT})
            select $1, r.* from unnest(
                $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                $8::timestamptz[], $9::date[], $10::timestamptz[], $11::text[], $12::boolean[],
                $13::boolean[], $14::integer[], $15::timestamptz[], $16::timestamptz[]
            ) as r
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
            [record.ref for record in records],
            [record.connection_id for record in records],
            [record.stream for record in records],
            [record.type for record in records],
            [record.primary_id for record in records],
            [record.content_hash for record in records],
            [record.starts_at for record in records],
            [record.local_date for record in records],
            [record.source_updated_at for record in records],
            [record.source_url for record in records],
            [record.stale_enrichment for record in records],
            [record.gone for record in records],
            [record.absences for record in records],
            [record.first_seen_at for record in records],
            [record.changed_at for record in records],
        )

    async def list(self, wanted: RecordFilter) -> Sequence[CurrentRecord]:
        rows = await self._tx.fetch(
            f"""
            select {_CURRENT} from claw.record_current
            where tenant_id = $1
              and ($2::text is null or type = $2)
              and ($3::uuid is null or connection_id = $3)
              and ($4::date is null or local_date is null or local_date >= $4)
              and ($5::date is null or local_date is null or local_date <= $5)
            order by type collate "C", starts_at nulls first, ref collate "C"
            """,
            self._tenant_id,
            wanted.type,
            wanted.connection_id,
            wanted.first,
            wanted.last,
        )
        return [_current(row) for row in rows]


def _current(row: Row) -> CurrentRecord:
    fields: dict[str, date | datetime | str | int | UUID | None] = dict(row.items())
    return CurrentRecord(**fields)  # pyright: ignore[reportArgumentType]  # columns are fields
