"""``claw connector``: which sources this installation can read."""

import msgspec
import typer

from claw.cli.output import print_fields, print_json, print_table, print_text
from claw.cli.runtime import Json, run_with_settings

app = typer.Typer(
    name="connector", help="Sources this installation can read.", no_args_is_help=True
)


class ConnectorRow(msgspec.Struct, kw_only=True):
    """A connector in the list."""

    key: str
    name: str
    summary: str
    streams: list[str]


@app.command("list")
def list_(json: Json = False) -> None:
    """List the installed connectors, without running their code."""
    from claw.app import connector_catalog

    manifests = run_with_settings(
        lambda settings: connector_catalog(settings).manifests(), json=json
    )
    rows = [
        ConnectorRow(key=m.key, name=m.name, summary=m.summary, streams=[s.name for s in m.streams])
        for _, m in sorted(manifests.items())
    ]
    if json:
        print_json(rows)
        return
    print_table(
        ("key", "name", "reads", "summary"),
        ((row.key, row.name, ", ".join(row.streams), row.summary) for row in rows),
        empty="no connector is installed",
    )


@app.command()
def show(name: str, json: Json = False) -> None:
    """Show what a connector reads, needs and promises."""
    from claw.app import connector_catalog

    manifest = run_with_settings(
        lambda settings: connector_catalog(settings).manifest(name), json=json
    )
    if json:
        print_json(manifest)
        return
    limit = manifest.limit
    print_fields(
        [
            ("key", manifest.key),
            ("name", manifest.name),
            ("summary", manifest.summary),
            ("schema", manifest.schema),
            ("limit", f"{limit.requests} requests in any {limit.per_seconds} s per {limit.unit}"),
            ("docs", manifest.docs),
        ]
    )
    print_text("\nstreams")
    print_table(
        ("stream", "produces", "read by", "removal"),
        ((s.name, ", ".join(s.produces), ", ".join(s.modes), s.removal) for s in manifest.streams),
        empty="none",
    )
    print_text("\nsettings")
    print_table(
        ("name", "kind", "required", "default", "meaning"),
        (
            (s.name, "secret" if s.secret else s.kind, s.required, s.default, s.title)
            for s in manifest.settings
        ),
        empty="none",
    )
    print_text("\nreads, and nothing else")
    print_table(
        ("method", "template", "columns"),
        ((r.method, r.template, ",".join(r.columns)) for r in manifest.reads),
        empty="none",
    )
