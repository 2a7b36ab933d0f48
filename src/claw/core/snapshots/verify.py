"""Proving a snapshot whole: every name is the hash of what it names. Pure over loaders.

Works on bytes, so it proves a snapshot of any schema, a newer one included. Dates are not
computed again: they are those of the zone data the snapshot was taken with.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from claw.core.model.canonical import content_hash
from claw.core.snapshots.content import Snapshot
from claw.core.snapshots.erasure import erased_bytes
from claw.core.snapshots.identity import identity_of
from claw.core.snapshots.tree import leaves_of, parts_of

T = TypeVar("T", bound=str)

Load: TypeAlias = Callable[[str], bytes | None]
"""Bytes by name, None when they are missing."""


def verify_snapshot(snapshot: Snapshot, tree: bytes | None, part: Load, blob: Load) -> list[str]:
    """What is wrong with a snapshot; empty when every leaf is present and true.

    A leaf that says it was erased is no fault, as long as it is the right one's.
    """
    problems: list[str] = []
    if identity_of(snapshot) != snapshot.snapshot_id:
        problems.append("the snapshot's own fields do not give its name")
    if not _true(problems, "tree", snapshot.tree, tree) or tree is None:
        return problems
    for day, part_hash in _decoded(problems, "tree", lambda: parts_of(tree)).items():
        body = part(part_hash)
        if not _true(problems, "part", part_hash, body) or body is None:
            continue
        leaves = _decoded(problems, f"part of {day}", lambda body=body: leaves_of(body))
        for ref, name in sorted(leaves.items()):
            record = blob(name)
            if record == erased_bytes(ref):
                continue
            if not _true(problems, "record", name, record) or record is None:
                problems[-1] += f" (of {ref})"
            elif _ref_in(record) != ref:
                problems.append(f"record {name} is not of {ref}")
    return problems


class _Identified(Struct):
    """The one member that a record has in every schema."""

    ref: str


def _ref_in(record: bytes) -> str | None:
    try:
        return msgspec.json.decode(record, type=_Identified).ref
    except msgspec.DecodeError:
        return None


def _true(problems: list[str], kind: str, name: str, body: bytes | None) -> bool:
    if body is None:
        problems.append(f"{kind} {name} is missing")
        return False
    if content_hash(kind, body) != name:
        problems.append(f"{kind} {name} was changed")
        return False
    return True


def _decoded(
    problems: list[str], what: str, read: Callable[[], Mapping[T, str]]
) -> Mapping[T, str]:
    try:
        return read()
    except msgspec.DecodeError:
        problems.append(f"the {what} cannot be read")
        return {}
