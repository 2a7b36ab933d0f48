"""SQL of raw bodies and lineage. Every statement names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from claw.ports.raw_store import StoredPart, StoredRaw
from claw.store.staging import stage
from claw.store.tenancy import Transaction

_RAW = {"source_id": "text", "raw_hash": "text", "body": "bytea"}
_PART = {
    "primary_id": "text",
    "role": "text",
    "part_id": "text",
    "raw_hash": "text",
    "missing": "text",
    "stale": "boolean",
}


class PostgresRaws:
    """``RawStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def put_raws(
        self, connection_id: UUID, raws: Sequence[StoredRaw], observed_at: datetime
    ) -> Collection[str]:
        unique = sorted({raw.source_id: raw for raw in raws}.items())
        rows = [(source_id, raw.raw_hash, raw.body) for source_id, raw in unique]
        bodies = await stage(self._tx, "raws", _RAW, rows, after=1)
        await self._tx.execute(
            f"""
            insert into claw.raw_blob (tenant_id, raw_hash, body)
            select $1, raw_hash, body from {bodies.relation} order by raw_hash collate "C"
            on conflict do nothing
            """,
            self._tenant_id,
            *bodies.values,
        )
        seen = await stage(self._tx, "raws", _RAW, rows, after=3)
        changed = await self._tx.fetch(
            f"""
            with seen as (
                select source_id, raw_hash from {seen.relation}
            ), before as (
                select source_id, c.raw_hash from claw.raw_current c join seen using (source_id)
                where c.tenant_id = $1 and c.connection_id = $2
            ), written as (
                insert into claw.raw_current
                    (tenant_id, connection_id, source_id, raw_hash, observed_at)
                select $1, $2, source_id, raw_hash, $3 from seen
                on conflict (tenant_id, connection_id, source_id)
                do update set raw_hash = excluded.raw_hash, observed_at = excluded.observed_at
            )
            select source_id from seen left join before using (source_id)
            where before.raw_hash is distinct from seen.raw_hash
            """,
            self._tenant_id,
            connection_id,
            observed_at,
            *seen.values,
        )
        return {row["source_id"] for row in changed}

    async def forget_raws(
        self, connection_id: UUID, source_ids: Collection[str]
    ) -> Collection[str]:
        rows = await self._tx.fetch(
            """
            delete from claw.raw_current
            where tenant_id = $1 and connection_id = $2 and source_id = any($3::text[])
            returning source_id
            """,
            self._tenant_id,
            connection_id,
            sorted(source_ids),
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
        rows = [
            (part.primary_id, part.role, part.part_id, part.raw_hash, part.missing, part.stale)
            for primary_id in sorted(parts)
            for part in parts[primary_id]
        ]
        staged = await stage(self._tx, "parts", _PART, rows, after=3)
        await self._tx.execute(
            f"""
            insert into claw.bundle_part (tenant_id, connection_id, stream, {", ".join(_PART)})
            select $1, $2, $3, {", ".join(_PART)} from {staged.relation}
            """,
            self._tenant_id,
            connection_id,
            stream,
            *staged.values,
        )

    async def parts_of(
        self, connection_id: UUID, stream: str, primary_ids: Collection[str]
    ) -> Mapping[str, Sequence[StoredPart]]:
        rows = await self._tx.fetch(
            f"""
            select {", ".join(_PART)} from claw.bundle_part
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

    async def primaries(self, connection_id: UUID, stream: str) -> Sequence[str]:
        rows = await self._tx.fetch(
            """
            select primary_id collate "C" as primary_id from (
                select primary_id from claw.bundle_part
                where tenant_id = $1 and connection_id = $2 and stream = $3
                union
                select primary_id from claw.record_current
                where tenant_id = $1 and connection_id = $2 and stream = $3
                  and primary_id is not null
                union
                select source_id from claw.quarantine
                where tenant_id = $1 and connection_id = $2 and stream = $3
            ) known
            order by 1
            """,
            self._tenant_id,
            connection_id,
            stream,
        )
        return [row["primary_id"] for row in rows]

    async def primaries_left_behind(self, connection_id: UUID, stream: str) -> Sequence[str]:
        rows = await self._tx.fetch(
            """
            select distinct p.primary_id collate "C" as primary_id
            from claw.bundle_part p
            left join claw.raw_current r
              on r.tenant_id = $1 and r.connection_id = $2 and r.source_id = p.part_id
            where p.tenant_id = $1 and p.connection_id = $2 and p.stream = $3
              and r.raw_hash is distinct from p.raw_hash
            order by 1
            """,
            self._tenant_id,
            connection_id,
            stream,
        )
        return [row["primary_id"] for row in rows]

    async def primaries_to_remap(
        self,
        connection_id: UUID,
        stream: str,
        *,
        changed: Collection[str],
        read: Collection[str],
        gone: Collection[str] = (),
    ) -> Sequence[str]:
        # Another stream may have read a part before this one: then its body is no news any
        # more, and yet not the one that this stream's rows were mapped from.
        rows = await self._tx.fetch(
            """
            select distinct primary_id collate "C" as primary_id from claw.bundle_part p
            where tenant_id = $1 and connection_id = $2 and stream = $3
              and (part_id = any($4::text[])
                   or part_id = any($5::text[])
                      and (stale or missing is not null
                           or exists (select from claw.raw_current r
                                      where r.tenant_id = $1 and r.connection_id = $2
                                        and r.source_id = p.part_id
                                        and r.raw_hash <> p.raw_hash))
                   or part_id = any($6::text[]) and missing is distinct from 'not_found')
            order by 1
            """,
            self._tenant_id,
            connection_id,
            stream,
            sorted(changed),
            sorted(read),
            sorted(gone),
        )
        return [row["primary_id"] for row in rows]
