"""``claw usage``: what a tenant used, by its own days."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from claw.cli.dates import FromDate, ToDate, optional_date
from claw.cli.output import print_json, print_table
from claw.cli.runtime import Json, TenantName, run
from claw.ports.metering_store import Used

if TYPE_CHECKING:
    from claw.app import Engine


class By(StrEnum):
    """What rows are split by."""

    DAY = "day"


class UsageRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What was counted, of one local day or of all of them together."""

    day: str | None = None
    metered: Mapping[str, int]


def register(app: typer.Typer) -> None:
    """Add the command to the root."""
    app.command()(usage)


def usage(
    tenant: TenantName = None,
    from_: FromDate = None,
    to: ToDate = None,
    by: Annotated[By | None, typer.Option("--by", help="Split rows by: day.")] = None,
    json: Json = False,
) -> None:
    """Say what was used; without dates, of the last thirty days."""

    async def work(engine: "Engine") -> Sequence[Used]:
        chosen = await engine.tenants.choose(tenant)
        first, last = optional_date(from_, "from"), optional_date(to, "to")
        return await engine.usage.used(chosen, first, last)

    used = run(work, json=json)
    rows = _by_day(used) if by is By.DAY else _together(used)
    if json:
        print_json(rows)
        return
    print_table(
        ("day", "what", "count"),
        ((row.day or "all", what, n) for row in rows for what, n in row.metered.items()),
        empty="nothing was used",
    )


def _by_day(used: Sequence[Used]) -> list[UsageRow]:
    days = sorted({each.day for each in used})
    return [
        UsageRow(
            day=day.isoformat(),
            metered={each.what: each.count for each in used if each.day == day},
        )
        for day in days
    ]


def _together(used: Sequence[Used]) -> list[UsageRow]:
    total: Counter[str] = Counter()
    for each in used:
        total[each.what] += each.count
    return [UsageRow(metered=dict(sorted(total.items())))] if total else []
