"""How a document is told, whatever the form: what gets a heading, what one sentence.

A reader should meet each trouble once. What ``needs_action`` tells in full is not listed
again further down; how many there are of each is said beneath it. A block with nothing in
it is one sentence, so that silence is never ambiguous.
"""

from msgspec import Struct, UnsetType

from claw.core.summaries.blocks.urgent import TROUBLES
from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.item import Block, lines_more
from claw.core.summaries.wording import number
from claw.core.verticals import VerticalPack


class Outline(Struct, frozen=True, kw_only=True):
    """``blocks`` are told in full; ``within`` counts those that ``needs_action`` tells."""

    blocks: tuple[Block, ...]
    within: tuple[str, ...]
    quiet: tuple[str, ...]


def outline(document: SummaryDocument) -> Outline:
    """Divide the blocks of a document."""
    told = {
        item.refs
        for block in document.blocks
        if block.block == "needs_action"
        for item in block.items
    }
    full: list[Block] = []
    within: list[str] = []
    quiet: list[str] = []
    for block in document.blocks:
        if not block.items:
            quiet.append(block.empty)
        elif block.block in TROUBLES and all(item.refs in told for item in block.items):
            within.append(f"{block.title[0].lower()}{block.title[1:]} {number(block.count)}")
        else:
            full.append(block)
    return Outline(blocks=tuple(full), within=tuple(within), quiet=tuple(quiet))


def headline(document: SummaryDocument, pack: VerticalPack) -> str:
    """``18 jobs, 5 technicians, first 7:00 am``; zero is said, unless it is not known."""
    words, day = pack.vocabulary, document.headline
    if not day.appointments:
        return f"No {words.appointment.many}{' known' if document.degraded else ''}"
    said = [words.appointment.counted(day.appointments)]
    if not isinstance(day.resources, UnsetType):
        said.append(words.resource.counted(day.resources))
    if not isinstance(day.first, UnsetType):
        said.append(f"first {day.first}")
    return ", ".join(said)


def and_more(block: Block) -> str | None:
    """``and 4,960 more``: how many lines are counted and not listed."""
    more = lines_more(block)
    # The worst few are chosen, and their heading says of how many.
    return f"and {number(more)} more" if more and block.block != "needs_action" else None


def heading(block: Block) -> str:
    """The title, with how many where there are several, and of how many if not all fit."""
    if block.block == "needs_action" and block.count > len(block.items):
        return f"{block.title} ({len(block.items)} of {number(block.count)})"
    return f"{block.title} ({number(block.count)})" if len(block.items) > 1 else block.title
