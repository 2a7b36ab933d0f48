"""Snapshots out of the store: all that one names, or what two name differently."""

from collections.abc import Mapping

from claw.core.model.reference import Ref
from claw.core.snapshots.content import Snapshot, incomplete
from claw.core.snapshots.tree import NO_PART, differing_leaves, leaves_of, parts_of
from claw.ports.unit_of_work import UnitOfWork


async def load_leaves(
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


def comparable_by_name(old: Snapshot, new: Snapshot) -> bool:
    """Whether records of the two that have one name need not be read to be compared."""
    return (old.first, old.last, old.schema) == (new.first, new.last, new.schema)


async def load_differing(
    uow: UnitOfWork, old: Snapshot, new: Snapshot
) -> tuple[Mapping[Ref, str], Mapping[Ref, str], Mapping[str, bytes]]:
    """The leaves that each has and the other has not, and the bytes of all of them.

    Raises:
        CheckFailed: when a tree or a part that is needed is missing.
    """
    trees = await uow.snapshots.nodes({old.tree, new.tree})
    before, after = _parts(old, trees), _parts(new, trees)
    days = [day for day in {**before, **after} if before.get(day) != after.get(day)]
    names = {parts[day] for parts in (before, after) for day in days if day in parts}
    bodies = await uow.snapshots.nodes(names)
    pairs = [(_body(old, before.get(d), bodies), _body(new, after.get(d), bodies)) for d in days]
    gone, come = differing_leaves(pairs)
    return gone, come, await uow.records.blobs({*gone.values(), *come.values()})


def _parts(snapshot: Snapshot, trees: Mapping[str, bytes]) -> Mapping[str, str]:
    tree = trees.get(snapshot.tree)
    if tree is None:
        raise incomplete(snapshot, f"tree {snapshot.tree} is missing")
    return parts_of(tree)


def _body(snapshot: Snapshot, name: str | None, bodies: Mapping[str, bytes]) -> bytes:
    if name is None:
        return NO_PART
    if name not in bodies:
        raise incomplete(snapshot, f"part {name} is missing")
    return bodies[name]
