"""Quoting: what was promised and how it was kept, in the project's own README."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.harness.figures import Figure
from benchmarks.harness.report import Kept, row

_BEGIN, _END = "<!-- figures: made by `make bench` -->", "<!-- /figures -->"


def quote(kept: Mapping[str, Kept], names: Sequence[str], page: Path) -> None:
    """Write each figure that has a bar between the marks of ``page``; the rest stays as it is.

    Raises:
        ValueError: when the page has no marks.
    """
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise ValueError(f"{page.name} has no place for figures: {_BEGIN} … {_END}")
    judged = [
        figure
        for name in names
        if name in kept
        for figure in kept[name].figures
        if figure.bar is not None
    ]
    page.write_text(f"{before}{begin}\n{_table(judged)}\n{end}{after}", encoding="utf-8")


def _table(figures: Sequence[Figure]) -> str:
    lines = ["| | figure | measured | bar | |", "|---|---|--:|--:|---|"]
    for figure in figures:
        benchmark, what, middle, _, bar, verdict = row(figure)
        lines.append(f"| {benchmark} | {what} | {middle} | {bar} | {verdict} |")
    return "\n".join(lines)
