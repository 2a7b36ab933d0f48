"""The composition root: reads settings, builds adapters, hands out the engine.

The one place that knows every layer. Entry points import it, nothing else does.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from typing import cast

from claw.connect.catalog import (
    load_simulator_factory,
)
from claw.connect.simulator import Running, VendorSimulator, serve
from claw.connect.token_server import GivesTokens
from claw.core.errors import InstallationBroken, InvalidInput
from claw.core.time import check_canaries, pin_tzdata
from claw.parts import StandIns, connector_catalog, root_key, vertical_packs
from claw.ports.clock import Clock
from claw.ports.migration import MigrationState
from claw.settings import Settings, unsafe_settings
from claw.store.bootstrap import bootstrap, check_application_role
from claw.store.embedded import EmbeddedServer, Urls
from claw.store.migrate import check_ready, migrate, migration_status
from claw.store.tenancy import Pool
from claw.system.clocks import clock_from
from claw.system.ids import RandomIds
from claw.telemetry import trace
from claw.web.health import create_health_app
from claw.wiring import Engine, wire

__all__ = [
    "Engine",
    "StandIns",
    "connector_catalog",
    "root_key",
    "vertical_packs",
    "wire",
]


def pin_time_zones() -> None:
    """Make the packaged time-zone data win, and refuse to start when it does not.

    Raises:
        InstallationBroken: with what is wrong.
    """
    pin_tzdata()
    problems = check_canaries()
    if problems:
        raise InstallationBroken(
            f"the time-zone data is wrong: {'; '.join(problems)}",
            code="tzdata_wrong",
            hint="reinstall with `make install`",
        )


def clock_of(settings: Settings) -> Clock:
    """The clock that the settings ask for."""
    return clock_from(settings.clock)


def load_simulator(
    connector: str,
    *,
    seed: int,
    today: date,
    faults: Sequence[str],
    schedules: int | None = None,
) -> VendorSimulator:
    """Build the vendor simulator of a connector. Raises NotFound when it has none.

    ``schedules`` is for simulators that can generate so many rows; None leaves the default.
    """
    factory = load_simulator_factory(connector)
    size = {} if schedules is None else {"schedules": schedules}
    return cast("VendorSimulator", factory(seed=seed, today=today, faults=faults, **size))


def simulator_secrets(simulator: VendorSimulator) -> Mapping[str, str]:
    """The secrets by which a connection may come in, whichever way it wants."""
    secrets = {"api_key": simulator.api_key}
    if isinstance(simulator, GivesTokens):
        secrets.update(simulator.tokens.secrets)
    return secrets


def serve_simulator(
    simulator: VendorSimulator, *, port: int = 0
) -> AbstractAsyncContextManager[Running]:
    """Serve a simulator on loopback for as long as the block lasts."""
    return serve(simulator.app, port=port)


def serve_health(
    engine: Engine, port: int | None, *, works: bool = False
) -> AbstractAsyncContextManager[Running]:
    """Serve health and metrics of this process for as long as the block lasts.

    A process that ``works`` is ready only while the loops of its worker run.
    """

    async def ready() -> None:
        await engine.ready()
        if works:
            engine.worker.check_alive()

    app = create_health_app(ready=ready, metrics_text=engine.metrics.text)
    settings = engine.settings
    return serve(app, host=settings.http_host, port=settings.http_port if port is None else port)


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncGenerator[Engine]:
    """The engine on its database, for as long as the block lasts.

    With the embedded database this starts the server and migrates first; otherwise a
    database that is not migrated is refused.

    Raises:
        InstallationBroken: when the installation cannot work, with the mend.
        InvalidInput: when a setting is unsafe for the environment.
    """
    refuse_unsafe(settings)
    clock = clock_from(settings.clock)
    async with database_urls(settings) as urls:
        if settings.embedded:
            await migrate(urls.owner)
        else:
            await check_ready(urls.app)
        await check_application_role(urls.app)
        async with Pool(urls.app) as pool:
            trace_id = RandomIds().trace()
            with trace(trace_id):
                yield wire(settings, clock, pool, urls.app, trace_id)


def refuse_unsafe(settings: Settings) -> None:
    """Raise InvalidInput for the first setting that is unsafe for the environment."""
    for variable, problem, mend in unsafe_settings(settings):
        raise InvalidInput(
            f"{variable}: {problem}", code="setting_unsafe", field=variable, hint=mend
        )


@asynccontextmanager
async def database_urls(settings: Settings) -> AsyncGenerator[Urls]:
    """URLs of the database by role; holds the embedded server while the block lasts."""
    if settings.database_url is not None:
        app = settings.database_url.get_secret_value()
        admin, worker = settings.admin_database_url, settings.worker_database_url
        yield Urls(
            owner=admin.get_secret_value() if admin else "",
            app=app,
            worker=worker.get_secret_value() if worker else app,
        )
        return
    server = EmbeddedServer(settings.home.resolve())
    urls = server.acquire()
    try:
        yield urls
    finally:
        server.release()


async def migrate_database(settings: Settings) -> Sequence[MigrationState]:
    """Create roles where they are missing and apply pending migrations."""
    async with database_urls(settings) as urls:
        if not settings.embedded:
            if not urls.owner:
                raise InvalidInput(
                    "migrating needs a role that may create roles and own the schema",
                    code="setting_missing",
                    field="CLAW_ADMIN_DATABASE_URL",
                    hint="set it to the URL of such a role; only `claw db migrate` uses it",
                )
            await bootstrap(urls.owner, app_url=urls.app, worker_url=urls.worker)
        return await migrate(urls.owner)


async def database_status(settings: Settings) -> Sequence[MigrationState]:
    """Every migration and its state."""
    async with database_urls(settings) as urls:
        return await migration_status(urls.app)


async def check_role(application_url: str) -> None:
    """Raise InstallationBroken when the application's login could see past row security."""
    await check_application_role(application_url)


def embedded_server(settings: Settings) -> EmbeddedServer:
    """The embedded server. Raises InvalidInput when another database is configured."""
    if not settings.embedded:
        raise InvalidInput(
            "CLAW_DATABASE_URL is set, so the embedded database is not used",
            code="not_embedded",
            field="CLAW_DATABASE_URL",
            hint="unset it, or start and stop your own server yourself",
        )
    return EmbeddedServer(settings.home.resolve())
