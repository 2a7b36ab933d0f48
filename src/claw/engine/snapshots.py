"""Snapshots: take, list, show, compare, prove, export."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date

import msgspec

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.events.catalog import SnapshotTaken
from claw.core.model.canonical import parse_hash_prefix
from claw.core.model.records import RecordType
from claw.core.model.reference import Ref
from claw.core.model.versions import SchemaVersions
from claw.core.snapshots.content import Snapshot, SnapshotContent, read_content
from claw.core.snapshots.diff import Diff, diff_contents, diff_of_differing
from claw.core.snapshots.erasure import is_erased
from claw.core.snapshots.export import export_lines
from claw.core.snapshots.identity import make_snapshot
from claw.core.snapshots.tree import build_tree, leaves_of, parts_of
from claw.core.snapshots.verify import verify_snapshot
from claw.core.time import local_date
from claw.engine.retention import next_thinning
from claw.engine.snapshot_documents import (
    DiffDocument,
    SnapshotDocument,
    SourceDocument,
    VerifyDocument,
    WindowDocument,
    is_degraded,
    snapshot_document,
)
from claw.engine.snapshot_loading import comparable_by_name, load_differing, load_leaves
from claw.engine.snapshot_taking import select_current, sources_of
from claw.engine.sync.plan import window_of
from claw.ports.catalog import ConnectorCatalog
from claw.ports.clock import Clock
from claw.ports.tenant_store import Tenant
from claw.ports.unit_of_work import Database, UnitOfWork

__all__ = [
    "DiffDocument",
    "SnapshotDocument",
    "SnapshotService",
    "SourceDocument",
    "VerifyDocument",
    "WindowDocument",
]


class SnapshotService:
    """The use cases about snapshots."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        catalog: ConnectorCatalog,
        versions: SchemaVersions,
        tzdata_version: str,
    ) -> None:
        self._db = db
        self._catalog = catalog
        self._clock = clock
        self._versions = versions
        self._tzdata_version = tzdata_version

    async def take(
        self, tenant: Tenant, *, first: date | None = None, last: date | None = None
    ) -> SnapshotDocument:
        """Keep the schedule of some dates as it is known now.

        Without dates: yesterday to two weeks ahead on the tenant's calendar.

        Raises:
            InvalidInput: when the range makes no sense.
            NotFound: when nothing of it was ever read completely.
            Refused: when a connection was removed meanwhile; what was read is not kept.
        """
        now = self._clock.now()
        first, last = window_of(local_date(now, tenant.zone), first, last)
        # A sync may commit meanwhile: all of this must see the same moment.
        async with self._db.reading(tenant.tenant_id) as uow:
            await uow.snapshots.hold_shared()
            sources = await sources_of(uow, self._catalog, tenant.zone, first, last)
            if not any(source.covered_days for source in sources):
                raise NotFound(
                    f"nothing of {first} to {last} was ever read completely",
                    code="nothing_read",
                    hint=f"`claw sync --tenant {tenant.slug} --from {first} --to {last}`",
                )
            leaves, counts = await select_current(uow, first, last)
            previous = await uow.snapshots.newest()
        tree = build_tree(leaves)
        snapshot = make_snapshot(
            tree=tree.tree_hash,
            schema=self._versions.newest,
            first=first,
            last=last,
            zone=tenant.zone,
            taken_at=now,
            sources=sources,
            tzdata_version=self._tzdata_version,
            previous=previous.snapshot_id if previous else None,
        )
        # Bytes that a sync replaced since then stay for a day after their last use.
        async with self._db.tenant(tenant.tenant_id) as uow:
            await uow.snapshots.hold_shared()
            await _refuse_removed(uow, snapshot)
            await uow.retention.expect(next_thinning(tenant.zone, now))
            if await uow.snapshots.put(snapshot, tree, counts):
                _tell(uow, tenant, snapshot, counts)
        return snapshot_document(tenant.slug, snapshot, counts)

    async def list(self, tenant: Tenant) -> Sequence[SnapshotDocument]:
        """All snapshots, newest first."""
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await _documents(uow, tenant, await uow.snapshots.list())

    async def show(self, tenant: Tenant, prefix: str) -> SnapshotDocument:
        """One snapshot. Raises as :meth:`find` does."""
        snapshot = await self.find(tenant, prefix)
        async with self._db.tenant(tenant.tenant_id) as uow:
            (document,) = await _documents(uow, tenant, [snapshot])
        return document

    async def find(self, tenant: Tenant, prefix: str) -> Snapshot:
        """The snapshot of a name or its prefix.

        Raises:
            InvalidInput: when it is no name, or begins several.
            NotFound: when there is none.
        """
        async with self._db.tenant(tenant.tenant_id) as uow:
            return await self._found(uow, tenant, prefix)

    async def _found(self, uow: UnitOfWork, tenant: Tenant, prefix: str) -> Snapshot:
        found = await uow.snapshots.find(parse_hash_prefix(prefix, field="snapshot"))
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

    async def content(self, tenant: Tenant, snapshot: Snapshot) -> SnapshotContent:
        """A snapshot with its records, as values of the newest schema.

        Raises:
            CheckFailed: when something the snapshot names is missing.
            InstallationBroken: when a newer engine took it.
        """
        async with self._db.tenant(tenant.tenant_id) as uow:
            leaves, blobs = await load_leaves(uow, snapshot)
        return read_content(snapshot, leaves, blobs, self._versions)

    async def diff(self, tenant: Tenant, before: str, after: str) -> DiffDocument:
        """What changed from one snapshot to another, over the dates both hold.

        Raises as :meth:`find` and :meth:`content` do, and InvalidInput when the two have
        no date in common.
        """
        async with self._db.tenant(tenant.tenant_id) as uow:
            old = await self._found(uow, tenant, before)
            new = await self._found(uow, tenant, after)
            found = await self._differing(uow, old, new)
        if found is None:
            found = diff_contents(await self.content(tenant, old), await self.content(tenant, new))
        return DiffDocument(
            from_=found.from_,
            to=found.to,
            window=WindowDocument(first=found.first, last=found.last),
            degraded=is_degraded(old) or is_degraded(new),
            changes=list(found.changes),
            left_out=list(found.left_out),
        )

    async def _differing(self, uow: UnitOfWork, old: Snapshot, new: Snapshot) -> Diff | None:
        """The difference by what differs alone, None where that is not all there is to know."""
        if not (comparable_by_name(old, new) and await _all_there(uow, old, new)):
            return None
        before, after, blobs = await load_differing(uow, old, new)
        return diff_of_differing(
            read_content(old, before, blobs, self._versions),
            read_content(new, after, blobs, self._versions),
        )

    async def verify(self, tenant: Tenant, prefix: str) -> VerifyDocument:
        """Prove that every leaf is present and every name true. Raises as :meth:`find`."""
        snapshot = await self.find(tenant, prefix)
        async with self._db.tenant(tenant.tenant_id) as uow:
            tree = (await uow.snapshots.nodes([snapshot.tree])).get(snapshot.tree)
            parts: Mapping[str, bytes] = {}
            if tree is not None:
                parts = await uow.snapshots.nodes(_names(parts_of, [tree]))
            blobs = await uow.records.blobs(_names(leaves_of, parts.values()))
        problems = verify_snapshot(snapshot, tree, parts.get, blobs.get)
        return VerifyDocument(
            id=snapshot.snapshot_id,
            ok=not problems,
            records=len(blobs),
            erased=sum(is_erased(blob) for blob in blobs.values()),
            problems=problems,
        )

    async def export(self, tenant: Tenant, prefix: str) -> Sequence[bytes]:
        """A snapshot's records as JSON objects, ``schema`` first, in order of reference.

        Raises as :meth:`find` does, and CheckFailed when something is missing.
        """
        snapshot = await self.find(tenant, prefix)
        async with self._db.tenant(tenant.tenant_id) as uow:
            leaves, blobs = await load_leaves(uow, snapshot)
        return tuple(export_lines(snapshot, leaves, blobs))


def _tell(
    uow: UnitOfWork, tenant: Tenant, snapshot: Snapshot, counts: Mapping[RecordType, int]
) -> None:
    told = SnapshotTaken(
        snapshot=snapshot.snapshot_id,
        first=snapshot.first.isoformat(),
        last=snapshot.last.isoformat(),
        records=sum(counts.values()),
        degraded=is_degraded(snapshot),
    )
    uow.events.add(told, subject=snapshot.snapshot_id, at=snapshot.taken_at)
    uow.metering.count(local_date(snapshot.taken_at, tenant.zone), "snapshots")


async def _refuse_removed(uow: UnitOfWork, snapshot: Snapshot) -> None:
    """Its records may be erased already: a snapshot of them would name what is not there."""
    if not await _all_there(uow, snapshot):
        raise Refused(
            "a connection was removed while the snapshot was taken",
            code="connection_removed",
            hint="take it again",
        )


async def _documents(
    uow: UnitOfWork, tenant: Tenant, snapshots: Sequence[Snapshot]
) -> Sequence[SnapshotDocument]:
    counts = await uow.snapshots.counts([snapshot.snapshot_id for snapshot in snapshots])
    return [snapshot_document(tenant.slug, each, counts[each.snapshot_id]) for each in snapshots]


async def _all_there(uow: UnitOfWork, *snapshots: Snapshot) -> bool:
    """Whether no connection that contributed was removed since."""
    there = {connection.name for connection in await uow.connections.list()}
    return all(there.issuperset(s.connection for s in each.sources) for each in snapshots)


def _names(
    read: Callable[[bytes], Mapping[str, str]] | Callable[[bytes], Mapping[Ref, str]],
    bodies: Collection[bytes],
) -> set[str]:
    """The names that some bodies hold, as far as they can be read."""
    names: set[str] = set()
    for body in bodies:
        with suppress(msgspec.DecodeError):
            names.update(read(body).values())
    return names
