"""``claw work``: run what is due here and now; read and retry what did not go well."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.output import print_fields, print_json, print_table, print_text
from claw.cli.runtime import Json, TenantName, actor, run
from claw.core.errors import InstallationBroken
from claw.core.time import format_instant
from claw.engine.lanes.troubles import Trouble
from claw.ports.work import LaneState

if TYPE_CHECKING:
    from claw.app import Engine

app = typer.Typer(name="work", help="Work that is due, and work that failed.", no_args_is_help=True)

WorkId = Annotated[str, typer.Argument(help="An id of `claw work list`.")]


class RanDocument(msgspec.Struct, kw_only=True):
    """What `claw work run` came to."""

    idle: bool


@app.command("run")
def run_(
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="End when nothing is due any more.")
    ],
    timeout: Annotated[float, typer.Option(help="Seconds after which to give up.", min=0)] = 300.0,
    json: Json = False,
) -> None:
    """Work everything that is due, in this process, and end; for scripts and tests."""

    async def work(engine: "Engine") -> bool:
        return until_idle and await engine.worker.until_idle(seconds=timeout)

    idle = run(work, json=json)
    if not idle:
        raise typer.Exit(_timed_out(timeout, json=json))
    if json:
        print_json(RanDocument(idle=True))
    else:
        print_text("nothing is due")


@app.command("list")
def list_(tenant: TenantName = None, json: Json = False) -> None:
    """List what failed, and what is tried again by itself."""

    async def work(engine: "Engine") -> Sequence[Trouble]:
        return await engine.troubles.list(await engine.tenants.choose(tenant))

    found = run(work, json=json)
    if json:
        print_json(found)
        return
    print_table(
        ("id", "state", "attempts", "due", "reason"),
        (
            (t.id, t.state, t.attempts, t.due_at and format_instant(t.due_at), t.reason or "")
            for t in found
        ),
        empty="everything went well",
    )


@app.command()
def show(work_id: WorkId, tenant: TenantName = None, json: Json = False) -> None:
    """Show one of them."""

    async def work(engine: "Engine") -> Trouble:
        return await engine.troubles.find(await engine.tenants.choose(tenant), work_id)

    found = run(work, json=json)
    if json:
        print_json(found)
    else:
        print_fields(msgspec.structs.asdict(found).items())


@app.command()
def retry(work_id: WorkId, tenant: TenantName = None, json: Json = False) -> None:
    """Open what was given up again; a worker tries it now."""

    async def work(engine: "Engine") -> str:
        chosen = await engine.tenants.choose(tenant)
        await engine.troubles.retry(chosen, work_id, actor=actor())
        return work_id

    opened = run(work, json=json)
    if json:
        print_json({"opened": opened})
    else:
        print_text(f"opened {opened}")


@app.command()
def stats(tenant: TenantName = None, json: Json = False) -> None:
    """Show a business's lanes: how often each was called, and which are worked now."""

    async def work(engine: "Engine") -> Sequence[LaneState]:
        return await engine.troubles.lanes(await engine.tenants.choose(tenant))

    lanes = run(work, json=json)
    if json:
        print_json(lanes)
        return
    print_table(
        ("lane", "calls", "holders so far", "worked now"),
        ((lane.kind, lane.rung, lane.fence, lane.held) for lane in lanes),
        empty="no work was ever due",
    )


def _timed_out(timeout: float, *, json: bool) -> int:
    from claw.cli.output import exit_code_of, print_error

    error = InstallationBroken(
        f"something was still due after {timeout:g} s",
        code="work_timeout",
        field="timeout",
        hint="see `claw work list`; give a longer --timeout",
    )
    print_error(error, json=json)
    return exit_code_of(error)
