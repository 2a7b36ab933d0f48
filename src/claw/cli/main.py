"""The ``claw`` command."""

import os
import sys
import traceback
from typing import Annotated

import typer
from typer._click.exceptions import ClickException, UsageError

from claw import __version__
from claw.cli import (
    certify,
    config,
    connection,
    connection_check,
    connection_removal,
    connection_reports,
    connector,
    db,
    delivery,
    demo,
    doctor,
    events,
    keep_alive,
    quarantine,
    records,
    routine,
    serve,
    simulate,
    snapshot,
    summary,
    sync,
    tenant,
    usage,
    webhook,
    work,
)
from claw.cli.output import EXIT_INVALID, print_error, print_text
from claw.cli.runtime import internal_error, stopped, wants_json
from claw.core.errors import InvalidInput

app = typer.Typer(
    name="claw",
    help="Claw: reads a business's schedule, keeps its versions, tells what the day holds.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for group in (
    config,
    connection,
    connector,
    db,
    delivery,
    quarantine,
    routine,
    snapshot,
    summary,
    sync,
    tenant,
    webhook,
    work,
):
    app.add_typer(group.app)
for part in (connection_check, connection_removal, connection_reports, keep_alive):
    part.register(connection.app)
certify.register(connector.app)
for single in (demo, doctor, events, records, serve, simulate, usage):
    single.register(app)


def _print_version(asked: bool) -> None:
    if asked:
        print_text(f"claw {__version__}")
        raise typer.Exit


@app.callback()
def claw(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version."),
    ] = False,
) -> None:
    """Claw: reads a business's schedule, keeps its versions, tells what the day holds."""


def run() -> None:
    """Run the command line; every way out has the exit code of the contract."""
    json = wants_json()
    try:
        _refuse_broken_text()
        code = app(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except typer.Exit as ended:
        sys.exit(ended.exit_code)
    except UsageError as error:
        print_error(_wrong_usage(error), json=json)
        sys.exit(EXIT_INVALID)
    except ClickException as error:
        print_error(
            InvalidInput(error.format_message(), code="usage", hint="see --help"), json=json
        )
        sys.exit(EXIT_INVALID)
    except InvalidInput as error:
        print_error(error, json=json)
        sys.exit(EXIT_INVALID)
    except (KeyboardInterrupt, typer.Abort):
        stopped()
    except Exception as error:  # noqa: BLE001  # the last line of defence
        if os.environ.get("CLAW_LOG_LEVEL") == "debug":
            traceback.print_exc()
        internal_error(error, json=json)


def _refuse_broken_text() -> None:
    """Bytes that are no text come in as halves of characters that nothing can store."""
    try:
        "\0".join((*sys.argv[1:], os.environ.get("CLAW_TENANT", ""))).encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput(
            "an argument is not text in UTF-8", code="usage", hint="check the terminal's locale"
        ) from None


def _wrong_usage(error: UsageError) -> InvalidInput:
    where = error.ctx.command_path if error.ctx is not None else "claw"
    field = getattr(getattr(error, "param", None), "name", None)
    return InvalidInput(
        error.format_message(), code="usage", field=field, hint=f"see `{where} --help`"
    )
