"""Telling: the table on the terminal, ``results.json``, and the README made of both."""

import datetime
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import msgspec
from msgspec import Struct

from benchmarks.harness.children import ROOT
from benchmarks.harness.figures import Figure
from benchmarks.harness.machine import Machine
from claw import __version__

FOLDER = ROOT / "benchmarks"
_TEMPLATE = FOLDER / "README.template.md"


class Kept(Struct, frozen=True, kw_only=True):
    """What ``results.json`` holds of one benchmark: its latest run."""

    measured_on: datetime.date
    version: str
    machine: Machine
    figures: tuple[Figure, ...]
    skipped: tuple[str, ...] = ()


def keep(kept: Mapping[str, Kept], folder: Path = FOLDER) -> dict[str, Kept]:
    """Write these beside what other benchmarks gave before; returns all of it."""
    path = folder / "results.json"
    known = msgspec.json.decode(path.read_bytes(), type=dict[str, Kept]) if path.exists() else {}
    everything = {**known, **kept}
    body = msgspec.json.encode(dict(sorted(everything.items())))
    path.write_bytes(msgspec.json.format(body, indent=2) + b"\n")
    return everything


def write_readme(
    kept: Mapping[str, Kept], benchmarks: Mapping[str, ModuleType], folder: Path = FOLDER
) -> None:
    """Make the README anew: table, machine and each benchmark's own words on its method."""
    figures = [figure for name in benchmarks if name in kept for figure in kept[name].figures]
    skipped = [line for name in benchmarks if name in kept for line in kept[name].skipped]
    text = _TEMPLATE.read_text(encoding="utf-8")
    text = text.replace("{{table}}", "\n".join([*_table(figures), *_aloud(skipped)]))
    text = text.replace("{{machine}}", "\n".join(_machines(kept, benchmarks)))
    methods = (_method(module) for module in benchmarks.values())
    text = text.replace("{{methods}}", "\n\n".join(methods))
    (folder / "README.md").write_text(text, encoding="utf-8")


def terminal_table(figures: Sequence[Figure], skipped: Sequence[str]) -> str:
    """The figures as aligned columns."""
    rows = [("benchmark", "figure", "median", "spread", "bar", ""), *map(row, figures)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in rows
    ]
    return "\n".join([*lines, *_aloud(skipped)])


def today() -> datetime.date:
    """The day the figures are from."""
    return datetime.datetime.now(datetime.UTC).date()


def kept_now(machine: Machine, figures: tuple[Figure, ...], skipped: tuple[str, ...]) -> Kept:
    """One benchmark's figures of this moment."""
    return Kept(
        measured_on=today(),
        version=__version__,
        machine=machine,
        figures=figures,
        skipped=skipped,
    )


def row(figure: Figure) -> tuple[str, str, str, str, str, str]:
    """A figure as cells: benchmark, figure, median, spread, bar and whether it was kept."""
    low, high = min(figure.rounds), max(figure.rounds)
    spread = f"{_number(low)} to {_number(high)}" if len(figure.rounds) > 1 else ""
    return (
        figure.benchmark,
        figure.what,
        f"{_number(figure.middle)} {figure.unit}",
        spread,
        "" if figure.bar is None else f"{figure.keep} {_number(figure.bar)} {figure.unit}",
        "" if figure.bar is None else "ok" if figure.kept else "MISSED",
    )


def _table(figures: Sequence[Figure]) -> list[str]:
    head = [
        "| benchmark | figure | median | spread | bar | | measured |",
        "|---|---|--:|--:|--:|---|---|",
    ]
    return [*head, *(f"| {' | '.join((*row(each), each.detail))} |" for each in figures)]


def _aloud(skipped: Sequence[str]) -> list[str]:
    return [f"\nSKIPPED: {line}" for line in skipped]


def _machines(kept: Mapping[str, Kept], benchmarks: Mapping[str, ModuleType]) -> list[str]:
    """One line for each run that the table is made of."""
    lines: dict[str, list[str]] = {}
    for name in benchmarks:
        if name in kept:
            run = kept[name]
            machine = run.machine
            said = (
                f"{run.measured_on}, version {run.version}: {machine.cores} cores of "
                f"{machine.processor}, {machine.system}, Python {machine.python}, "
                f"PostgreSQL {machine.postgresql}"
            )
            lines.setdefault(said, []).append(name)
    return [f"- {', '.join(names)}: {said}." for said, names in lines.items()]


def _method(module: ModuleType) -> str:
    """A module's own words as a section: the first line is the title."""
    title, _, text = inspect.cleandoc(module.__doc__ or "").partition("\n")
    return f"### {title}\n\n{text.strip()}"


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"
