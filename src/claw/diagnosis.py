"""The doctor's probes: what there is to look at in this installation."""

from collections.abc import Sequence

from claw import app
from claw.core.errors import InstallationBroken, InvalidInput
from claw.core.time import check_canaries, tzdata_version
from claw.engine.doctor import Concern, Finding, Probe, diagnose
from claw.settings import Settings, unsafe_settings

_SKEW_CONCERN_SECONDS = 120


async def examine(settings: Settings) -> list[Finding]:
    """Run the doctor's probes."""
    return await diagnose(probes(settings))


def probes(settings: Settings) -> Sequence[Probe]:
    """The probes in order; those after a failed database probe are skipped."""

    async def safe() -> str:
        problems = unsafe_settings(settings)
        if problems:
            variable, problem, mend = problems[0]
            raise InvalidInput(f"{variable}: {problem}", code="setting_unsafe", hint=mend)
        return f"safe for {settings.env}"

    async def zones() -> str:
        problems = check_canaries()
        if problems:
            raise InstallationBroken(
                "; ".join(problems), code="tzdata_wrong", hint="reinstall with `make install`"
            )
        return f"pinned, IANA {tzdata_version()}"

    async def clock() -> str:
        if settings.clock != "system":
            raise Concern(f"runs on {settings.clock}", "unset CLAW_CLOCK for real work")
        return "the system's"

    async def connectors() -> str:
        return ", ".join(sorted(app.connector_catalog(settings).manifests())) or "none"

    async def key() -> str:
        app.root_key(settings)
        return "set" if settings.secret_key else "generated in CLAW_HOME"

    async def database() -> str:
        if settings.embedded:
            await app.migrate_database(settings)
        else:
            await app.database_status(settings)
        return "embedded PostgreSQL" if settings.embedded else "reachable"

    async def migrations() -> str:
        async with app.open_engine(settings) as engine:
            await engine.ready()
        return f"{len(await app.database_status(settings))} applied"

    async def roles() -> str:
        async with app.database_urls(settings) as urls:
            await app.check_role(urls.app)
        return "the application role is restricted"

    async def secrets() -> str:
        count = 0
        async with app.open_engine(settings) as engine:
            for tenant in await engine.tenants.list():
                for connection in await engine.connections.list(tenant):
                    count += len(await engine.connections.opened_secrets(tenant, connection))
        return f"{count} open with this key" if count else "none yet"

    async def connections() -> str:
        troubled: list[str] = []
        count = 0
        async with app.open_engine(settings) as engine:
            for tenant in await engine.tenants.list():
                for connection in await engine.connections.list(tenant):
                    count += 1
                    name = f"{tenant.slug}/{connection.name}"
                    skew = connection.facts.clock_skew_seconds if connection.facts else None
                    if connection.status == "paused":
                        troubled.append(f"{name} is paused")
                    elif connection.facts is None:
                        troubled.append(f"{name} was never checked")
                    elif skew is not None and abs(skew) > _SKEW_CONCERN_SECONDS:
                        troubled.append(f"{name}'s clock is {skew} s off ours")
        if troubled:
            raise Concern("; ".join(troubled), "see `claw connection show` and `check`")
        return f"{count} healthy" if count else "none yet"

    return (
        Probe("settings", safe),
        Probe("time zones", zones),
        Probe("clock", clock),
        Probe("connectors", connectors),
        Probe("secret key", key),
        Probe("database", database, ends=True),
        Probe("migrations", migrations, ends=True),
        Probe("roles", roles),
        Probe("secrets", secrets),
        Probe("connections", connections),
    )
