"""The markdown and HTML forms. Every word from a source is escaped: it is never markup."""

import html
import re
from collections.abc import Sequence

from claw.core.summaries.document import SummaryDocument
from claw.core.summaries.item import Block, Item
from claw.core.summaries.outline import Outline, and_more, heading, headline, outline
from claw.core.summaries.render_text import footer, in_all, read, title
from claw.core.summaries.wording import long_date
from claw.core.verticals import VerticalPack

_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.4rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .3rem}"
    ".lead{font-size:1.15rem;margin:.2rem 0 1rem}"
    ".banner{border-left:4px solid #c60;padding:.4rem .8rem;margin:.5rem 0;background:#c601}"
    "table{border-collapse:collapse;width:100%}"
    "td{padding:.25rem .8rem .25rem 0;vertical-align:top;border-bottom:1px solid #8883}"
    ".when{white-space:nowrap;font-variant-numeric:tabular-nums}.note,footer{opacity:.75}"
    "footer{margin-top:2rem;font-size:.85rem}"
)


def render_markdown(document: SummaryDocument, pack: VerticalPack) -> str:
    """Markdown, ending with a line feed."""
    said = outline(document)
    lines = [
        f"# {_md(title(document))}",
        "",
        f"**{_md(long_date(document.date))}**: {_md(headline(document, pack))}",
        "",
        _md(read(document)),
    ]
    lines += [line for banner in document.banners for line in ("", f"> **{_md(banner)}**")]
    for block in said.blocks:
        lines += ["", f"## {_md(heading(block))}", "", *map(_md_item, block.items)]
        if more := and_more(block):
            lines.append(f"- {_md(more)}")
        if block.block == "needs_action" and said.within:
            lines += ["", _md(in_all(said))]
    if said.quiet:
        lines += ["", " ".join(_md(f"{sentence}.") for sentence in said.quiet)]
    lines += ["", _md(footer(document))]
    return "\n".join(lines) + "\n"


def render_html(document: SummaryDocument, pack: VerticalPack) -> str:
    """One self-contained page."""
    said = outline(document)
    name = html.escape(f"{title(document)}, {long_date(document.date)}")
    parts = [
        "<!doctype html>",
        '<html lang="en-AU"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{name}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(title(document))}</h1>",
        f'<p class="lead">{html.escape(long_date(document.date))}<br>',
        f"{html.escape(headline(document, pack))}</p>",
        f'<p class="note">{html.escape(read(document))}</p>',
    ]
    parts += [f'<p class="banner">{html.escape(banner)}</p>' for banner in document.banners]
    parts += [_html_block(block, said) for block in said.blocks]
    if said.quiet:
        parts.append(f"<p>{' '.join(html.escape(f'{each}.') for each in said.quiet)}</p>")
    parts.append(f"<footer>{html.escape(footer(document))}</footer></body></html>")
    return "\n".join(parts) + "\n"


def _html_block(block: Block, said: Outline) -> str:
    rows = "".join(_html_row(item) for item in block.items)
    within = ""
    if block.block == "needs_action" and said.within:
        within = f'<p class="note">{html.escape(in_all(said))}</p>'
    more = f'<p class="note">{html.escape(rest)}</p>' if (rest := and_more(block)) else ""
    head = html.escape(heading(block))
    return f"<section><h2>{head}</h2><table>{rows}</table>{more}{within}</section>"


def _html_row(item: Item) -> str:
    cells: Sequence[tuple[str, object]] = (
        ("when", item.when),
        ("text", item.text),
        ("note", item.note),
    )
    inner = "".join(
        f'<td class="{name}">{html.escape(value) if isinstance(value, str) else ""}</td>'
        for name, value in cells
    )
    return f"<tr>{inner}</tr>"


def _md_item(item: Item) -> str:
    when = f"**{_md(item.when)}** " if isinstance(item.when, str) else ""
    note = f" ({_md(item.note)})" if isinstance(item.note, str) and item.note else ""
    return f"- {when}{_md(item.text)}{note}"


def _md(text: str) -> str:
    return _MARKS.sub(r"\\\1", " ".join(text.split()))
