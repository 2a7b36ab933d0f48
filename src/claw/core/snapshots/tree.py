"""Parts and trees: content by local date, and nothing else.

No time, run, tenant or version enters, so equal content has equal hashes everywhere.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import compress
from operator import attrgetter, ne

import msgspec
from msgspec import Struct

from claw.core.model.canonical import canonical_bytes, content_hash, encode_settled
from claw.core.model.reference import Ref

UNDATED = "undated"
NO_PART = b"[]"
"""The canonical bytes of a part without records, which no tree names."""
_OPEN, _BETWEEN = b"[{", b"},{"


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
    pairs: Iterable[tuple[bytes, bytes]],
) -> tuple[Mapping[Ref, str], Mapping[Ref, str]]:
    """The leaves that the first of each pair of parts holds and no second one, and vice versa.

    A pair is one date's part before and after, ``NO_PART`` where there is none. Works on the
    parts' own bytes, in which no text can hold what stands between two entries, so that
    only what differs is decoded. Raises msgspec.DecodeError.
    """
    old, new = set[bytes](), set[bytes]()
    for before, after in pairs:
        gone, come = _differing_entries(before, after)
        old.update(gone)
        new.update(come)
    return leaves_of(_joined(old - new)), leaves_of(_joined(new - old))


def _differing_entries(before: bytes, after: bytes) -> tuple[list[bytes], list[bytes]]:
    """The entries between what both begin and end with, each without its braces.

    Whole parts are large and mostly alike, so that nothing is cut out but what differs.
    """
    start = before.rfind(_BETWEEN, 0, _alike_at_start(before, after)) + 1
    start += len(_BETWEEN) - 1 if start else len(_OPEN)
    kept = min(_alike_at_end(before, after), len(before) - start, len(after) - start)
    end = before.find(_BETWEEN, len(before) - kept)
    cut = len(before) - end if end >= 0 else len(_OPEN)
    gone = _entries(before[start : len(before) - cut])
    come = _entries(after[start : len(after) - cut])
    if len(gone) != len(come):
        return gone, come
    # Mostly nothing was added and nothing left: then the same entries stand side by side.
    differing = list(map(ne, gone, come))
    return list(compress(gone, differing)), list(compress(come, differing))


def _alike_at_start(one: bytes, other: bytes) -> int:
    """How many bytes both begin with, by halving what is not known yet."""
    alike, most = 0, min(len(one), len(other))
    while alike < most:
        middle = (alike + most + 1) // 2
        if other.startswith(one[alike:middle], alike):
            alike = middle
        else:
            most = middle - 1
    return alike


def _alike_at_end(one: bytes, other: bytes) -> int:
    """How many bytes both end with."""
    alike, most = 0, min(len(one), len(other))
    while alike < most:
        middle = (alike + most + 1) // 2
        if other.startswith(one[len(one) - middle : len(one) - alike], len(other) - middle):
            alike = middle
        else:
            most = middle - 1
    return alike


def _entries(text: bytes) -> list[bytes]:
    return text.split(_BETWEEN) if text else []


def _joined(entries: Iterable[bytes]) -> bytes:
    return b"[" + b",".join(b"{" + entry + b"}" for entry in entries) + b"]"


def _encoded(entries: list[_Entry] | list[_PartEntry]) -> bytes:
    return encode_settled(entries) or canonical_bytes(entries)
