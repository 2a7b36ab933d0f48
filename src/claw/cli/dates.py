"""Dates on the command line."""

from datetime import date
from typing import Annotated

import typer

from claw.core.time import parse_date

FromDate = Annotated[
    str | None, typer.Option("--from", help="First local date, YYYY-MM-DD (included).")
]
ToDate = Annotated[str | None, typer.Option("--to", help="Last local date, YYYY-MM-DD (included).")]


def optional_date(text: str | None, field: str) -> date | None:
    """Read a date that may be left out. Raises InvalidInput with ``field``."""
    return None if text is None else parse_date(text, field=field)
