"""The text form: what an owner reads at six in the morning."""

from collections.abc import Sequence

from msgspec import UnsetType

from claw.core.model.canonical import short_hash
from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.item import Block, Item
from claw.core.summaries.wording import date_and_clock, long_date
from claw.core.time import parse_instant
from claw.core.verticals import VerticalPack

_WIDEST_TEXT = 60


def render_text(document: SummaryDocument, pack: VerticalPack) -> str:
    """Plain text, aligned, ending with a line feed."""
    lines = [f"{document.tenant_name}", long_date(document.date), headline(document, pack)]
    lines += [f"! {banner}" for banner in document.banners]
    quiet: list[str] = []
    for block in document.blocks:
        if not block.items:
            quiet.append(block.empty)
            continue
        lines += ["", heading(block), *_rows(block.items)]
    if quiet:
        lines += ["", *(f"{said}." for said in quiet)]
    lines += ["", *data_lines(document)]
    lines.append(f"Summary {short_hash(document.id)} of snapshot {short_hash(document.snapshot)}.")
    return "\n".join(lines) + "\n"


def headline(document: SummaryDocument, pack: VerticalPack) -> str:
    """``18 jobs, 5 technicians, first 7:00 am``; zero is said."""
    words, day = pack.vocabulary, document.headline
    if not day.appointments:
        return f"No {words.appointment.many} today"
    said = [words.appointment.counted(day.appointments), words.resource.counted(day.resources)]
    if not isinstance(day.first, UnsetType):
        said.append(f"first {day.first}")
    return ", ".join(said)


def heading(block: Block) -> str:
    """The title, with how many where there are several, and of how many if not all fit."""
    if block.block == "needs_action" and block.count > len(block.items):
        return f"{block.title} ({len(block.items)} of {block.count})"
    counts_lines = len(block.items) > 1
    return f"{block.title} ({block.count})" if counts_lines else block.title


def data_lines(document: SummaryDocument) -> list[str]:
    """How old what each connection gave is."""
    lines: list[str] = []
    for source in document.data:
        if source.data_as_of is None:
            lines.append(f"{source.connection}: never read completely.")
            continue
        as_of = date_and_clock(parse_instant(source.data_as_of), document.zone)
        completeness = "complete" if source.complete else "incomplete"
        lines.append(f"{source.connection}: as of {as_of}, {completeness}.")
    return lines


def _rows(items: Sequence[Item]) -> list[str]:
    whens = [item.when if isinstance(item.when, str) else "" for item in items]
    notes = [item.note if isinstance(item.note, str) else "" for item in items]
    width = max(len(when) for when in whens)
    text_width = min(_WIDEST_TEXT, max(len(item.text) for item in items))
    rows: list[str] = []
    for item, when, note in zip(items, whens, notes, strict=True):
        lead = f"  {when.rjust(width)}  " if width else "  "
        text = item.text.ljust(text_width) if note else item.text
        rows.append(f"{lead}{text}{'  ' + note if note else ''}".rstrip())
    return rows
