"""Snapshots: take, list, show, compare, prove, export."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from msgspec import UNSET, Struct, UnsetType

from claw.core.errors import InvalidInput, NotFound
from claw.core.model.canonical import parse_hash_prefix
from claw.core.model.normalise import decode_record
from claw.core.model.records import RECORD_TYPES, SCHEMA, Record, type_of
from claw.core.model.reference import Ref
from claw.core.snapshots.content import Snapshot, SnapshotContent, SnapshotSource
from claw.core.snapshots.diff import Change, diff_contents
from claw.core.snapshots.identity import make_snapshot
from claw.core.snapshots.selection import referred_to
from claw.core.snapshots.tree import Leaf, build_tree, leaves_of, parts_of
from claw.core.snapshots.verify import verify_snapshot
from claw.core.time import dates, day_window, format_instant, local_date
from claw.engine.sync.plan import window_of
from claw.ports.clock import Clock
from claw.ports.record_store import CurrentRecord, RecordFilter
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork


class WindowDocument(Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Local dates, both included."""

    first: date
    last: date


class SourceDocument(Struct, frozen=True, kw_only=True):
    """What a connection contributed, and how old it is."""

    connection: str
    complete: bool
    data_as_of: str | None
    note: str | UnsetType = UNSET


class SnapshotDocument(Struct, frozen=True, kw_only=True):
    """A snapshot as commands print it."""

    id: str
    tree: str
    tenant: str
    window: WindowDocument
    taken_at: str
    counts: dict[str, int]
    sources: list[SourceDocument]
    degraded: bool
    previous: str | UnsetType = UNSET


class DiffDocument(Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """The differences of two snapshots as commands print them."""

    from_: str
    to: str
    window: WindowDocument
    changes: list[Change]


class VerifyDocument(Struct, frozen=True, kw_only=True):
    """The outcome of proving a snapshot."""

    id: str
    ok: bool
    records: int
    problems: list[str]


class SnapshotService:
    """The use cases about snapshots."""

    def __init__(self, *, db: Database, clock: Clock, tzdata_version: str) -> None:
        self._db = db
        self._clock = clock
        self._tzdata_version = tzdata_version

    async def take(
        self, tenant: Tenant, *, first: date | None = None, last: date | None = None
    ) -> SnapshotDocument:
        """Keep the schedule of some dates as it is known now.

        Raises:
            InvalidInput: when the range makes no sense.
            NotFound: when nothing of it was ever read completely.
        """
        now = self._clock.now()
        first, last = window_of(local_date(now, tenant.zone), first, last)
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.snapshots.hold_shared()
            sources = await _sources(uow, tenant, first, last)
            if not any(source.covered_days for source in sources):
                raise NotFound(
                    f"nothing of {first} to {last} was ever read completely",
                    code="nothing_read",
                    hint="run `claw sync` first",
                )
            leaves, _ = await _select(uow, first, last)
            tree = build_tree(leaves)
            previous = await uow.snapshots.newest()
            snapshot = make_snapshot(
                tree=tree.tree_hash,
                schema=SCHEMA,
                first=first,
                last=last,
                zone=tenant.zone,
                taken_at=now,
                sources=sources,
                tzdata_version=self._tzdata_version,
                previous=previous.snapshot_id if previous else None,
            )
            await uow.snapshots.put(snapshot, tree)
        return await self.document(tenant, snapshot)

    async def list(self, tenant: Tenant) -> Sequence[SnapshotDocument]:
        """All snapshots, newest first."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            snapshots = await uow.snapshots.list()
        return [await self.document(tenant, snapshot) for snapshot in snapshots]

    async def show(self, tenant: Tenant, prefix: str) -> SnapshotDocument:
        """One snapshot."""
        return await self.document(tenant, await self.find(tenant, prefix))

    async def find(self, tenant: Tenant, prefix: str) -> Snapshot:
        """The snapshot of a name or its prefix.

        Raises:
            InvalidInput: when it is no name, or names several.
            NotFound: when there is none.
        """
        wanted = parse_hash_prefix(prefix, field="snapshot")
        async with self._db.tenant(tenant.tenant_id) as uow:
            found = await uow.snapshots.find(wanted)
        if len(found) > 1:
            raise InvalidInput(
                f"{prefix!r} begins several snapshots' names",
                code="id_ambiguous",
                field="snapshot",
                hint="give more digits",
            )
        if not found:
            raise NotFound(
                f"there is no snapshot {prefix!r}",
                code="snapshot_unknown",
                field="snapshot",
                hint=f"see `claw snapshot list --tenant {tenant.slug}`",
            )
        return found[0]

    async def newest(self, tenant: Tenant) -> Snapshot | None:
        """The newest snapshot, None when there is none."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await uow.snapshots.newest()

    async def content(self, tenant: Tenant, snapshot: Snapshot) -> SnapshotContent:
        """A snapshot with its records."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            leaves = await _leaves(uow, snapshot)
            blobs = await uow.records.blobs(set(leaves.values()))
        records: dict[Ref, Record] = {
            ref: decode_record(blobs[name]) for ref, name in leaves.items()
        }
        return SnapshotContent(snapshot=snapshot, records=records)

    async def document(self, tenant: Tenant, snapshot: Snapshot) -> SnapshotDocument:
        """A snapshot as commands print it."""
        content = await self.content(tenant, snapshot)
        kinds = [type_of(record) for record in content.records.values()]
        return SnapshotDocument(
            id=snapshot.snapshot_id,
            tree=snapshot.tree,
            tenant=tenant.slug,
            window=WindowDocument(first=snapshot.first, last=snapshot.last),
            taken_at=format_instant(snapshot.taken_at),
            counts={kind: kinds.count(kind) for kind in RECORD_TYPES if kind in kinds},
            sources=[
                SourceDocument(
                    connection=source.connection,
                    complete=source.complete,
                    data_as_of=format_instant(source.data_as_of) if source.data_as_of else None,
                    note=source.note,
                )
                for source in snapshot.sources
            ],
            degraded=not all(source.complete for source in snapshot.sources),
            previous=snapshot.previous or UNSET,
        )

    async def diff(self, tenant: Tenant, before: str, after: str) -> DiffDocument:
        """What changed from one snapshot to another, over the dates both hold."""
        old = await self.content(tenant, await self.find(tenant, before))
        new = await self.content(tenant, await self.find(tenant, after))
        found = diff_contents(old, new)
        return DiffDocument(
            from_=found.from_,
            to=found.to,
            window=WindowDocument(first=found.first, last=found.last),
            changes=list(found.changes),
        )

    async def verify(self, tenant: Tenant, prefix: str) -> VerifyDocument:
        """Prove that every leaf is present and every name true."""
        snapshot = await self.find(tenant, prefix)
        async with self._db.tenant(tenant.tenant_id) as uow:
            tree = (await uow.snapshots.nodes([snapshot.tree])).get(snapshot.tree)
            parts: Mapping[str, bytes] = {}
            blobs: Mapping[str, bytes] = {}
            if tree is not None:
                parts, blobs = await _below(uow, tree)
        problems = verify_snapshot(snapshot, tree, parts.get, blobs.get)
        return VerifyDocument(
            id=snapshot.snapshot_id, ok=not problems, records=len(blobs), problems=problems
        )

    async def export(self, tenant: Tenant, prefix: str) -> Sequence[bytes]:
        """A snapshot's records as JSON objects, ``schema`` first, in order of reference."""
        snapshot = await self.find(tenant, prefix)
        async with self._db.tenant(tenant.tenant_id) as uow:
            leaves = await _leaves(uow, snapshot)
            blobs = await uow.records.blobs(set(leaves.values()))
        head = b'{"schema":' + msgspec.json.encode(snapshot.schema) + b","
        return [head + blobs[leaves[ref]][1:] for ref in sorted(leaves)]


async def _sources(
    uow: UnitOfWork, tenant: Tenant, first: date, last: date
) -> list[SnapshotSource]:
    """What each connection contributed; one that was never read is named as well."""
    wanted = {day for day in dates(first, last) if day_window(tenant.zone, day)}
    names = {c.connection_id: c.name for c in await uow.connections.list()}
    covered = await uow.sync.covered(first, last)
    quarantined = [row.connection_id for row in await uow.sync.quarantined()]
    sources: list[SnapshotSource] = []
    for connection_id, name in sorted(names.items(), key=lambda item: item[1]):
        own = [day for day in covered if day.connection_id == connection_id]
        for stream in sorted({day.stream for day in own}) or ["appointments"]:
            days = {day.local_date: day.data_as_of for day in own if day.stream == stream}
            missing = len(wanted - set(days))
            note = f"{missing} of {len(wanted)} days were never read completely"
            sources.append(
                SnapshotSource(
                    connection=name,
                    stream=stream,
                    complete=missing == 0,
                    data_as_of=min(days.values(), default=None),
                    covered_days=tuple(sorted(days)),
                    held_back=quarantined.count(connection_id),
                    note=note if missing else UNSET,
                )
            )
    return sources


async def _select(
    uow: UnitOfWork, first: date, last: date
) -> tuple[list[Leaf], Mapping[Ref, CurrentRecord]]:
    """The current records of some dates and everything they refer to."""
    listed = await uow.records.list(RecordFilter(first=first, last=last))
    chosen = {record.ref: record for record in listed if record.local_date is not None}
    frontier = list(chosen.values())
    while frontier:
        blobs = await uow.records.blobs({record.content_hash for record in frontier})
        wanted = referred_to(decode_record(blobs[r.content_hash]) for r in frontier) - set(chosen)
        frontier = list((await uow.records.current(wanted)).values())
        chosen.update({record.ref: record for record in frontier})
    leaves = [
        Leaf(ref=r.ref, content_hash=r.content_hash, local_date=r.local_date)
        for r in chosen.values()
    ]
    return leaves, chosen


async def _leaves(uow: UnitOfWork, snapshot: Snapshot) -> Mapping[Ref, str]:
    nodes = await uow.snapshots.nodes([snapshot.tree])
    parts = await uow.snapshots.nodes(set(parts_of(nodes[snapshot.tree]).values()))
    leaves: dict[Ref, str] = {}
    for body in parts.values():
        leaves.update(leaves_of(body))
    return leaves


async def _below(uow: UnitOfWork, tree: bytes) -> tuple[Mapping[str, bytes], Mapping[str, bytes]]:
    """The parts and blobs below a tree, as far as they are there and can be read."""
    try:
        parts = await uow.snapshots.nodes(set(parts_of(tree).values()))
    except msgspec.DecodeError:
        return {}, {}
    names: set[str] = set()
    for body in parts.values():
        try:
            names.update(leaves_of(body).values())
        except msgspec.DecodeError:
            continue
    return parts, await uow.records.blobs(names)
