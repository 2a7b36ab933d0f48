"""``claw connection syncs`` and ``quality``: how reading went, and how good the data is."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from msgspec import UNSET, UnsetType

from claw.cli.dates import FromDate, ToDate, optional_date
from claw.cli.output import note, print_fields, print_json, print_table, print_text
from claw.cli.runtime import Json, TenantName, run
from claw.core.time import format_instant
from claw.engine.quality import QualityReport, Share
from claw.engine.sync.report import SyncError, Window
from claw.engine.sync_history import PastRead

if TYPE_CHECKING:
    from claw.app import Engine


class PastReadRow(msgspec.Struct, kw_only=True):
    """One connection's part of one sync. ``status`` may also be ``running``, ``interrupted``."""

    run: str
    started_at: str
    window: Window
    status: str
    read: int
    added: int
    changed: int
    gone: int
    held: int
    quarantined: int
    requests: int
    seconds: int
    finished_at: str | UnsetType = UNSET
    error: SyncError | UnsetType = UNSET


def register(app: typer.Typer) -> None:
    """Add the commands to the group of connections."""
    app.command()(syncs)
    app.command()(quality)


def syncs(
    name: str,
    last: Annotated[int, typer.Option("-n", "--last", help="How many, newest first.")] = 20,
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """List a connection's syncs and what became of each; see `claw sync show RUN`."""

    async def work(engine: "Engine") -> list[PastRead]:
        chosen = await engine.tenants.choose(tenant)
        return await engine.history.of_connection(chosen, name, last=last)

    rows = [_row(past) for past in run(work, json=json)]
    if json:
        print_json(rows)
        return
    print_table(
        ("run", "started", "from", "to", "status", "read", "added", "changed", "gone", "held",
         "quarantined", "requests", "seconds", "error"),
        (
            (r.run[:8], r.started_at, r.window.first, r.window.last, r.status, r.read, r.added,
             r.changed, r.gone, r.held, r.quarantined, r.requests, r.seconds,
             None if isinstance(r.error, UnsetType) else r.error.code)
            for r in rows
        ),
        empty="it was never read; `claw sync` does",
    )  # fmt: skip


def quality(
    name: str,
    from_: FromDate = None,
    to: ToDate = None,
    tenant: TenantName = None,
    json: Json = False,
) -> None:
    """Judge a connection's data: flags, quarantine, missing contacts, age."""

    async def work(engine: "Engine") -> QualityReport:
        first, last = optional_date(from_, "from"), optional_date(to, "to")
        chosen = await engine.tenants.choose(tenant)
        return await engine.quality.report(chosen, name, first=first, last=last)

    report = run(work, json=json)
    if json:
        print_json(report)
    else:
        _print(report)


def _row(past: PastRead) -> PastReadRow:
    ended = past.run.finished_at
    return PastReadRow(
        run=str(past.run.run_id),
        started_at=format_instant(past.run.started_at),
        finished_at=UNSET if ended is None else format_instant(ended),
        window=Window(first=f"{past.run.first}", last=f"{past.run.last}"),
        status=past.status,
        read=past.read,
        added=past.added,
        changed=past.changed,
        gone=past.gone,
        held=past.held,
        quarantined=past.quarantined,
        requests=past.requests,
        seconds=past.seconds,
        error=UNSET if past.error is None else past.error,
    )


def _print(report: QualityReport) -> None:
    print_text(f"{report.connection}, {report.window.first} to {report.window.last}")
    print_fields(
        [
            ("days read", f"{report.days_read} of {report.days}"),
            ("as of", report.data_as_of),
            ("appointments", report.appointments),
            ("work", report.work),
            ("can be texted", _said(report.textable)),
            ("unassigned", _said(report.unassigned)),
            ("linked record is old", _said(report.stale_enrichment)),
        ]
    )
    print_text("")
    print_table(
        ("flag", "appointments", "for example"),
        ((f.flag, f.count, " ".join(f.examples)) for f in report.flags),
        empty="no appointment is flagged",
    )
    print_text("")
    print_table(
        ("quarantined because", "where", "rows", "for example"),
        ((q.code, q.path or None, q.count, " ".join(q.examples)) for q in report.quarantined),
        empty="nothing is in quarantine",
    )
    for warning in report.warnings:
        note(f"{warning.message} ({warning.code})")


def _said(share: Share) -> str:
    percent = "" if share.percent is None else f" ({share.percent} %)"
    return f"{share.count} of {share.of}{percent}"
