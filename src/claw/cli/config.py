"""``claw config``: the effective settings, and whether they are safe."""

import msgspec
import typer

from claw.cli.output import EXIT_CHECK_FAILED, print_json, print_table, print_text
from claw.cli.runtime import Json, run_with_settings

app = typer.Typer(name="config", help="The effective settings.", no_args_is_help=True)


class SettingRow(msgspec.Struct, kw_only=True):
    """One setting, secrets masked."""

    variable: str
    value: str
    origin: str


class UnsafeSetting(msgspec.Struct, kw_only=True):
    """One setting that is unsafe for the environment."""

    variable: str
    problem: str
    mend: str


class ConfigCheck(msgspec.Struct, kw_only=True):
    """The outcome of ``claw config check``."""

    env: str
    ok: bool
    problems: list[UnsafeSetting]


@app.command()
def show(json: Json = False) -> None:
    """Show every setting and where it came from; secrets are masked."""
    from claw.settings import describe_settings

    rows = [
        SettingRow(variable=variable, value=value, origin=origin)
        for variable, value, origin in run_with_settings(describe_settings, json=json)
    ]
    if json:
        print_json(rows)
        return
    print_table(
        ("variable", "value", "from"),
        ((row.variable, row.value or "-", row.origin) for row in rows),
        empty="no settings",
    )


@app.command()
def check(json: Json = False) -> None:
    """Fail on anything unsafe for the environment."""
    from claw.settings import unsafe_settings

    env, found = run_with_settings(lambda s: (s.env, unsafe_settings(s)), json=json)
    document = ConfigCheck(
        env=env,
        ok=not found,
        problems=[UnsafeSetting(variable=v, problem=p, mend=m) for v, p, m in found],
    )
    if json:
        print_json(document)
    elif document.ok:
        print_text(f"nothing unsafe for {env}")
    else:
        print_table(
            ("variable", "problem", "mend"),
            ((p.variable, p.problem, p.mend) for p in document.problems),
            empty="",
        )
    if not document.ok:
        raise typer.Exit(EXIT_CHECK_FAILED)
