"""How a command runs: settings, logs, one trace id, the engine, errors, exit codes."""

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

from claw.cli.output import (
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    exit_code_of,
    note,
    print_error,
)
from claw.core.errors import ClawError, InternalError

if TYPE_CHECKING:
    from claw.app import Engine
    from claw.settings import Settings

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
TenantName = Annotated[
    str | None,
    typer.Option("--tenant", "-t", envvar="CLAW_TENANT", help="The tenant's slug."),
]


def run(work: "Callable[[Engine], Awaitable[T]]", *, json: bool) -> T:
    """Open the engine, do ``work`` and close it; an error ends the process with its code."""

    def command(settings: "Settings") -> T:
        from claw.app import open_engine

        async def main() -> T:
            async with open_engine(settings) as engine:
                return await work(engine)

        return asyncio.run(main())

    return run_with_settings(command, json=json)


def run_with_settings(work: "Callable[[Settings], T]", *, json: bool) -> T:
    """Read the settings, configure the logs and do ``work`` without opening the engine."""
    try:
        from claw.app import pin_time_zones
        from claw.settings import load_settings
        from claw.telemetry import configure_logs

        pin_time_zones()
        settings = load_settings()
        configure_logs(format_=settings.effective_log_format, level=settings.log_level)
        return work(settings)
    except ClawError as error:
        print_error(error, json=json)
        raise SystemExit(exit_code_of(error)) from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        stopped()
    except BrokenPipeError:
        raise SystemExit(0) from None


def actor() -> str:
    """Who works here, as the audit names them."""
    try:
        return f"cli:{getpass.getuser()}"
    except (OSError, KeyError):
        # A container may run as a number that has no name.
        return f"cli:uid-{os.getuid()}"


def stopped() -> NoReturn:
    """End after Ctrl-C; everything committed stays, everything else never was."""
    note("stopped")
    raise SystemExit(EXIT_INTERRUPTED)


def internal_error(error: BaseException, *, json: bool) -> NoReturn:
    """Report a defect without its values: type and place only, which hold no data."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place else "?"
    print_error(
        InternalError(
            f"internal error: {type(error).__name__} in {where}",
            code="internal",
            hint="this is a defect of ours; set CLAW_LOG_LEVEL=debug for the trace",
        ),
        json=json,
    )
    raise SystemExit(EXIT_INTERNAL)


def wants_json() -> bool:
    """Whether the command line asks for JSON, before it has been parsed."""
    return "--json" in sys.argv[1:]
