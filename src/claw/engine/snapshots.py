"""Snapshots: take, list, show, compare, prove, export."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import date

import msgspec

from claw.core.errors import InvalidInput, NotFound, Refused
from claw.core.model.canonical import parse_hash_prefix
from claw.core.model.reference import Ref
from claw.core.model.versions import SchemaVersions
from claw.core.snapshots.content import Snapshot, SnapshotContent, incomplete, read_content
from claw.core.snapshots.diff import diff_contents
from claw.core.snapshots.erasure import is_erased
from claw.core.snapshots.export import export_lines
from claw.core.snapshots.identity import make_snapshot
from claw.core.snapshots.tree import build_tree, leaves_of, parts_of
from claw.core.snapshots.verify import verify_snapshot
from claw.core.time import local_date
from claw.engine.snapshot_documents import (
    DiffDocument,
    SnapshotDocument,
    SourceDocument,
    VerifyDocument,
    WindowDocument,
    is_degraded,
    snapshot_document,
)
from claw.engine.snapshot_taking import select_current, sources_of
from claw.engine.sync.plan import window_of
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
        self, *, db: Database, clock: Clock, versions: SchemaVersions, tzdata_version: str
    ) -> None:
        self._db = db
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
            sources = await sources_of(uow, tenant.zone, first, last)
            if not any(source.covered_days for source in sources):
                raise NotFound(
                    f"nothing of {first} to {last} was ever read completely",
                    code="nothing_read",
                    hint=f"`claw sync --tenant {tenant.slug} --from {first} --to {last}`",
                )
            leaves, counts = await select_current(uow, self._versions, first, last)
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
            await uow.snapshots.put(snapshot, tree, counts)
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

    async def content(self, tenant: Tenant, snapshot: Snapshot) -> SnapshotContent:
        """A snapshot with its records, as values of the newest schema.

        Raises:
            CheckFailed: when something the snapshot names is missing.
            InstallationBroken: when a newer engine took it.
        """
        async with self._db.tenant(tenant.tenant_id) as uow:
            leaves, blobs = await _load(uow, snapshot)
        return read_content(snapshot, leaves, blobs, self._versions)

    async def diff(self, tenant: Tenant, before: str, after: str) -> DiffDocument:
        """What changed from one snapshot to another, over the dates both hold.

        Raises as :meth:`find` and :meth:`content` do, and InvalidInput when the two have
        no date in common.
        """
        old = await self.content(tenant, await self.find(tenant, before))
        new = await self.content(tenant, await self.find(tenant, after))
        found = diff_contents(old, new)
        return DiffDocument(
            from_=found.from_,
            to=found.to,
            window=WindowDocument(first=found.first, last=found.last),
            degraded=is_degraded(old.snapshot) or is_degraded(new.snapshot),
            changes=list(found.changes),
            left_out=list(found.left_out),
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
            leaves, blobs = await _load(uow, snapshot)
        return tuple(export_lines(snapshot, leaves, blobs))


async def _refuse_removed(uow: UnitOfWork, snapshot: Snapshot) -> None:
    """Its records may be erased already: a snapshot of them would name what is not there."""
    there = {connection.name for connection in await uow.connections.list()}
    if not there.issuperset(source.connection for source in snapshot.sources):
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


async def _load(
    uow: UnitOfWork, snapshot: Snapshot
) -> tuple[Mapping[Ref, str], Mapping[str, bytes]]:
    """A snapshot's leaves by reference and their bytes by name, as far as they are there."""
    tree = (await uow.snapshots.nodes([snapshot.tree])).get(snapshot.tree)
    if tree is None:
        raise incomplete(snapshot, f"tree {snapshot.tree} is missing")
    wanted = set(parts_of(tree).values())
    parts = await uow.snapshots.nodes(wanted)
    if missing := sorted(wanted - parts.keys()):
        raise incomplete(snapshot, f"part {missing[0]} is missing")
    leaves: dict[Ref, str] = {}
    for body in parts.values():
        leaves.update(leaves_of(body))
    return leaves, await uow.records.blobs(set(leaves.values()))


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
