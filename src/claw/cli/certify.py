"""``claw connector certify``: whether a connector keeps its promises, and how well."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claw.cli.output import (
    EXIT_CHECK_FAILED,
    note,
    print_fields,
    print_json,
    print_table,
    print_text,
)
from claw.cli.runtime import Json, run_with_settings
from claw.core.errors import InvalidInput

if TYPE_CHECKING:
    from claw.certification.certify import Certificate
    from claw.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to the group of connectors."""
    app.command()(certify)


def certify(
    name: str,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this check (C10); repeatable.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write the quality report here, and as JSON beside it.")
    ] = None,
    json: Json = False,
) -> None:
    """Run the conformance suite on a connector and say which tier it reaches."""

    def work(settings: "Settings") -> "Certificate":
        from claw.app import clock_of
        from claw.certification.certify import certify as run_suite

        if only and report is not None:
            raise InvalidInput(
                "a report is of the whole suite",
                code="usage",
                field="report",
                hint="leave out --only",
            )
        today = clock_of(settings).now().date()
        found = asyncio.run(run_suite(name, today=today, only=only or (), listener=_tell))
        if report is not None:
            _write(found, report)
        return found

    certificate = run_with_settings(work, json=json)
    if json:
        print_json(certificate)
    else:
        _print(certificate)
    if not certificate.passed:
        raise typer.Exit(EXIT_CHECK_FAILED)


def _tell(number: str, title: str, outcome: str | None) -> None:
    """Say on standard error what is being looked at, and what became of it."""
    if outcome is not None:
        note(f"{number}  {title}: {outcome.replace('_', ' ')}")
    elif sys.stderr.isatty():
        sys.stderr.write(f"{number}  {title} …\r")
        sys.stderr.flush()


def _write(certificate: "Certificate", path: Path) -> None:
    from claw.certification.report import write_report

    try:
        written = write_report(certificate, path)
    except OSError as problem:
        raise InvalidInput(
            f"the report cannot be written to {path}: {problem.strerror}",
            code="report_unwritable",
            field="report",
            hint="name a file in a folder that exists",
        ) from problem
    note(f"wrote {', '.join(str(each) for each in written)}")


def _print(certificate: "Certificate") -> None:
    print_table(
        ("check", "promise", "outcome", "seen"),
        (
            (c.number, c.title, c.outcome.replace("_", " "), c.detail or None)
            for c in certificate.checks
        ),
        empty="no check was run",
    )
    if certificate.reached is None:
        return
    print_text("\nrules that do not hold or are not proved")
    print_table(
        ("tier", "rule", "outcome", "seen"),
        (
            (rule.tier, rule.title, rule.outcome.replace("_", " "), rule.detail)
            for rule in certificate.rules
            if rule.outcome != "held"
        ),
        empty="none",
    )
    print_text("")
    print_fields(
        [
            ("connector", f"{certificate.name}, {certificate.distribution} {certificate.version}"),
            ("reached", certificate.reached),
            ("claimed", certificate.claimed),
            (
                f"for {certificate.next_tier}" if certificate.next_tier else "next",
                "; ".join(rule.title for rule in certificate.missing) or None,
            ),
        ]
    )
