"""The name of a snapshot: a hash over what it holds and what was known of it."""

from collections.abc import Sequence
from datetime import date, datetime

from msgspec.structs import replace

from claw.core.model.canonical import canonical_bytes, content_hash
from claw.core.snapshots.content import Snapshot, SnapshotSource


def make_snapshot(
    *,
    tree: str,
    schema: str,
    first: date,
    last: date,
    zone: str,
    taken_at: datetime,
    sources: Sequence[SnapshotSource],
    tzdata_version: str,
    previous: str | None,
) -> Snapshot:
    """A snapshot under its own name.

    Two snapshots of an unchanged schedule share the tree and differ in name.
    """
    ordered = tuple(sorted(sources, key=lambda source: (source.connection, source.stream)))
    snapshot = Snapshot(
        snapshot_id="",
        tree=tree,
        schema=schema,
        first=first,
        last=last,
        zone=zone,
        taken_at=taken_at,
        sources=ordered,
        tzdata_version=tzdata_version,
        previous=previous,
    )
    return replace(snapshot, snapshot_id=identity_of(snapshot))


def identity_of(snapshot: Snapshot) -> str:
    """The name the snapshot must have."""
    named: dict[str, object] = {
        "tree": snapshot.tree,
        "schema": snapshot.schema,
        "window": {"first": snapshot.first, "last": snapshot.last, "zone": snapshot.zone},
        "taken_at": snapshot.taken_at,
        "sources": [_source(source) for source in snapshot.sources],
        "tzdata": snapshot.tzdata_version,
    }
    if snapshot.previous is not None:
        named["previous"] = snapshot.previous
    return content_hash("snapshot", canonical_bytes(named))


def _source(source: SnapshotSource) -> dict[str, object]:
    named: dict[str, object] = {
        "connection": source.connection,
        "stream": source.stream,
        "complete": source.complete,
        "covered_days": list(source.covered_days),
        "held_back": source.held_back,
    }
    if source.data_as_of is not None:
        named["data_as_of"] = source.data_as_of
    # Snapshots from before there were these keep their names.
    if source.outdated:
        named["outdated"] = list(source.outdated)
    if not source.appointments:
        named["appointments"] = False
    return named
