"""What a block consists of."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from claw.core.model.reference import Ref
from claw.core.summaries.wording import one_line


class Item(Struct, frozen=True, kw_only=True):
    """One line: when, what, and a remark; ``refs`` are the records it rests on."""

    text: str
    when: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    refs: tuple[Ref, ...] = ()


class Block(Struct, frozen=True, kw_only=True):
    """One thing that is said. ``empty`` is what is said when there is nothing: zero aloud."""

    block: str
    title: str
    count: int
    empty: str
    items: tuple[Item, ...] = ()


def block(name: str, title: str, items: list[Item], empty: str, count: int | None = None) -> Block:
    """A block whose count is its number of items unless said otherwise."""
    return Block(
        block=name,
        title=title,
        count=len(items) if count is None else count,
        empty=empty,
        items=tuple(_on_one_line(item) for item in items),
    )


def _on_one_line(item: Item) -> Item:
    note = one_line(item.note) if isinstance(item.note, str) else UNSET
    return replace(item, text=one_line(item.text), note=note)
