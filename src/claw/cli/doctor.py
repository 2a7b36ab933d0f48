"""``claw doctor``: what is wrong with this installation, and the mend."""

import asyncio

import msgspec
import typer

from claw.cli.output import EXIT_CHECK_FAILED, print_json, print_table
from claw.cli.runtime import Json, run_with_settings
from claw.engine.doctor import Finding


class DoctorDocument(msgspec.Struct, kw_only=True):
    """The outcome of ``claw doctor``."""

    ok: bool
    findings: list[Finding]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(doctor)


def doctor(json: Json = False) -> None:
    """Check database, migrations, roles, keys, time zones, connectors and connections."""
    from claw.diagnosis import examine

    findings = run_with_settings(lambda settings: asyncio.run(examine(settings)), json=json)
    document = DoctorDocument(
        ok=all(finding.outcome != "wrong" for finding in findings), findings=findings
    )
    if json:
        print_json(document)
    else:
        print_table(
            ("check", "outcome", "detail", "mend"),
            ((f.check, f.outcome, f.detail, f.hint) for f in findings),
            empty="",
        )
    if not document.ok:
        raise typer.Exit(EXIT_CHECK_FAILED)
