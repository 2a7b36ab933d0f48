"""What a block consists of."""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from claw.core.model.reference import Ref
from claw.core.summaries.wording import one_line, shortened

MOST_LINES = 100
_MOST_REFS = 100
_LONGEST_TEXT = 160
_LONGEST_NOTE = 400


class Item(Struct, frozen=True, kw_only=True):
    """One line: when, what, and a remark; ``refs`` are the records it rests on."""

    text: str
    when: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    refs: tuple[Ref, ...] = ()


class Block(Struct, frozen=True, kw_only=True):
    """One thing that is said. ``empty`` is what is said when there is nothing: zero aloud.

    ``more`` lines are counted and not listed.
    """

    block: str
    title: str
    count: int
    empty: str
    items: tuple[Item, ...] = ()
    more: int | UnsetType = UNSET


def block(
    name: str,
    title: str,
    items: list[Item],
    empty: str,
    count: int | None = None,
    more: int = 0,
) -> Block:
    """A block whose count is its number of lines unless said otherwise."""
    return Block(
        block=name,
        title=title,
        count=len(items) + more if count is None else count,
        empty=empty,
        items=tuple(items),
        more=more or UNSET,
    )


def lines_more(block: Block) -> int:
    """How many lines are counted and not listed."""
    return 0 if isinstance(block.more, UnsetType) else block.more


def told(block: Block) -> Block:
    """A block as it stands in a document: on lines of bounded length, and not too many."""
    more = lines_more(block) + len(block.items[MOST_LINES:])
    return replace(
        block, items=tuple(_line(item) for item in block.items[:MOST_LINES]), more=more or UNSET
    )


def _line(item: Item) -> Item:
    note = shortened(one_line(item.note), _LONGEST_NOTE) if isinstance(item.note, str) else UNSET
    text = shortened(one_line(item.text), _LONGEST_TEXT)
    return replace(item, text=text, note=note, refs=item.refs[:_MOST_REFS])
