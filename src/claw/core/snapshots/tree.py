"""Parts and trees: content by local date, and nothing else.

No time, run, tenant or version enters, so equal content has equal hashes everywhere.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec
from msgspec import Struct

from claw.core.model.canonical import canonical_bytes, content_hash
from claw.core.model.reference import Ref

UNDATED = "undated"


class Leaf(Struct, frozen=True, kw_only=True):
    """One record of a snapshot: its reference and the name of its bytes."""

    ref: Ref
    content_hash: str
    local_date: date | None


class Part(Struct, frozen=True, kw_only=True):
    """The records of one local date (or ``undated``): canonical bytes and their name."""

    day: str
    part_hash: str
    canonical: bytes


class Tree(Struct, frozen=True, kw_only=True):
    """The parts of a snapshot: canonical bytes and their name."""

    tree_hash: str
    canonical: bytes
    parts: tuple[Part, ...]


class _Entry(Struct):
    ref: Ref
    content_hash: str


class _PartEntry(Struct):
    day: str
    part_hash: str


def build_tree(leaves: Iterable[Leaf]) -> Tree:
    """The tree of some records, whatever their order."""
    by_day: dict[str, list[_Entry]] = {}
    for leaf in leaves:
        day = UNDATED if leaf.local_date is None else leaf.local_date.isoformat()
        by_day.setdefault(day, []).append(_Entry(leaf.ref, leaf.content_hash))
    parts: list[Part] = []
    for day in sorted(by_day):
        canonical = canonical_bytes(sorted(by_day[day], key=lambda entry: entry.ref))
        parts.append(Part(day=day, part_hash=content_hash("part", canonical), canonical=canonical))
    canonical = canonical_bytes([_PartEntry(part.day, part.part_hash) for part in parts])
    return Tree(tree_hash=content_hash("tree", canonical), canonical=canonical, parts=tuple(parts))


def parts_of(tree: bytes) -> Mapping[str, str]:
    """The part hashes of a tree by day. Raises msgspec.DecodeError."""
    return {e.day: e.part_hash for e in msgspec.json.decode(tree, type=list[_PartEntry])}


def leaves_of(part: bytes) -> Mapping[Ref, str]:
    """The content hashes of a part by reference. Raises msgspec.DecodeError."""
    return {e.ref: e.content_hash for e in msgspec.json.decode(part, type=list[_Entry])}
