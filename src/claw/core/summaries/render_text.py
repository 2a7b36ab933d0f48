"""The text form: what an owner reads at six in the morning."""

from collections.abc import Sequence

from msgspec import UnsetType

from claw.core.model.canonical import short_hash
from claw.core.summaries.document import RENDERER, DataAge, SummaryDocument
from claw.core.summaries.item import Block, Item
from claw.core.summaries.outline import Outline, and_more, heading, headline, outline
from claw.core.summaries.wording import date_and_clock, long_date
from claw.core.time import parse_instant
from claw.core.verticals import VerticalPack

_WIDEST_TEXT = 68
_TO = " - "
_UNTIL = "until "


def render_text(document: SummaryDocument, pack: VerticalPack) -> str:
    """Plain text, aligned, ending with a line feed."""
    said = outline(document)
    lines = [title(document), long_date(document.date), headline(document, pack), read(document)]
    lines += [f"! {banner}" for banner in document.banners]
    for block in said.blocks:
        lines += ["", *_block(block, said)]
    if said.quiet:
        lines += ["", *(f"{sentence}." for sentence in said.quiet)]
    lines += ["", footer(document)]
    return "\n".join(lines) + "\n"


def title(document: SummaryDocument) -> str:
    """Whose day it is."""
    if isinstance(document.for_name, UnsetType):
        return document.tenant_name
    return f"{document.tenant_name}: {document.for_name}"


def read(document: SummaryDocument) -> str:
    """How old and how complete what each connection gave is."""
    return f"Read: {'; '.join(_age(source, document.zone) for source in document.data)}"


def in_all(said: Outline) -> str:
    """How many there are of each trouble that needs action."""
    return f"In all: {', '.join(said.within)}."


def footer(document: SummaryDocument) -> str:
    """What it was made from, for whoever asks."""
    snapshot = short_hash(document.snapshot)
    return f"Summary {short_hash(document.id)} of snapshot {snapshot}, renderer {RENDERER}."


def _age(source: DataAge, zone: str) -> str:
    if source.data_as_of is None:
        return f"{source.connection} never completely"
    as_of = date_and_clock(parse_instant(source.data_as_of), zone)
    return f"{source.connection} {as_of}, {'complete' if source.complete else 'incomplete'}"


def _block(block: Block, said: Outline) -> list[str]:
    lines = [heading(block), *_rows(block.items)]
    if more := and_more(block):
        lines.append(f"  {more}")
    if block.block == "needs_action" and said.within:
        lines.append(f"  {in_all(said)}")
    return lines


def _rows(items: Sequence[Item]) -> list[str]:
    whens = _aligned([item.when if isinstance(item.when, str) else "" for item in items])
    text_width = min(_WIDEST_TEXT, max(len(item.text) for item in items))
    rows: list[str] = []
    for item, when in zip(items, whens, strict=True):
        lead = f"  {when}  " if when else "  "
        note = item.note if isinstance(item.note, str) else ""
        text = item.text.ljust(text_width) if note else item.text
        rows.append(f"{lead}{text}{'  ' + note if note else ''}".rstrip())
    return rows


def _aligned(whens: Sequence[str]) -> list[str]:
    """Times under times: starts end in one column, and so do the ends of ranges."""
    if not any(_TO in when for when in whens):
        width = max(len(when) for when in whens)
        return [when.rjust(width) for when in whens]
    parts = [_parts(when) for when in whens]
    starts = max(len(start) for start, _, _ in parts)
    ends = max(len(end) for _, _, end in parts)
    return [f"{start.rjust(starts)}{dash}{end.rjust(ends)}" for start, dash, end in parts]


def _parts(when: str) -> tuple[str, str, str]:
    """Start, what stands between, and end: an end alone stands under the ends."""
    start, dash, end = when.partition(_TO)
    if dash:
        return start, dash, end
    end = when.removeprefix(_UNTIL)
    blank = " " * len(_TO)
    return (_UNTIL.strip(), blank, end) if end != when else (when, blank, "")
