"""``claw simulate``: a vendor's simulator on loopback, for development and rehearsals."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import note, print_json, print_text
from claw.cli.runtime import Json, run_with_settings
from claw.core.time import local_date

if TYPE_CHECKING:
    from claw.settings import Settings

SIMULATED_ZONE = "Australia/Sydney"
"""Where the simulated businesses live: their today is not the machine's, nor UTC's."""


class SimulatorDocument(msgspec.Struct, kw_only=True):
    """Where a started simulator listens, and what it accepts (of the simulator only).

    ``secrets`` are all it accepts, by the names a connection gives them.
    """

    connector: str
    base_url: str
    api_key: str
    secrets: dict[str, str]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(simulate)


def simulate(
    connector: Annotated[str, typer.Argument(help="A connector that has a simulator.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on loopback; 0 picks a free one.")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Which generated business.")] = 1,
    schedules: Annotated[
        int | None,
        typer.Option(min=1, max=50_000, help="So many rows instead of the default business."),
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(help="A fault to inject, name or name:argument.")
    ] = None,
    json: Json = False,
) -> None:
    """Run a vendor simulator until Ctrl-C."""

    def work(settings: "Settings") -> None:
        from claw.app import clock_of, load_simulator, serve_simulator, simulator_secrets

        simulator = load_simulator(
            connector,
            seed=seed,
            today=local_date(clock_of(settings).now(), SIMULATED_ZONE),
            faults=fault or (),
            schedules=schedules,
        )

        async def main() -> None:
            async with serve_simulator(simulator, port=port) as running:
                document = SimulatorDocument(
                    connector=connector,
                    base_url=running.base_url,
                    api_key=simulator.api_key,
                    secrets=dict(simulator_secrets(simulator)),
                )
                if json:
                    print_json(document)
                else:
                    print_text(f"{connector} simulator on {running.base_url}")
                    for name, value in document.secrets.items():
                        print_text(f"{name.replace('_', ' ')} {value}")
                    note("Ctrl-C stops it")
                sys.stdout.flush()  # whoever started this reads it now, from a pipe too
                await asyncio.Event().wait()

        asyncio.run(main())

    run_with_settings(work, json=json)
