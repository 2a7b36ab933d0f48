"""Verticals as data: the words of a trade, what its summary shows, its thresholds.

Each is one TOML file beside this module; adding a vertical is adding a file. Nothing here
reads files: the composition root does and hands the bytes to :func:`parse_pack`. Pure; may
import the canonical encoding and msgspec.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from claw.core.errors import InvalidInput
from claw.core.model.canonical import canonical_bytes, content_hash

View = Literal["owner", "dispatcher", "staff"]
VIEWS: tuple[View, ...] = ("owner", "dispatcher", "staff")
BlockName = Literal[
    "needs_action",
    "late",
    "unassigned",
    "overlaps",
    "over_capacity",
    "unconfirmed",
    "unreachable",
    "no_location",
    "doubtful_times",
    "changes",
    "leftovers",
    "schedule",
    "people",
    "absences",
    "value",
    "tomorrow",
    "holidays",
    "clock_change",
]


class Noun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word in one and in many."""

    one: str
    many: str

    def counted(self, count: int) -> str:
        """The number with the fitting form: ``1 visit``, ``1,250 visits``."""
        return f"{count:,} {self.one if count == 1 else self.many}"


class Vocabulary(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people of this vertical call things."""

    appointment: Noun
    resource: Noun
    resource_short: Noun
    customer: Noun


class Thresholds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which size on something is worth a line.

    ``late_minutes`` is how long after its start work that nobody reported on is late.
    """

    idle_gap_minutes: int
    most_actions: int
    late_minutes: int = 15


class VerticalPack(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole vertical. ``blocks`` names each view's blocks in their order."""

    name: str
    vocabulary: Vocabulary
    thresholds: Thresholds
    blocks: dict[View, tuple[BlockName, ...]]


def parse_pack(data: bytes) -> VerticalPack:
    """Read a vertical.

    Raises:
        InvalidInput: naming the key that is wrong, missing or unknown.
    """
    try:
        pack = msgspec.toml.decode(data, type=VerticalPack)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"the vertical cannot be read: {error}", code="vertical_invalid", field="vertical"
        ) from error
    missing = [view for view in VIEWS if view not in pack.blocks]
    if missing:
        raise InvalidInput(
            f"the vertical {pack.name!r} has no blocks for the view {missing[0]!r}",
            code="vertical_invalid",
            field=f"blocks.{missing[0]}",
            hint="list at least one block",
        )
    return pack


def pack_hash(pack: VerticalPack) -> str:
    """The content hash of a vertical: part of what a summary was made from."""
    return content_hash("vertical", canonical_bytes(pack))
