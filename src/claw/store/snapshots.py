"""SQL of snapshots, trees and parts. Every statement names its tenant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from claw.core.model.canonical import canonical_bytes
from claw.core.model.records import RecordType
from claw.core.model.reference import connection_of
from claw.core.snapshots.content import Snapshot
from claw.core.snapshots.tree import Tree, leaves_of, parts_of
from claw.ports.snapshot_store import Naming
from claw.store.retention import name_again
from claw.store.tenancy import Row, Transaction

# The class of advisory locks that guard a tenant's snapshots.
_LOCK_CLASS = 4707


class _Counted(msgspec.Struct):
    """The part of a stored document that is about the snapshot and not in its name."""

    counts: dict[RecordType, int]


class PostgresSnapshots:
    """``SnapshotStore`` over one tenant's transaction."""

    def __init__(self, tx: Transaction, tenant_id: UUID) -> None:
        self._tx = tx
        self._tenant_id = tenant_id

    async def hold_shared(self) -> None:
        await self._tx.execute(
            "select pg_advisory_xact_lock_shared($1, hashtext($2))",
            _LOCK_CLASS,
            str(self._tenant_id),
        )

    async def hold_alone(self) -> None:
        await self._tx.execute(
            "select pg_advisory_xact_lock($1, hashtext($2))", _LOCK_CLASS, str(self._tenant_id)
        )

    async def put(self, snapshot: Snapshot, tree: Tree, counts: Mapping[RecordType, int]) -> bool:
        await self._tx.execute(
            """
            insert into claw.snapshot_node (tenant_id, node_hash, kind, canonical)
            select $1, node_hash, kind, canonical
            from unnest($2::text[], $3::text[], $4::bytea[]) as n (node_hash, kind, canonical)
            on conflict do nothing
            """,
            self._tenant_id,
            [*(part.part_hash for part in tree.parts), tree.tree_hash],
            [*("part" for _ in tree.parts), "tree"],
            [*(part.canonical for part in tree.parts), tree.canonical],
        )
        named = (tree.tree_hash, *(part.part_hash for part in tree.parts))
        await name_again(self._tx, self._tenant_id, "node", named)
        document = canonical_bytes(
            {
                name: value
                for name, value in msgspec.structs.asdict(snapshot).items()
                if value is not None
            }
            | {
                "sources": [_present(source) for source in snapshot.sources],
                "counts": dict(counts),
            }
        )
        put = await self._tx.fetchval(
            """
            insert into claw.snapshot (tenant_id, snapshot_id, tree, taken_at, document)
            values ($1, $2, $3, $4, $5)
            on conflict do nothing
            returning true
            """,
            self._tenant_id,
            snapshot.snapshot_id,
            snapshot.tree,
            snapshot.taken_at,
            document,
        )
        return put is True

    async def counts(self, names: Collection[str]) -> Mapping[str, Mapping[RecordType, int]]:
        rows = await self._tx.fetch(
            """
            select snapshot_id, document from claw.snapshot
            where tenant_id = $1 and snapshot_id = any($2::text[])
            """,
            self._tenant_id,
            sorted(names),
        )
        return {
            row["snapshot_id"]: msgspec.json.decode(row["document"], type=_Counted).counts
            for row in rows
        }

    async def find(self, prefix: str) -> Sequence[Snapshot]:
        rows = await self._tx.fetch(
            """
            select document from claw.snapshot
            where tenant_id = $1 and starts_with(snapshot_id, $2)
            order by snapshot_id collate "C" limit 2
            """,
            self._tenant_id,
            prefix,
        )
        return [_snapshot(row) for row in rows]

    async def list(self) -> Sequence[Snapshot]:
        rows = await self._tx.fetch(
            """
            select document from claw.snapshot where tenant_id = $1
            order by number desc
            """,
            self._tenant_id,
        )
        return [_snapshot(row) for row in rows]

    async def newest(
        self, *, before: datetime | None = None, holding: date | None = None
    ) -> Snapshot | None:
        row = await self._tx.fetchrow(
            """
            select document from claw.snapshot
            where tenant_id = $1
              and ($2::timestamptz is null or taken_at < $2)
              and ($3::date is null or $3 between
                   (convert_from(document, 'UTF8')::jsonb ->> 'first')::date
                   and (convert_from(document, 'UTF8')::jsonb ->> 'last')::date)
            order by number desc limit 1
            """,
            self._tenant_id,
            before,
            holding,
        )
        return None if row is None else _snapshot(row)

    async def nodes(self, names: Collection[str]) -> Mapping[str, bytes]:
        rows = await self._tx.fetch(
            """
            select node_hash, canonical from claw.snapshot_node
            where tenant_id = $1 and node_hash = any($2::text[])
            """,
            self._tenant_id,
            sorted(names),
        )
        return {row["node_hash"]: row["canonical"] for row in rows}

    async def naming(self, connection: str) -> Naming:
        """Works on names alone, so that it holds for snapshots of any schema."""
        versions: set[str] = set()
        parts: set[str] = set()
        for row in await self._nodes_of_kind("part"):
            for ref, content_hash in leaves_of(row["canonical"]).items():
                if connection_of(ref) == connection:
                    versions.add(content_hash)
                    parts.add(row["node_hash"])
        trees = {
            row["node_hash"]
            for row in await self._nodes_of_kind("tree")
            if not parts.isdisjoint(parts_of(row["canonical"]).values())
        }
        counted = await self._tx.fetchrow(
            """
            select count(distinct s.snapshot_id) as snapshots,
                   count(distinct m.summary_id) as summaries
            from claw.snapshot s
            left join claw.summary m on m.tenant_id = $1 and m.snapshot_id = s.snapshot_id
            where s.tenant_id = $1 and s.tree = any($2::text[])
            """,
            self._tenant_id,
            sorted(trees),
        )
        return Naming(
            versions=len(versions),
            snapshots=counted["snapshots"] if counted else 0,
            summaries=counted["summaries"] if counted else 0,
        )

    async def _nodes_of_kind(self, kind: str) -> Sequence[Row]:
        return await self._tx.fetch(
            """
            select node_hash, canonical from claw.snapshot_node
            where tenant_id = $1 and kind = $2
            """,
            self._tenant_id,
            kind,
        )


def _present(source: msgspec.Struct) -> dict[str, object]:
    """A struct's members that say something; canonical JSON has no null."""
    return {
        name: value
        for name, value in msgspec.structs.asdict(source).items()
        if value is not None and value is not msgspec.UNSET
    }


def _snapshot(row: Row) -> Snapshot:
    return msgspec.json.decode(row["document"], type=Snapshot)
