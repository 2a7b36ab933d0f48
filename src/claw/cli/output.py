"""What commands print: one JSON document for machines, tables for people, errors for both."""

import sys
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from claw.core.errors import (
    CheckFailed,
    ClawError,
    InstallationBroken,
    InvalidInput,
    NotFound,
    Refused,
    SourceFailed,
)

EXIT_CODES: Final[tuple[tuple[type[ClawError], int], ...]] = (
    (InvalidInput, 2),
    (NotFound, 3),
    (SourceFailed, 4),
    (Refused, 5),
    (CheckFailed, 6),
    (InstallationBroken, 7),
)
EXIT_INTERNAL = 1
EXIT_INVALID = 2
EXIT_DEGRADED = 4
EXIT_CHECK_FAILED = 6
EXIT_INTERRUPTED = 130

MOST = 10_000
"""How many rows a command lists at most."""

HIGHEST_NUMBER = 2**63 - 1
"""The highest number that an event can have."""


class ErrorBody(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What went wrong, for a script."""

    code: str
    message: str
    field: str | None = None
    hint: str | None = None


class ErrorDocument(msgspec.Struct, kw_only=True):
    """The document an error prints with ``--json``."""

    error: ErrorBody


def exit_code_of(error: ClawError) -> int:
    """The exit code of a branch of the error tree."""
    return next((code for branch, code in EXIT_CODES if isinstance(error, branch)), EXIT_INTERNAL)


def print_json(document: object) -> None:
    """Print one JSON document to standard output."""
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2)
    sys.stdout.write(encoded.decode("utf-8") + "\n")


def print_json_lines(lines: Iterable[bytes]) -> None:
    """Print already encoded JSON documents, one a line."""
    for line in lines:
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def print_text(text: str) -> None:
    """Print text for a person."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows in aligned columns; ``empty`` is said when there are none."""
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        print_text(empty)
        return
    widths = [
        max(len(row[column]) for row in [list(headings), *cells]) for column in range(len(headings))
    ]
    for row in [[heading.upper() for heading in headings], *cells]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        sys.stdout.write(line.rstrip() + "\n")


def print_fields(rows: Iterable[tuple[str, object]]) -> None:
    """Print names and values, one a line."""
    listed = [(name, _cell(value)) for name, value in rows]
    width = max((len(name) for name, _ in listed), default=0)
    for name, value in listed:
        sys.stdout.write(f"{name.ljust(width)}  {value}".rstrip() + "\n")


def print_degraded(sources: Sequence[object]) -> None:
    """Say beside JSON Lines, on standard error, that not all was read, and how old it is."""
    line = msgspec.json.encode({"degraded": True, "sources": sources})
    sys.stderr.write(line.decode("utf-8") + "\n")


def note(text: str) -> None:
    """Say something beside the output, on standard error."""
    sys.stderr.write(text + "\n")


def print_error(error: ClawError, *, json: bool) -> None:
    """Print an error: a document on standard output, or words on standard error."""
    if json:
        body = ErrorBody(code=error.code, message=error.message, field=error.field, hint=error.hint)
        print_json(ErrorDocument(error=body))
        return
    note(f"error: {error.message}")
    if error.field:
        note(f"  field: {error.field}")
    if error.hint:
        note(f"  mend:  {error.hint}")


def _cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value).replace("\n", " ")
