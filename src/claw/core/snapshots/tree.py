"""Parts and trees: content by local date, and nothing else.

No time, run, tenant or version enters, so equal content has equal hashes everywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from operator import attrgetter

import msgspec
from msgspec import Struct

from claw.core.model.canonical import canonical_bytes, content_hash, encode_settled
from claw.core.model.reference import Ref

UNDATED = "undated"


class Leaf(Struct, frozen=True, kw_only=True, gc=False):
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


class _Entry(Struct, gc=False):
    ref: Ref
    content_hash: str


class _PartEntry(Struct):
    day: str
    part_hash: str


def build_tree(leaves: Iterable[Leaf]) -> Tree:
    """The tree of some records, whatever their order."""
    by_date: defaultdict[date | None, list[_Entry]] = defaultdict(list)
    for leaf in leaves:
        by_date[leaf.local_date].append(_Entry(leaf.ref, leaf.content_hash))
    by_day = {UNDATED if day is None else day.isoformat(): day for day in by_date}
    parts: list[Part] = []
    for day in sorted(by_day):
        canonical = _encoded(sorted(by_date[by_day[day]], key=attrgetter("ref")))
        parts.append(Part(day=day, part_hash=content_hash("part", canonical), canonical=canonical))
    canonical = _encoded([_PartEntry(part.day, part.part_hash) for part in parts])
    return Tree(tree_hash=content_hash("tree", canonical), canonical=canonical, parts=tuple(parts))


def parts_of(tree: bytes) -> Mapping[str, str]:
    """The part hashes of a tree by day. Raises msgspec.DecodeError."""
    return {e.day: e.part_hash for e in msgspec.json.decode(tree, type=list[_PartEntry])}


def leaves_of(part: bytes) -> Mapping[Ref, str]:
    """The content hashes of a part by reference. Raises msgspec.DecodeError."""
    return {e.ref: e.content_hash for e in msgspec.json.decode(part, type=list[_Entry])}


def differing_leaves(
    before: Iterable[bytes], after: Iterable[bytes]
) -> tuple[Mapping[Ref, str], Mapping[Ref, str]]:
    """The leaves of some parts that others do not hold, and the other way round.

    Works on the parts' own bytes, in which no text can hold what stands between two
    entries, so that only what differs is decoded. Raises msgspec.DecodeError.
    """
    old, new = set[bytes](), set[bytes]()
    old.update(*map(_entries, before))
    new.update(*map(_entries, after))
    return leaves_of(_joined(old - new)), leaves_of(_joined(new - old))


def _entries(part: bytes) -> list[bytes]:
    """The members of each entry of a part, ``"content_hash":…,"ref":…``, as written."""
    return part.removeprefix(b"[{").removesuffix(b"}]").split(b"},{")


def _joined(entries: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(b"{" + entry + b"}" for entry in entries) + b"]"


def _encoded(entries: list[_Entry] | list[_PartEntry]) -> bytes:
    return encode_settled(entries) or canonical_bytes(entries)
